from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ingest_shop import HEADER, Shop, accounted, open_ingest_shop

from cskpi.diagnostics import describe
from cskpi.errors import InputError
from cskpi.ingest.load import LoadOptions, Progress, expand_paths, load_file
from cskpi.ingest.options import ReadLimits

COLUMNS = HEADER.strip().split(",")
RECORDS = [
    ["旗舰店", "S1", "M1", "2026-10-01 10:00:00", "客户", "tb1", "旗舰店:小美", "在吗？", "千牛"],
    ["旗舰店", "S1", "M2", "2026-10-01 10:00:30", "客服", "tb1", "旗舰店:小美", "亲，在的", "千牛"],
    ["旗舰店", "S2", "M3", "2026-10-01 11:00:00", "客户", "小红", "旗舰店:小美", "无", "千牛"],
]
CSV = HEADER + "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in RECORDS)
OBJECTS = [dict(zip(COLUMNS, row, strict=True)) for row in RECORDS]
PLAIN = HEADER + "".join(",".join(row) + "\n" for row in RECORDS)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_ingest_shop(tmp_path) as opened:
        yield opened


def refusal(shop: Shop, path: Path, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        load_file(shop.con, path, LoadOptions(**options))
    assert describe(caught.value)
    return caught.value


def test_every_format_and_encoding_of_the_same_rows_gives_the_same_table(tmp_path: Path) -> None:
    json_lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in OBJECTS)
    files: dict[str, bytes] = {
        "plain.csv": CSV.encode(),
        "chinese.csv": CSV.encode("gb18030"),
        "wide.csv": CSV.encode("utf-16"),
        "wide_be.csv": CSV.encode("utf-16-be"),
        "dos.csv": CSV.replace("\n", "\r\n").encode(),
        "mac.csv": CSV.replace("\n", "\r").encode(),
        "both.csv": CSV.replace("\n", "\r\n", 2).encode(),
        "tabs.tsv": PLAIN.replace(",", "\t").encode(),
        "semicolons.csv": PLAIN.replace(",", ";").encode("utf-8-sig"),
        "array.json": json.dumps(OBJECTS).encode(),
        "pretty.json": json.dumps(OBJECTS, indent=1, ensure_ascii=False).encode("gb18030"),
        "wrapped.json": json.dumps({"code": 0, "data": OBJECTS}).encode(),
        "deeper.json": json.dumps({"data": {"total": 3, "list": OBJECTS}}, indent=1).encode(),
        "lines.jsonl": json_lines.encode("utf-8-sig"),
    }
    tables = {}
    for name, content in files.items():
        with open_ingest_shop(tmp_path) as shop:
            report = shop.take(content, name)
            assert accounted(report) == (3, 3, 0, 0), name
            tables[name] = shop.table("messages")
    with open_ingest_shop(tmp_path) as shop:
        shop.load(shop.sheets("book.xlsx", 消息=[COLUMNS, *RECORDS]))
        tables["book.xlsx"] = shop.table("messages")
    assert [name for name, table in tables.items() if table != tables["plain.csv"]] == []


def test_the_report_says_how_the_file_was_read(shop: Shop) -> None:
    report = shop.take(CSV.encode("gb18030"))
    assert (report.format, report.encoding, report.delimiter) == ("csv", "gb18030", ",")
    assert (report.kind, report.preset, report.source) == ("messages", "generic", "messages")
    assert report.header_row == 1
    assert report.columns_used["conversation_id"] == "会话ID"
    assert (report.first_at, report.last_at) == (
        datetime(2026, 10, 1, 10),  # noqa: DTZ001
        datetime(2026, 10, 1, 11),  # noqa: DTZ001
    )


def test_any_file_name_works(shop: Shop) -> None:
    shop.write("xa.csv", "not,this\n")
    for name in ("a b.csv", "it's.csv", "x[1].csv", "a*b?.csv", "价格;--.csv"):
        assert shop.take(CSV, name).rows_read == 3, name


