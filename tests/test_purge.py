"""Forgetting a person: nothing of him is left in the tables, nor in the bytes of the file."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from transcripts import Shop, make_shop

from cskpi.enrichment import enrich
from cskpi.identity.hashing import pseudonyms
from cskpi.identity.purge import rewrite_without, trace_person
from cskpi.model.build import build_model
from cskpi.model.steps import model_steps
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    from conftest import Cli

MARKER = "qzxjvkwpyfgm"
"""Stands in the person's texts only: no compression makes it up by chance."""

CHATS = f"""
# session=S1 customer=tb-annie-77
2026-10-01 10:00:00 客户→A 在吗 {MARKER}
2026-10-01 10:00:20 客服 A 在的 {MARKER}
# session=S2 customer=bob
2026-10-01 11:00:00 客户→A 在吗
2026-10-01 11:00:20 客服 A 和tb-annie-77一样
# session=S3 customer=tb-annie-778
2026-10-02 11:00:00 客户→A 在吗 1234567890123456
2026-10-02 11:00:20 客服 A 在的
"""
FILES = {
    "orders.csv": (
        "shop,order_id,customer_id,created_at,paid_at,paid_amount,status\n"
        "旗舰店,1001,annie-in-orders,2026-10-01 11:00:00,2026-10-01 11:00:00,100,交易成功\n"
        "旗舰店,1002,bob,2026-10-01 11:00:00,2026-10-01 11:00:00,100,交易成功\n"
        "旗舰店,1003,tb-annie-77,2026-10-01 11:00:00,2026-10-01 11:00:00,100,交易成功\n"
    ),
    "refunds.csv": (
        "店铺,退款编号,订单编号,申请时间,退款金额,退款状态\n"
        "旗舰店,R1,1001,2026-10-02 11:00:00,10,退款成功\n"
        "旗舰店,R3,1004,2026-10-02 11:00:00,10,退款成功\n"
        "旗舰店,R2,1002,2026-10-02 11:00:00,10,退款成功\n"
    ),
    "ratings.csv": (
        "店铺,会话ID,买家ID,客服账号,评价时间,评分,评价内容\n"
        f"旗舰店,S1,,A,2026-10-01 12:00:00,5,好 {MARKER}\n"
        "旗舰店,S2,bob,A,2026-10-01 12:00:00,5,好\n"
        f"旗舰店,S9,tb-annie-77,A,2026-10-01 12:00:00,99,{MARKER}\n"
        "旗舰店,S9,bob,A,2026-10-01 12:00:00,99,坏\n"
    ),
    "tickets.csv": (
        "店铺,工单编号,订单编号,买家昵称,处理客服,创建时间,关闭时间\n"
        "旗舰店,T1,1004,tb-annie-77,A,2026-10-01 10:00:00,2026-10-01 10:10:00\n"
        "旗舰店,T2,,bob,A,2026-10-01 10:00:00,2026-10-01 10:10:00\n"
    ),
    "complaints.csv": (
        "店铺,投诉编号,订单编号,客服,投诉时间\n"
        "旗舰店,K1,1003,A,2026-10-01 13:00:00\n"
        "旗舰店,K2,1002,A,2026-10-01 13:00:00\n"
    ),
}
BY_HAND = f"""
INSERT INTO customer_links BY NAME SELECT '' AS shop_id, 'annie-in-orders' AS alias,
    'tb-annie-77' AS customer_id, 0 AS file_id, 0 AS source_row;
INSERT INTO exported_sessions BY NAME SELECT '旗舰店' AS shop_id,
    unnest(['S1', 'S2']) AS conversation_id, 0 AS file_id, 0 AS source_row;
INSERT INTO order_items BY NAME SELECT '旗舰店' AS shop_id, unnest(['1001', '1002']) AS order_id,
    'i' AS item_key, 0 AS file_id, 0 AS source_row;
INSERT INTO survey_responses BY NAME SELECT 'Q' AS survey_id, unnest(['a', 'b']) AS response_id,
    '' AS shop_id, unnest(['S1', 'S2']) AS conversation_id, 0 AS file_id, 0 AS source_row;
INSERT INTO survey_answers BY NAME SELECT 'Q' AS survey_id, unnest(['a', 'b']) AS response_id,
    '1' AS question_no, 1 AS option_no, 0 AS file_id, 0 AS source_row;
INSERT INTO row_versions VALUES
    ('orders', concat_ws(chr(31), '旗舰店', '1001'), 1, 1, '{{}}'),
    ('orders', concat_ws(chr(31), '旗舰店', '1002'), 1, 1, '{{"customer_id":"tb-annie-77"}}'),
    ('orders', concat_ws(chr(31), '旗舰店', '1002'), 2, 1, '{{"customer_id":"bob"}}');
INSERT INTO qa_plan_sessions SELECT '2026-W40', '旗舰店', unnest(['S1', 'S2']), 'rest', 0.5;
INSERT INTO qa_grades BY NAME SELECT '旗舰店' AS shop_id, unnest(['S1', 'S2']) AS session_id,
    'lead' AS grader, 80 AS score, FALSE AS is_fatal, unnest(['{MARKER}', 'good']) AS remark;
INSERT INTO qa_grade_items SELECT '旗舰店', unnest(['S1', 'S2']), 'lead', 'accuracy', 'full';
INSERT INTO qa_verdicts SELECT '旗舰店', unnest(['S1', 'S2']), 'lead', 'filler', '7', TRUE;
INSERT INTO qa_disputes SELECT '旗舰店', unnest(['S1', 'S2']), 'filler', '7', 'said so', now(), 0, 2;
UPDATE import_files SET sheet = 'tb-annie-77', path = '/x/chats_tb-annie-77.xlsx'
    WHERE kind = 'messages';
"""
HELD = {
    "complaints": 1,
    "customer_links": 1,
    "exported_sessions": 1,
    "messages": 2,
    "order_items": 1,
    "orders": 2,
    "qa_disputes": 1,
    "qa_grade_items": 1,
    "qa_grades": 1,
    "qa_plan_sessions": 1,
    "qa_verdicts": 1,
    "ratings": 1,
    "refunds": 2,
    "rejected_rows": 1,
    "row_versions": 2,
    "survey_answers": 1,
    "survey_responses": 1,
    "tickets": 1,
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop in which one person left traces in every table, and others beside him."""
    folder = tmp_path_factory.mktemp("built")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    made = make_shop(folder, CHATS, *(folder / name for name in FILES))
    with open_database(made.path, Limits("1GB", 2), write=True) as con:
        con.execute(BY_HAND)
        build_model(con, made.settings)
        enrich(con, made.settings)
        con.execute("CHECKPOINT")
    return made


@pytest.fixture
def shop(tmp_path: Path, built: Shop) -> Shop:
    """Return that shop in the test's own workspace."""
    for file in built.path.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return Shop(tmp_path / built.path.name, built.settings)


def counts(shop: Shop) -> dict[str, int]:
    return dict(
        shop.rows(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in HELD))
    )


