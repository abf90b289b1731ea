from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from ingest_shop import Shop, accounted, open_ingest_shop

from cskpi.diagnostics import describe
from cskpi.errors import InputError, UsageError
from cskpi.ingest.detect import choose
from cskpi.ingest.headers import find_header, normal_header
from cskpi.ingest.known_sources import find_problem
from cskpi.ingest.load import LoadOptions, load_file
from cskpi.ingest.presets import read_preset, shipped_sources
from cskpi.ingest.sniff import BLOCK_BYTES, sniff
from cskpi.texts import LANGS, set_language, table

TWO_ALIKE = """
    [[source]]
    id = "first"
    target = "messages"
    [source.columns]
    occurred_at = ["when"]
    text = ["what"]
    customer_id = ["who"]

    [[source]]
    id = "second"
    target = "tickets"
    [source.columns]
    created_at = ["when"]
    subject = ["what"]
    ticket_id = ["number"]
"""
THREADS = """
    [[source]]
    id = "messages"
    target = "messages"
    [source.columns]
    message_id = ["id"]
    reply_to_id = ["reply"]
    occurred_at = ["at"]
    _sender = ["author"]
    text = ["text"]
    [[source.role]]
    field = "inbound"
    equals = "1"
    role = "customer"
    [[source.role]]
    field = "inbound"
    equals = "0"
    role = "agent"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_ingest_shop(tmp_path) as opened:
        yield opened


def mapping(folder: Path, content: str) -> Path:
    path = folder / "mapping.toml"
    path.write_text(dedent(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("收货地址 ", "收货地址"),
        ("订单 ID", "订单id"),
        ("首次响应时长（秒)", "首次响应时长"),
        ("3分钟人工回复率(8-23点)", "3分钟人工回复率823点"),
        ("退商品金额（元）", "退商品金额"),
        ("总金额(旧版)", "总金额旧版"),
        ("\ufeffSession_ID", "sessionid"),
    ],
)
def test_headers_are_normalised(header: str, form: str) -> None:
    assert normal_header(header) == form


def test_shipped_presets_are_valid_and_their_words_known(shop: Shop) -> None:
    columns = {name for source in shipped_sources() for name in source.columns}
    assert {"order_id", "item.title", "_sender"} <= columns
    for source in shipped_sources():
        assert find_problem(shop.con, source) is None
        for need in (*source.require, *source.any):
            for name in need.split("|"):
                assert not name.startswith("@") or name[1:] in source.columns, (source.name, name)


def test_a_tie_is_asked_not_guessed(shop: Shop, tmp_path: Path) -> None:
    path = shop.write("x.csv", "when,what,who,number\n2026-10-01 10:00:00,hi,c,1\n")
    rules = mapping(tmp_path, TWO_ALIKE)
    with pytest.raises(InputError) as caught:
        load_file(shop.con, path, LoadOptions(mapping=rules))
    assert caught.value.key == "layout_tie"
    assert caught.value.values["candidates"] == "mapping.first (3), mapping.second (3)"
    assert "--kind" in describe(caught.value)
    assert shop.load(path, mapping=rules, kind="tickets").kind == "tickets"


def test_a_file_of_the_wrong_kind_names_what_is_missing(shop: Shop) -> None:
    path = shop.write("x.csv", "店铺,会话ID,消息内容\nA,1,hi\n")
    with pytest.raises(InputError) as caught:
        load_file(shop.con, path, LoadOptions(kind="orders"))
    assert caught.value.key == "unknown_layout"
    assert caught.value.values["nearest"] == "generic.orders"
    assert "订单编号" in caught.value.values["missing"]


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (LoadOptions(kind="chats"), "kind_unknown"),
        (LoadOptions(preset="amazon"), "preset_unknown"),
        (LoadOptions(timezone="Mars/Base"), "timezone_unknown"),
    ],
)
def test_wrong_options_are_refused(shop: Shop, options: LoadOptions, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_file(shop.con, shop.write("x.csv", "a\n1\n"), options)
    assert caught.value.key == key
    assert describe(caught.value)


def test_forbidden_columns_speak_against_a_source_unless_the_user_names_it() -> None:
    header = ["会话ID", "发送时间", "角色", "消息内容", "评分"]
    found = choose(shipped_sources(), header, "x.csv")
    assert found is None or found.source.id != "messages"
    named = choose(shipped_sources(), header, "x.csv", kind="messages")
    assert named is not None
    assert named.source.id == "messages"


def test_guessed_columns_are_reported_as_guesses(shop: Shop) -> None:
    report = shop.take("咨询ID,时间,角色,接待客服,内容\n1,2026-10-01 10:00:00,客服,a,hi\n")
    assert report.columns_guessed == {"conversation_id": "咨询ID", "agent_id": "接待客服"}
    assert shop.rows("SELECT conversation_id, agent_id FROM messages") == [("1", "a")]


def test_private_columns_are_never_stored(shop: Shop) -> None:
    report = shop.take("订单号,下单时间,收货人,联系手机\n1,2026-10-01 10:00:00,张三,13900139000\n")
    assert report.columns_private == ("收货人", "联系手机")
    assert "张三" not in str(shop.rows("FROM orders"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[preset]\nnames = 'x'", "preset.names"),
        ("[[source]]\nid = 'a'\ntarget = 'messages'\nheaders = 1", "source.headers"),
        ("[[source]]\ntarget = 'messages'", "source.id"),
        ("[[source]]\nid = 'a'", "target"),
        ("[[source]]\nid = 'a'\ntarget = 'chats'", "chats"),
        ("[[source]]\nid = 'a'\ntarget = 'orders'\ncolumns = {order_id = 1}", "order_id"),
        ("[[source]]\nid = 'a'\ntarget = 'orders'\ntypes = {order_id = 'blob'}", "blob"),
        ("[[source]]\nid='a'\ntarget='messages'\n[[source.role]]\nfield='x'", "role"),
        ("[preset]\nextends = 'none'", "none"),
        ("[[source]]\nid='a'\ntarget='orders'\ncolumns = {costumer_id = 'x'}", "costumer_id"),
        (
            (
                "[[source]]\nid='a'\ntarget='messages'\n[[source.role]]\n"
                "field='x'\nequals='1'\nrole='boss'"
            ),
            "boss",
        ),
    ],
)
def test_a_faulty_mapping_says_where(
    shop: Shop, tmp_path: Path, content: str, problem: str
) -> None:
    path = shop.write("x.csv", "a\n1\n")
    with pytest.raises(InputError) as caught:
        load_file(shop.con, path, LoadOptions(mapping=mapping(tmp_path, content)))
    assert caught.value.key == "mapping_invalid"
    assert problem in str(caught.value.values["problem"])


def test_a_mapping_that_is_no_toml(shop: Shop, tmp_path: Path) -> None:
    path = shop.write("x.csv", "a\n1\n")
    for broken in (mapping(tmp_path, "[preset"), tmp_path / "none.toml"):
        with pytest.raises(InputError) as caught:
            load_file(shop.con, path, LoadOptions(mapping=broken))
        assert caught.value.key == "mapping_unreadable"


def test_a_mapping_may_extend_the_generic_preset(shop: Shop, tmp_path: Path) -> None:
    rules = """
        [preset]
        extends = "generic"
        [[source]]
        id = "orders"
        [source.columns]
        paid_amount = ["fen"]
        extra.coupon = ["coupon"]
        [source.types]
        paid_amount = "money:fen"
        [source.const]
        shop_id = "旗舰店"
        [source.values.status]
        "送达啦" = "completed"
        [[source.drop]]
        field = "seller_note"
        in = ["测试"]
    """
    report = shop.take(
        "订单号,下单时间,fen,状态,备注,coupon,商家备注\n"
        "1,2026-10-01 10:00:00,1234,送达啦,,双11,\n"
        "2,2026-10-01 10:00:00,1,送达啦,,,测试\n",
        mapping=mapping(tmp_path, rules),
    )
    assert report.reject_reasons == {"left_out": 1}
    assert shop.rows("SELECT shop_id, CAST(paid_amount AS VARCHAR), status, extra FROM orders") == [
        ("旗舰店", "12.34", "completed", '{"coupon":"双11"}')
    ]
    assert read_preset(tmp_path / "mapping.toml")[0].columns["order_id"][0] == "订单编号"


def test_replies_make_threads_whatever_their_order(shop: Shop, tmp_path: Path) -> None:
    rows = [
        ("4", "3", "10:00:03", "shop", 0),
        ("3", "2.0", "10:00:02", "ann", 1),
        ("2", "1", "10:00:01", "shop", 0),
        ("1", "", "10:00:00", "ann", 1),
        ("11", "9", "11:00:00", "bob", 1),
        ("12", "9", "11:00:01", "shop", 0),
        ("21", "22", "12:00:00", "cat", 1),
        ("22", "23", "12:00:01", "shop", 0),
        ("23", "21", "12:00:02", "cat", 1),
        ("24", "23", "12:00:03", "shop", 0),
        ("31", "31", "13:00:00", "dan", 1),
    ]
    content = "id,reply,at,author,inbound,text\n" + "".join(
        f"{ident},{reply},2026-10-01 {clock},{author},{inbound},hi\n"
        for ident, reply, clock, author, inbound in rows
    )
    report = shop.take(content, mapping=mapping(tmp_path, THREADS))
    assert accounted(report) == (11, 11, 0, 0)
    threads = shop.rows(
        "SELECT conversation_id, any_value(customer_id),"
        " string_agg(message_id, ' ' ORDER BY occurred_at), string_agg(DISTINCT agent_id)"
        " FROM messages GROUP BY 1 ORDER BY 1"
    )
    assert threads == [
        ("1", "ann", "1 2 3 4", "shop"),
        ("21", "cat", "21 22 23 24", "shop"),
        ("31", "dan", "31", None),
        ("9", "bob", "11 12", "shop"),
    ]
    assert shop.column("SELECT count(DISTINCT customer_id || conversation_id) FROM messages") == [4]


def test_a_long_chain_of_replies_is_one_thread(shop: Shop, tmp_path: Path) -> None:
    rows = (f"{n},{n - 1 or ''},2026-10-01 10:00:00,ann,1,hi\n" for n in range(1, 3001))
    shop.take(
        "id,reply,at,author,inbound,text\n" + "".join(rows), mapping=mapping(tmp_path, THREADS)
    )
    assert shop.column("SELECT DISTINCT conversation_id FROM messages") == ["1"]


def test_every_sentence_of_loading_exists_in_both_languages() -> None:
    for key, texts in table().items():
        assert set(texts) == set(LANGS), key
    for lang in LANGS:
        set_language(lang)
        error = InputError("layout_tie", path="x.csv", candidates="a, b")
        assert "--kind" in describe(error)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("shift", range(4))
def test_characters_cut_by_a_block_border_are_whole(
    tmp_path: Path, shift: int, encoding: str
) -> None:
    line = "店,S1,2026-10-01 10:00:00,客户,c1,A,您好😀\n"
    text = "a" * shift + line * (2 * BLOCK_BYTES // len(line.encode()) + 2)
    path = tmp_path / "big.csv"
    path.write_bytes(text.encode(encoding))
    found = sniff(path)
    assert found.encoding == encoding
    assert found.line_count == text.count("\n")


def test_a_known_word_among_the_data_makes_no_header() -> None:
    known = {normal_header(name) for name in ("顾客", "订单号")}
    names, data = ["时刻", "谁说的", "说了啥"], ["2026-10-05 10:00:00", "顾客", "在吗"]
    assert find_header([names, data], known) == (0, 0)
    # A title above is no row of names, and two known words are a header whatever stands beside.
    assert find_header([["聊天记录", "", ""], ["顾客", "2026-10-05", "x"]], known) == (1, 1)
    assert find_header([names, ["订单号", "顾客", "2026-10-05"]], known) == (1, 2)
