from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ingest_shop import HEADER, Shop, accounted, open_ingest_shop

from cskpi.ingest.detect import choose
from cskpi.ingest.presets import shipped_sources

ORDERS = "店铺名称,订单编号,买家会员名,订单状态,订单创建时间,订单付款时间,买家应付货款,买家实际支付金额,宝贝标题,宝贝总数量,商家编码\n"
FILES = {
    "orders": "shop,order_id,customer_id,status,created_at,paid_at,payable_amount,paid_amount,"
    "title,quantity,sku_code,channel\nA,1,c,paid,2026-10-01 10:00:00,,10,9,cup,1,X,web\n",
    "refunds": "店铺名称,退款编号,订单编号,买家会员名,退款状态,退款金额,退款申请时间,退款完结时间,退款原因\n"
    "旗舰店,R1,1,c,退款成功,50.00,2026-10-02 10:00:00,2026-10-03 10:00:00,不喜欢\n",
    "ratings": "店铺,评价编号,会话ID,客户名,客服,评分,评价时间,评价内容\n"
    "旗舰店,P1,S1,c,a,5,2026-10-01 10:00:00,无\n",
    "tickets": "店铺,工单编号,订单编号,客户名称,受理人,工单类型,工单标题,工单状态,创建时间,完结时间\n"
    "旗舰店,T1,1,c,a,物流,催件,已完结,2026-10-01 10:00:00,2026-10-02 10:00:00\n",
    "complaints": "店铺,投诉编号,订单编号,买家昵称,责任客服,投诉类型,处理状态,投诉时间,完结时间\n"
    "旗舰店,C1,1,c,a,态度,已处理,2026-10-01 10:00:00,\n",
    "agents": "店铺,客服账号,姓名,团队,岗位,入职日期,离职日期\n旗舰店,a,王小美,售前组,售前,2025-01-01,\n",
    "shifts": "店铺,客服,日期,班次,上班时间,下班时间\n旗舰店,a,2026-10-01,早班,09:00,18:00\n",
}
ENGLISH = {
    "messages": "conversation_id,timestamp,sender,text\n1,2026-10-01 10:00:00,customer,hi\n",
    "orders": "order_id,customer_id,created_at,amount\n1,c,2026-10-01 10:00:00,9\n",
    "refunds": "refund_id,order_id,customer_id,status,refund_amount,applied_at,refunded_at,reason\n"
    "R,1,c,success,2,2026-10-01 10:00:00,,x\n",
    "ratings": "session_id,agent_id,rating,created_at\nS,a,5,2026-10-01 10:00:00\n",
    "tickets": "ticket_id,customer_id,agent_id,created_at,closed_at,subject,status,kind,priority\n"
    "1,c,a,2026-10-01 10:00:00,,x,open,k,high\n",
    "complaints": "complaint_id,customer_id,agent_id,filed_at,closed_at,kind,status,order_id\n"
    "1,c,a,2026-10-01 10:00:00,,x,open,1\n",
    "agents": "agent_id,agent_name,team,role,hired_on,left_on\na,Amy,T,presale,2026-01-01,\n",
    "shifts": "agent_id,date,shift,start,end\na,2026-10-01,early,09:00,18:00\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_ingest_shop(tmp_path) as opened:
        yield opened


def message(number: int, *, text: str = "在吗", ident: str = "", role: str = "客户") -> str:
    return f"旗舰店,S,{ident},2026-10-01 10:00:{number:02d},{role},c,a,{text},千牛\n"


@pytest.mark.parametrize(("kind", "content"), FILES.items(), ids=FILES)
def test_a_kind_is_known_by_its_columns_and_loads_once(shop: Shop, kind: str, content: str) -> None:
    report = shop.take(content)
    assert report.kind == kind
    assert accounted(report) == (1, 1, 0, 0)
    before = shop.rows(f"FROM {kind}")
    again = shop.take(content, "renamed.csv")
    assert accounted(again) == (1, 0, 1, 0)
    assert again.already_loaded
    assert shop.rows(f"FROM {kind}") == before
    assert shop.column("SELECT count(*) FROM import_files") == [1]


def test_plain_english_headers_load_as_well(shop: Shop) -> None:
    for kind, content in ENGLISH.items():
        report = shop.take(content, f"{kind}.csv")
        assert (report.kind, accounted(report)) == (kind, (1, 1, 0, 0))


def test_column_order_does_not_matter() -> None:
    for kind, content in (FILES | {"messages": HEADER}).items():
        header = content.splitlines()[0].split(",")
        matches = [choose(shipped_sources(), order, "x") for order in (header, header[::-1])]
        assert [match and match.source.target for match in matches] == [kind, kind]


def test_equal_messages_without_id_stay_apart_and_overlap_collapses(shop: Shop) -> None:
    first = shop.take(HEADER + message(1) + message(1) + message(2))
    assert accounted(first) == (3, 3, 0, 0)
    later = shop.take(HEADER + message(1) + message(1) + message(1) + message(3), "later.csv")
    assert accounted(later) == (4, 2, 2, 0)
    assert shop.column("SELECT count(*) FROM messages") == [5]
    assert shop.column("SELECT count(DISTINCT message_key) FROM messages") == [5]


def test_a_known_id_with_another_text_takes_the_later_text(shop: Shop) -> None:
    shop.take(HEADER + message(1, ident="M1") + message(2, ident="M2"))
    later = message(1, ident="M1", text="改了") + message(3, ident="M3")
    report = shop.take(HEADER + later, "later.csv")
    assert accounted(report) == (2, 2, 0, 0)
    assert shop.rows("SELECT message_id, text, file_id FROM messages ORDER BY 1") == [
        ("M1", "改了", 2),
        ("M2", "在吗", 1),
        ("M3", "在吗", 2),
    ]
    assert shop.column("SELECT list(text_hash ORDER BY message_id) FROM messages") == [
        [
            shop.column("SELECT text_hash_of('改了')")[0],
            *shop.column("SELECT text_hash_of('在吗')") * 2,
        ]
    ]


def test_texts_that_differ_in_a_number_said_twice_stay_apart(shop: Shop) -> None:
    texts = [f"退款{n}元什么时候到账 https://a.example/i?id={n}" for n in range(100, 200)]
    shop.take(HEADER + "".join(message(n % 60, text=text) for n, text in enumerate(texts)))
    assert shop.column("SELECT count(DISTINCT text_hash) FROM messages") == [100]


def test_a_repeated_id_in_one_file_is_one_message(shop: Shop) -> None:
    report = shop.take(HEADER + message(1, ident="M1") + message(1, ident="M1", text="改了"))
    assert accounted(report) == (2, 1, 1, 0)
    assert shop.column("SELECT text FROM messages") == ["改了"]


def test_ids_in_some_rows_only(shop: Shop) -> None:
    rows = message(1, ident="M1") + message(1) + message(1) + message(1, ident="M1")
    assert accounted(shop.take(HEADER + rows)) == (4, 3, 1, 0)
    assert accounted(shop.take(HEADER + rows + message(4), "later.csv")) == (5, 1, 4, 0)


def test_files_in_any_order_give_the_same_messages(tmp_path: Path) -> None:
    parts = [HEADER + "".join(message(n % 7) for n in range(k, k + 9)) for k in range(3)]
    tables = []
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        with open_ingest_shop(tmp_path) as shop:
            for place in order:
                shop.take(parts[place], f"{place}.csv")
            tables.append(shop.table("messages"))
    assert tables[0] == tables[1] == tables[2]


def test_order_rows_are_one_order_with_items(shop: Shop) -> None:
    rows = (
        "旗舰店,1,c,交易成功,2026-10-01 10:00:00,2026-10-01 10:05:00,100,99,杯,1,A\n"
        "旗舰店,1,c,交易成功,2026-10-01 10:00:00,2026-10-01 10:05:00,100,99,锅,2,B\n"
        "旗舰店,1,c,交易成功,2026-10-01 10:00:00,2026-10-01 10:05:00,100,99,锅,2,B\n"
        "旗舰店,2,d,交易成功,2026-10-01 10:00:00,,100,,杯,1,A\n"
        "旗舰店,2,d,交易成功,2026-10-01 10:00:00,2026-10-01 11:00:00,100,90,杯,1,A\n"
    )
    report = shop.take(ORDERS + rows)
    assert accounted(report) == (5, 4, 1, 0)
    assert shop.rows("SELECT order_id, CAST(paid_amount AS VARCHAR) FROM orders ORDER BY 1") == [
        ("1", "99.00"),
        ("2", "90.00"),
    ]
    assert shop.column("SELECT item_key FROM order_items ORDER BY 1") == [
        "1#1",
        "1#2",
        "2#1",
        "2#2",
    ]


def test_a_later_export_fills_gaps_and_follows_changes(shop: Shop) -> None:
    start = "旗舰店,1,c,{},2026-10-01 10:00:00,{},100,{},杯,1,A\n"
    shop.take(ORDERS + start.format("等待买家付款", "", ""))
    paid = shop.take(
        ORDERS + start.format('"买家已付款，等待卖家发货"', "2026-10-01 11:00:00", "99"), "b.csv"
    )
    assert accounted(paid) == (1, 1, 0, 0)
    sparse = shop.take(
        "订单编号,店铺,买家会员名,下单时间\n1,旗舰店,c,2026-10-01 10:00:00\n", "c.csv"
    )
    assert accounted(sparse) == (1, 0, 1, 0)
    assert shop.rows("SELECT status, CAST(paid_amount AS VARCHAR), file_id FROM orders") == [
        ("paid", "99.00", 2)
    ]
    assert shop.load(shop.folder / "export.csv").already_loaded
    assert shop.column("SELECT status FROM orders") == ["paid"]


def test_unknown_status_words_are_kept_and_counted(shop: Shop) -> None:
    report = shop.take(ORDERS + "旗舰店,1,c,神秘,2026-10-01 10:00:00,,1,1,杯,1,A\n")
    assert shop.rows("SELECT status, status_raw FROM orders") == [("unknown", "神秘")]
    assert report.unknown_words == {"status": {"神秘": 1}}


def test_conflicting_repeats_are_counted(shop: Shop) -> None:
    rows = "旗舰店,1,c,交易成功,2026-10-01 10:00:00,,100,{},杯,1,A\n"
    assert shop.take(ORDERS + rows.format(99) + rows.format(98)).conflicting_repeats == 1


def test_summary_rows_are_kept_aside(shop: Shop) -> None:
    tail = "合计,,,,,,1500.50,99,,,\n,总计：,,,,,1500.50,99,,,\n"
    order = "旗舰店,1,c,交易成功,2026-10-01 10:00:00,,100,99,杯,1,A\n"
    report = shop.take(ORDERS + order + tail)
    assert report.reject_reasons == {"summary_row": 2}
    chat = shop.take(HEADER + message(1) + "合计,,,,,,,12,\n", "chat.csv")
    assert chat.reject_reasons == {"summary_row": 1}


def test_scores_are_words_or_numbers_from_one_to_five(shop: Shop) -> None:
    words = [
        "非常满意",
        "满意",
        "一般",
        "不满意",
        "非常不满意",
        "好评",
        "差评",
        "good",
        "4分",
        "5.0",
    ]
    bad = ["6", "0", "还行", ""]
    rows = "".join(
        f"S{i},c,a,{word},2026-10-01 10:00:00\n" for i, word in enumerate([*words, *bad])
    )
    report = shop.take("会话ID,客户名,客服,满意度,评价时间\n" + rows)
    assert report.reject_reasons == {"score_out_of_range": 2, "bad_number": 1, "missing_value": 1}
    scores = shop.column("SELECT CAST(score AS INTEGER) FROM ratings ORDER BY source_row")
    assert scores == [5, 4, 3, 2, 1, 5, 1, 5, 4, 5]


def test_an_unrated_row_lacks_its_score_not_its_time(shop: Shop) -> None:
    rows = "S1,c,a,5,2026-10-01 10:00:00\nS2,c,a,,\nS3,c,a,4,\n"
    shop.take("会话ID,客户名,客服,满意度,评价时间\n" + rows)
    rejects = "SELECT source_row, column_name, reason FROM rejected_rows ORDER BY source_row"
    assert shop.rows(rejects) == [(3, "满意度", "missing_value"), (4, "评价时间", "missing_value")]


def test_ratings_of_nobody_in_the_same_minute_are_two(shop: Shop) -> None:
    rows = "a,5,2026-10-01 10:00\n" * 2
    assert shop.take("客服,评分,评价时间\n" + rows).rows_accepted == 2
    assert (
        shop.take("客服,评分,评价时间\n" + rows + "b,5,2026-10-01 10:00\n", "b.csv").rows_accepted
        == 1
    )


def test_shifts_over_midnight_rest_and_two_a_day(shop: Shop) -> None:
    report = shop.take(
        "店铺,客服,日期,班次,上班时间,下班时间\n"
        "旗,a,2026-10-01,晚班,16:00,00:00\n"
        "旗,a,2026-10-02,早班,08:00,12:00\n"
        "旗,a,2026-10-02,晚班,18:00,次日 02:00\n"
        "旗,a,2026-10-02,晚班,18:00,次日 02:00\n"
        "旗,a,2026-10-03,休息,,\n"
        "旗,a,2026-10-04,夜班,2026-10-04 22:00:00,2026-10-05 06:00:00\n"
        "旗,a,2026-10-05,年假,,\n"
        "旗,a,2026-10-06,夜班,25:99,\n"
    )
    assert accounted(report) == (8, 6, 1, 1)
    assert shop.rows(
        "SELECT strftime(shift_on, '%d'), shift_no, shift_kind, strftime(started_at, '%d %H:%M'),"
        " strftime(ended_at, '%d %H:%M') FROM shifts ORDER BY shift_on, shift_no"
    ) == [
        ("01", 1, "work", "01 16:00", "02 00:00"),
        ("02", 1, "work", "02 08:00", "02 12:00"),
        ("02", 2, "work", "02 18:00", "03 02:00"),
        ("03", 1, "rest", None, None),
        ("04", 1, "work", "04 22:00", "05 06:00"),
        ("05", 1, "leave", None, None),
    ]


def test_a_file_without_ids_still_loads_once(shop: Shop) -> None:
    content = "客户名,责任客服,投诉类型,投诉时间\nc,a,态度,2026-10-01 10:00:00\nc,a,物流,2026-10-01 10:00:00\n"
    assert accounted(shop.take(content)) == (2, 2, 0, 0)
    assert accounted(shop.take(content + "d,a,物流,2026-10-02 10:00:00\n", "b.csv")) == (3, 1, 2, 0)


def test_rejects_are_recorded_once_with_their_whole_row(shop: Shop) -> None:
    content = HEADER + message(1) + "旗,S,M,昨天,客户,c,a,在吗,千牛\n"
    assert accounted(shop.take(content)) == (2, 1, 0, 1)
    assert accounted(shop.take(content, "again.csv")) == (2, 0, 1, 1)
    assert shop.rows("SELECT file_id, source_row, raw_row->>'消息内容' FROM rejected_rows") == [
        (1, 3, "在吗")
    ]


def test_a_failure_leaves_the_database_as_before(shop: Shop) -> None:
    shop.take(HEADER + message(1))
    before = shop.table("messages"), shop.rows("FROM import_files")
    shop.con.execute("CREATE TEMP TABLE import_files AS SELECT 1 AS nothing")
    with pytest.raises(Exception, match="import_files"):
        shop.take(HEADER + message(2), "b.csv")
    shop.con.execute("DROP TABLE temp.import_files")
    assert (shop.table("messages"), shop.rows("FROM import_files")) == before
    assert shop.column("SELECT count(*) FROM duckdb_tables() WHERE temporary") == [0]