def test_a_person_is_erased_from_every_table_and_from_the_bytes(shop: Shop, cli: Cli) -> None:
    before, comments = counts(shop), shop.rows("SELECT comment FROM duckdb_columns() ORDER BY ALL")
    assert MARKER.encode() in shop.path.read_bytes()
    done = cli("purge", "--customer", "tb-annie-77", "--yes")
    assert {
        words[0]: int(words[-1])
        for line in done.stdout.splitlines()
        if (words := line.replace("│", " ").split()) and words[0] in HELD
    } == HELD
    assert counts(shop) == {table: before[table] - number for table, number in HELD.items()}
    for table in ("text_forms", "message_signals"):
        assert shop.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    content = shop.path.read_bytes()
    for trace in (MARKER, "annie-in-orders"):
        assert trace.encode() not in content
    # The name itself is left where it is another's: in bob's chat and as the start of another id.
    assert content.count(b"tb-annie-77") == content.count(
        "和tb-annie-77一样".encode()
    ) + content.count(b"tb-annie-778")
    assert "1 条" in done.stderr
    assert stat.S_IMODE(shop.path.stat().st_mode) == 0o600
    assert not list(shop.path.parent.glob(".*purge*"))
    assert shop.rows("SELECT comment FROM duckdb_columns() ORDER BY ALL") == comments


def test_the_facts_are_built_anew_without_the_person(shop: Shop, cli: Cli) -> None:
    cli("purge", "--customer", "tb-annie-77", "--yes")
    assert shop.rows("SELECT count(*) FROM sessions") == [(0,)]
    shown = cli("kpi", "received_customers", "--month", "2026-10", "--format", "csv").stdout
    assert ",2,2," in shown.splitlines()[1]
    assert shop.rows("SELECT customer_id FROM customers ORDER BY 1") == [
        ("bob",),
        ("tb-annie-778",),
    ]
    assert cli("purge", "--customer", "tb-annie-77", "--yes").stdout.count("│") == 0