def test_header_below_a_title_and_a_period(shop: Shop) -> None:
    report = shop.take("店铺聊天记录\n导出时间：2026-11-01,,\n\n" + CSV)
    assert report.header_row == 4
    assert shop.column("SELECT source_row FROM messages ORDER BY 1") == [5, 6, 7]


def test_header_spellings_are_compared_without_width_case_and_units(shop: Shop) -> None:
    shop.take("\ufeff Order ID , PAID-AMOUNT（元） ,created at\t\n1,5,2026-10-01 10:00:00\n")
    assert shop.rows("SELECT order_id, CAST(paid_amount AS VARCHAR) FROM orders") == [("1", "5.00")]


def test_quoted_line_ends_and_quotes_stay_in_the_text(shop: Shop) -> None:
    shop.take(HEADER + '旗,S,M,2026-10-01 10:00:00,客户,c,a,"第一行\r\n第二行,""引号""",千牛\n')
    assert shop.column("SELECT text FROM messages") == ['第一行\n第二行,"引号"']


def test_ragged_lines_are_rejected_with_their_text_and_row(shop: Shop) -> None:
    lines = CSV.splitlines()
    report = shop.take("\n".join([*lines[:2], "旗舰店,S1", *lines[2:], ",".join("abcdefghijk")]))
    assert accounted(report) == (5, 3, 0, 2)
    assert shop.rows("SELECT source_row, reason, raw_row FROM rejected_rows ORDER BY 1") == [
        (3, "too_few_columns", "旗舰店,S1"),
        (6, "too_many_columns", "a,b,c,d,e,f,g,h,i,j,k"),
    ]
    assert shop.column("SELECT source_row FROM messages ORDER BY 1") == [2, 4, 5]


def test_an_unclosed_quote_costs_its_own_line_only(shop: Shop) -> None:
    lines = CSV.splitlines()
    broken = '旗,S,M9,2026-10-01 10:00:00,客户,c,a,"没关,千牛'
    report = shop.take("\n".join([*lines[:2], broken, *lines[2:]]))
    assert accounted(report) == (4, 3, 0, 1)
    assert shop.rows("SELECT reason, raw_row FROM rejected_rows") == [("bad_quotes", broken)]


def test_undecodable_bytes_reject_the_row_they_stand_in(shop: Shop) -> None:
    bad = b"x,S,M9,2026-10-01 10:00:00,customer,c,a,bad\xff,q\n"
    for name, encoding in (("a.csv", "utf-8"), ("b.csv", "gb18030")):
        report = shop.take(CSV.encode(encoding) + bad, name)
        assert report.encoding == encoding
        assert report.reject_reasons == {"bad_encoding": 1}
        assert report.rows_read == 4


def test_lines_in_another_encoding_are_rejected_not_misread(shop: Shop) -> None:
    lines = CSV.splitlines(keepends=True)
    for own, foreign in (("utf-8", "gb18030"), ("gb18030", "utf-8")):
        encodings = [own, own, foreign, own]
        content = b"".join(line.encode(name) for line, name in zip(lines, encodings, strict=True))
        report = shop.take(content, f"{own}.csv")
        assert (report.encoding, report.reject_reasons) == (own, {"bad_encoding": 1})
        place = sum(len(line.encode(own)) for line in lines[:2])
        place += len(lines[2].split("旗", maxsplit=1)[0])
        (kept,) = shop.column("SELECT raw_row FROM rejected_rows ORDER BY file_id DESC LIMIT 1")
        assert int(kept.split()[0].removeprefix("@")) in range(place + 1, place + 4)
    assert shop.column("SELECT source_row FROM rejected_rows") == [3, 3]
    assert shop.column("SELECT message_id FROM messages ORDER BY 1") == ["M1", "M3"]


def test_a_message_of_three_megabytes_is_taken_whole_where_the_limit_lets_it(shop: Shop) -> None:
    text = "长" * 1_000_000
    line = f'旗,S,M,2026-10-01 10:00:00,客户,c,a,"{text}",千牛\n'
    assert shop.take(HEADER + line).rows_accepted == 1
    assert shop.column("SELECT length(text) FROM messages") == [1_000_000]


