"""Unique texts in the database: what is read anew, what is kept, and what goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from transcripts import make_shop

from cskpi.enrich import forms
from cskpi.enrich.forms import update_forms
from cskpi.enrich.lexicons import load_lexicons
from cskpi.enrich.signals import form_signals
from cskpi.enrich.tokens import product_names
from cskpi.errors import InputError
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

CHATS = """
2026-10-01 10:00:00 客户→A 在吗
2026-10-01 10:00:20 客服 A 在的亲，加我微信ａｂｃ１２３４５６
2026-10-01 10:01:00 客户→A 在吗
2026-10-01 10:02:00 客户→A 订单 1234567890123456
2026-10-01 10:03:00 客户→A 订单 6543210987654321
2026-10-01 10:04:00 客服 A 宝塔糖到货了
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings]:
    shop = make_shop(tmp_path_factory.mktemp("forms"), CHATS)
    with open_database(shop.path, Limits("1GB", 1), write=True) as con:
        con.execute("CHECKPOINT")
    return shop.path, shop.settings


@pytest.fixture
def shop(
    tmp_path: Path, loaded: tuple[Path, Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Settings]]:
    """A database with texts read, and the workspace of its shop."""
    path = tmp_path / "cskpi.duckdb"
    path.write_bytes(loaded[0].read_bytes())
    monkeypatch.chdir(tmp_path)
    with open_database(path, Limits("1GB", 1), write=True) as con:
        update_forms(con, loaded[1])
        yield con, loaded[1]


def numbers(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return dict(con.execute("SELECT form, form_no FROM message_signals").fetchall())


def flagged(con: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    rows = con.execute(f"SELECT form FROM message_signals WHERE {column} ORDER BY form").fetchall()
    return [form for (form,) in rows]


def read_forms(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list that every form whose signals are read from here on is put on."""
    read: list[str] = []

    def told(some: Any, own: Path | None) -> Any:
        read.extend(some)
        return form_signals(some, own)

    monkeypatch.setattr(forms, "form_signals", told)
    return read


def test_texts_that_say_the_same_share_a_form(
    shop: tuple[duckdb.DuckDBPyConnection, Settings],
) -> None:
    con, _ = shop
    assert set(numbers(con)) == {
        "在吗",
        "在的亲,加我微信{social}",
        "订单 {order}",
        "宝塔糖到货了",
    }
    assert con.execute("SELECT count(*), count(DISTINCT form_no) FROM text_forms").fetchone() == (
        5,
        4,
    )
    assert flagged(con, "has_social_account") == ["在的亲,加我微信{social}"]


def test_new_messages_bring_new_forms_only(
    shop: tuple[duckdb.DuckDBPyConnection, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    con, settings = shop
    before, read = numbers(con), read_forms(monkeypatch)
    con.execute(
        "INSERT INTO messages SELECT * REPLACE ('在吗？' AS text, 42 AS text_hash)"
        " FROM messages LIMIT 1"
    )
    update_forms(con, settings)
    assert read == ["在吗?"]
    assert {form: n for form, n in numbers(con).items() if form in before} == before


def test_a_shops_own_word_reads_only_the_forms_it_stands_in(
    shop: tuple[duckdb.DuckDBPyConnection, Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    con, settings = shop
    before, read = numbers(con), read_forms(monkeypatch)
    (tmp_path / "lexicons").mkdir()
    own = tmp_path / "lexicons" / "banned.txt"
    own.write_text("# ours\n[false_claim]\n宝塔糖\n", encoding="utf-8")
    load_lexicons.cache_clear()
    update_forms(con, settings)
    assert read == ["宝塔糖到货了"]
    assert flagged(con, "is_false_claim") == ["宝塔糖到货了"]
    assert numbers(con) == before
    own.unlink()
    load_lexicons.cache_clear()
    update_forms(con, settings)
    assert flagged(con, "is_false_claim") == []


def test_a_shops_list_may_be_gbk_and_a_class_nothing_reads_is_refused(tmp_path: Path) -> None:
    (tmp_path / "banned.txt").write_bytes("[insult]\n宝塔精\n".encode("gb18030"))
    assert "宝塔精" in load_lexicons(tmp_path).classes["banned"]["insult"].lines
    (tmp_path / "banned.txt").write_text("[insults]\n宝塔精\n", encoding="utf-8")
    load_lexicons.cache_clear()
    with pytest.raises(InputError, match="lexicon_class"):
        load_lexicons(tmp_path)


def test_a_pattern_reads_all_forms_anew(
    shop: tuple[duckdb.DuckDBPyConnection, Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    con, settings = shop
    read = read_forms(monkeypatch)
    (tmp_path / "lexicons").mkdir()
    own = tmp_path / "lexicons" / "banned.txt"
    own.write_text("[false_claim]\n/宝.糖/\n- 到货\n", encoding="utf-8")
    load_lexicons.cache_clear()
    update_forms(con, settings)
    assert sorted(read) == sorted(numbers(con))
    assert flagged(con, "is_false_claim") == ["宝塔糖到货了"]
    load_lexicons.cache_clear()


def test_words_of_the_shop_come_from_the_titles_of_what_it_sold(
    shop: tuple[duckdb.DuckDBPyConnection, Settings],
) -> None:
    con, _ = shop
    assert product_names(con) == ()
    con.execute(
        """
        INSERT INTO order_items BY NAME SELECT '旗舰店' AS shop_id, title AS order_id, 'i' AS item_key,
            title, 0 AS file_id, 0 AS source_row
        FROM (VALUES ('宝塔糖 10粒装'), ('【宝塔糖】儿童'), ('质量 好'), ('质量-优'), ('独一款 x')) AS t (title)
        """
    )
    # Once is chance, and what the dictionary has is no news.
    assert product_names(con) == ("宝塔糖",)


def test_a_text_nobody_says_any_more_goes(
    shop: tuple[duckdb.DuckDBPyConnection, Settings],
) -> None:
    con, settings = shop
    con.execute("DELETE FROM messages WHERE text LIKE '%微信%' OR text LIKE '订单 1%'")
    update_forms(con, settings)
    assert set(numbers(con)) == {"在吗", "订单 {order}", "宝塔糖到货了"}
    assert con.execute("SELECT count(*) FROM text_forms").fetchone() == (3,)


@pytest.mark.parametrize("line", ["没有类的词", "[a_class]\n/(/", "[a_class]\n/a(?=b)/"])
def test_a_line_that_is_no_word_is_told_with_its_number(
    shop: tuple[duckdb.DuckDBPyConnection, Settings], tmp_path: Path, line: str
) -> None:
    con, settings = shop
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "banned.txt").write_text(line + "\n", encoding="utf-8")
    load_lexicons.cache_clear()
    with pytest.raises(InputError) as told:
        update_forms(con, settings)
    assert told.value.values["line"] == line.count("\n") + 1
    load_lexicons.cache_clear()