def test_the_erased_ids_are_remembered_as_hashes_only(shop: Shop, cli: Cli) -> None:
    cli("purge", "--customer", "tb-annie-77", "--yes")
    hashes = pseudonyms(shop.settings)
    kept = set(shop.rows("SELECT shop_id, id_kind, id_hash FROM purged_ids"))
    assert {
        ("旗舰店", "customer", hashes.hash("tb-annie-77")),
        ("", "customer", hashes.hash("annie-in-orders")),
        ("旗舰店", "conversation", hashes.hash("S1")),
        ("旗舰店", "order", hashes.hash("1001")),
        ("旗舰店", "order", hashes.hash("1003")),
    } <= kept
    assert {kind for _, kind, _ in kept} == {"customer", "conversation", "order"}
    is_purged = hashes.purged_sql("shop", customer="name", conversation="talk", order="bought")
    loaded = shop.rows(
        f"""
        SELECT row_no FROM (VALUES
            (1, '旗舰店', 'tb-annie-77', NULL, NULL), (2, '别的店', 'tb-annie-77', NULL, NULL),
            (3, '旗舰店', 'bob', 'S2', '1002'), (4, '旗舰店', NULL, 'S1', NULL),
            (5, '旗舰店', NULL, NULL, '1003'), (6, '别的店', NULL, 'S1', NULL),
            (7, '旗舰店', NULL, NULL, NULL)) AS rows (row_no, shop, name, talk, bought)
        WHERE {is_purged} ORDER BY row_no
        """
    )
    assert loaded == [(1,), (2,), (4,), (5,)]


def test_an_order_known_by_its_id_in_the_chat_is_the_persons_too(shop: Shop, cli: Cli) -> None:
    with open_database(shop.path, Limits("1GB", 2), write=True) as con:
        con.execute(
            "UPDATE orders SET order_id = '1234567890123456', customer_id = NULL WHERE order_id = '1002'"
        )
        con.execute("DELETE FROM _cskpi_model")
    cli("purge", "--customer", "tb-annie-778", "--yes")
    assert shop.rows("SELECT order_id FROM orders ORDER BY 1") == [("1001",), ("1003",)]


def test_nothing_happens_without_a_yes_or_in_another_shop(shop: Shop, cli: Cli) -> None:
    before = counts(shop)
    assert "--yes" in cli("purge", "--customer", "tb-annie-77", code=2).stderr
    assert "messages" in cli("purge", "--customer", "tb-annie-77", "--dry-run").stdout
    cli("purge", "--customer", "tb-annie", "--yes")
    cli("purge", "--customer", " ", "--yes", code=2)
    cli("purge", "--customer", "tb-annie-77", "--shop", "专卖店", "--dry-run")
    assert counts(shop) == before
    cli("purge", "--customer", "x", "--db", "none.duckdb", "--yes", code=4)
    assert not Path("none.duckdb").exists()


def test_a_masked_nick_can_be_erased_in_one_conversation(tmp_path: Path, cli: Cli) -> None:
    chats = """
    # session=S1 customer=张*三
    2026-10-01 10:00:00 客户→A 在吗
    2026-10-01 10:00:20 客服 A 在的
    # session=S2 customer=张*三
    2026-10-01 10:00:00 客户→A 在吗
    """
    shop = make_shop(tmp_path, chats)
    told = ("purge", "--db", shop.path, "--customer")
    assert "张*三@会话号" in cli(*told, "张*三", code=2).stderr
    cli(*told, "张*三@S1", "--yes")
    assert shop.rows("SELECT DISTINCT conversation_id FROM messages") == [("S2",)]


def test_killed_before_the_new_file_stands_the_database_is_as_before(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts(shop)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with open_database(shop.path, Limits("1GB", 2), write=True) as con:
        trace_person(con, ["tb-annie-77"], None)
        monkeypatch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            rewrite_without(
                con,
                shop.path,
                Limits("1GB", 2),
                {step.target for step in model_steps()},
                pseudonyms(shop.settings),
            )
    assert counts(shop) == before
    assert not list(shop.path.parent.glob(".*purge*"))


THREE_COMMANDS = """
import sys
from cskpi.__main__ import main
for words in (
    ["load", "messages.csv"],
    ["kpi", "received_customers", "--format", "csv", "-o", "kpi.csv"],
    ["purge", "--customer", "c1", "--yes"],
):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, words
"""


def test_all_files_the_program_makes_are_its_owners_alone(tmp_path: Path) -> None:
    """Run as a process of its own: the mask of the process is part of what is tested."""
    export = tmp_path / "messages.csv"
    export.write_text(
        "shop,session_id,sent_at,sender_role,customer_id,agent_id,content\n"
        "店,S1,2026-10-01 10:00:00,customer,c1,A,在吗\n",
        encoding="utf-8",
    )
    subprocess.run(
        [sys.executable, "-c", THREE_COMMANDS],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        umask=0o022,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    made = [p for p in tmp_path.rglob("*") if p.is_file() and p != export]
    assert {p.name for p in made} >= {"cskpi.duckdb", "kpi.csv", "pii.key"}
    assert {p.name: oct(stat.S_IMODE(p.stat().st_mode)) for p in made} == {
        p.name: "0o600" for p in made
    }