def test_nul_bytes_are_no_part_of_a_text(shop: Shop) -> None:
    shop.take(HEADER + "旗,S,M,2026-10-01 10:00:00,客户,c,a,你\x00好,千牛\n")
    assert shop.column("SELECT text FROM messages") == ["你好"]


def test_blank_lines_and_empty_rows_are_no_rows(shop: Shop) -> None:
    report = shop.take(CSV + "\n\n,,,,,,,,\n  ,,,,,,,,\n")
    assert accounted(report) == (3, 3, 0, 0)


def test_long_lines_and_long_cells_are_rejected_not_cut(shop: Shop) -> None:
    long = HEADER + f"旗,S,M,2026-10-01 10:00:00,客户,c,a,{'长' * 2000},千牛\n"
    assert shop.take(long, "a.csv", limits=ReadLimits(line_bytes=4000)).reject_reasons == {
        "line_too_long": 1
    }
    assert shop.take(long, "b.csv", limits=ReadLimits(cell_characters=1000)).reject_reasons == {
        "cell_too_long": 1
    }
    assert shop.column("SELECT max(length(raw_row)) FROM rejected_rows") == [2000]
    assert shop.take(long, "c.csv").rows_accepted == 1


def test_a_tab_file_with_bare_quotes_is_not_quoted(shop: Shop) -> None:
    report = shop.take('session_id\trole\ttime\ttext\n1\tcustomer\t2026-10-01 10:00:00\t"怎么\n')
    assert report.rows_accepted == 1
    assert shop.column("SELECT text FROM messages") == ['"怎么']


def test_json_lines_keep_late_keys_and_reject_broken_lines(shop: Shop) -> None:
    first = {"session_id": 1, "sent_at": "2026-10-01 10:00:00", "role": "customer", "text": "hi"}
    late = {**first, "message_id": 6936476692437472563, "text": {"type": "card"}}
    lines = [json.dumps(first), "{broken", "", "[1]", json.dumps(late)]
    report = shop.take("\n".join(lines), "x.jsonl")
    assert accounted(report) == (4, 2, 0, 2)
    assert shop.rows("SELECT message_id, text FROM messages ORDER BY source_row") == [
        (None, "hi"),
        ("6936476692437472563", '{"type":"card"}'),
    ]
    assert shop.rows("SELECT source_row, reason FROM rejected_rows ORDER BY 1") == [
        (2, "bad_json"),
        (4, "bad_json"),
    ]


def test_broken_or_unclear_json_is_refused(shop: Shop) -> None:
    for content, key in {
        '[{"a":1},{"a":2},': "json_broken",
        '[{"a":1},]x': "json_broken",
        '[{"a":1},{"a":]': "json_broken",
        '{"data":[{"a":1}': "json_broken",
        '{"a":[{"b":1}],"c":[{"d":1}]}\n': "no_known_column",
        '{"a":1}': "no_known_column",
        "[]": "file_empty",
    }.items():
        assert refusal(shop, shop.write("x.json", content)).key == key, content


def test_workbook_cells_become_text_without_loss(shop: Shop) -> None:
    written = datetime(2026, 10, 1, 10, 0, 5)  # noqa: DTZ001
    rows = [
        ["订单编号", "下单时间", "付款时间", "实付金额", "宝贝标题"],
        ["6936476692437472563", written, 46296.5, 12.5, "杯"],
        [9001.0, "2026-10-01 10:00:00", "", 0.1 + 0.2, '="锅"'],
        [6936476692437472563, written, "", 1, "丢了位数"],
    ]
    report = shop.load(shop.sheets("book.xlsx", 订单=rows, 空=[]))
    assert report.reject_reasons == {"id_digits_lost": 1}
    assert shop.rows(
        "SELECT order_id, CAST(created_at AS VARCHAR), CAST(paid_at AS VARCHAR),"
        " CAST(paid_amount AS VARCHAR) FROM orders ORDER BY source_row"
    ) == [
        ("6936476692437472563", "2026-10-01 10:00:05", "2026-10-01 12:00:00", "12.50"),
        ("9001", "2026-10-01 10:00:00", None, "0.30"),
    ]
    assert shop.column("SELECT title FROM order_items ORDER BY source_row") == ["杯", "锅"]


def test_sheets_of_a_workbook_are_loaded_one_by_one(shop: Shop) -> None:
    path = shop.sheets("book.xlsx", 说明=[["这是说明"], ["第二行"]], 消息=[COLUMNS, *RECORDS])
    reports = load_file(shop.con, path, LoadOptions())
    assert [(r.sheet, r.kind, r.skipped_reason) for r in reports] == [
        ("说明", None, "unknown_layout"),
        ("消息", "messages", None),
    ]


def test_what_cannot_be_loaded_is_refused_by_name(shop: Shop) -> None:
    files: dict[str, tuple[bytes, str]] = {
        "empty.csv": (b"", "file_empty"),
        "spaces.csv": (b"\n \n", "file_empty"),
        "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_damaged"),
        "packed.gz": (b"\x1f\x8b\x08\x00", "archive"),
        "broken.xlsx": (b"PK\x03\x04broken", "file_damaged"),
        "scan.csv": (b"%PDF-1.7", "not_a_table"),
        "funds.csv": ("账务流水号,发生时间\n1,2026-10-01 10:00:00\n".encode(), "no_known_column"),
        "chat.csv": ("会话ID,消息内容\n1,在吗\n".encode(), "no_time_column"),
        "half.csv": ("店铺,客服\n旗舰店,小美\n".encode(), "unknown_layout"),
    }
    for name, (content, key) in files.items():
        assert refusal(shop, shop.write(name, content)).key == key, name
    assert shop.column("SELECT count(*) FROM import_files") == [0]


def test_a_missing_file_is_refused(shop: Shop, tmp_path: Path) -> None:
    assert refusal(shop, tmp_path / "none.csv").key == "file_missing"


def test_paths_are_files_folders_and_globs(shop: Shop, tmp_path: Path) -> None:
    for name in ("b.csv", "a.xlsx", "x[1].csv", "notes.md", ".hidden.csv", "~$lock.xlsx"):
        shop.write(name, "x")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "c.jsonl").write_text("{}", encoding="utf-8")
    names = [path.name for path in expand_paths([tmp_path])]
    assert names == ["a.xlsx", "b.csv", "c.jsonl", "x[1].csv"]
    assert expand_paths([tmp_path / "*.csv", tmp_path / "b.csv"]) == [
        tmp_path / "b.csv",
        tmp_path / "x[1].csv",
    ]
    assert expand_paths([tmp_path / "x[1].csv"]) == [tmp_path / "x[1].csv"]
    for path in (tmp_path / "none", tmp_path / "none*.csv"):
        with pytest.raises(InputError):
            expand_paths([path])


def test_progress_grows_to_the_size_of_the_file(shop: Shop) -> None:
    seen: list[Progress] = []
    path = shop.write("a.csv", CSV)
    load_file(shop.con, path, LoadOptions(), seen.append)
    done = [step.bytes_done for step in seen]
    assert done == sorted(done)
    assert done[-1] == seen[-1].bytes_total == path.stat().st_size
    assert seen[-1].rows == 3


def test_a_json_list_of_no_known_kind_is_named_as_skipped(shop: Shop) -> None:
    rating = {"评价编号": "R1", "评分": 5, "评价时间": "2026-10-01 10:00:00", "客服": "小美"}
    content = json.dumps({"ratings": [rating], "stock": [{"shelf": "A", "pieces": 3}]})
    reports = load_file(shop.con, shop.write("both.json", content), LoadOptions())
    found = [(report.sheet, report.kind, report.skipped_reason) for report in reports]
    assert found == [("ratings[]", "ratings", None), ("stock[]", None, "unknown_layout")]
