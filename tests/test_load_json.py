from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from depth import rounds
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import Read, read_all

from cskpi.diagnostics import describe
from cskpi.errors import InputError
from cskpi.ingest.json_tables import JsonLimits

CHATWOOT = {
    "data": {
        "meta": {"all_count": 2},
        "payload": [
            {
                "id": 1,
                "labels": ["退款", "vip"],
                "meta": {"sender": {"id": 7, "name": "张三"}, "channel": "web"},
                "messages": [
                    {"id": 11, "content": "在吗 [x], {y}", "sender": {"id": 7}},
                    {"id": 12, "content": '他说"\\好"', "attachments": [{"url": "u"}]},
                ],
            },
            {"id": 2, "meta": {"sender": None}, "messages": []},
            {"id": 3, "messages": [{"id": 13, "content": "谢谢"}]},
        ],
    }
}


def take(
    folder: Path, content: str | bytes | Any, name: str = "x.json", **more: Any
) -> dict[str | None, Read]:
    path = folder / name
    if not isinstance(content, str | bytes):
        content = json.dumps(content, ensure_ascii=False)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_all(path, **more)


def only(found: dict[str | None, Read]) -> Read:
    (read,) = found.values()
    return read


def refusal(folder: Path, content: str) -> InputError:
    with pytest.raises(InputError) as caught:
        take(folder, content)
    assert describe(caught.value)
    return caught.value


@pytest.mark.parametrize("indent", [None, 2])
def test_lists_inside_a_wrapper_become_tables_with_the_fields_around_them(
    tmp_path: Path, indent: int | None
) -> None:
    found = take(tmp_path, json.dumps(CHATWOOT, indent=indent, ensure_ascii=False))
    place = "data.payload[]"
    assert list(found) == [place, f"{place}.messages[]", f"{place}.messages[].attachments[]"]
    first, second, third = found[place].records()
    assert first["meta.sender.id"] == "7"
    assert first["meta.sender.name"] == "张三"
    assert first["^.meta.all_count"] == "2"
    assert json.loads(first["labels"]) == ["退款", "vip"]
    assert json.loads(first["messages"])[0]["id"] == 11
    assert (second["id"], third["id"]) == ("2", "3")
    messages = found[f"{place}.messages[]"]
    assert messages.column("content") == ["在吗 [x], {y}", '他说"\\好"', "谢谢"]
    assert messages.column("^.id") == ["1", "1", "3"]
    assert messages.column("^.meta.sender.name") == ["张三", "张三", None]
    assert messages.column("^.^.meta.all_count") == ["2", "2", "2"]
    assert messages.column("sender.id") == ["7", None, None]
    assert messages.origins == [1, 1, 3]
    assert "^.messages" not in messages.raw.header
    (attachment,) = found[f"{place}.messages[].attachments[]"].records()
    assert (attachment["url"], attachment["^.id"], attachment["^.^.id"]) == ("u", "12", "1")


def test_several_lists_of_one_document_are_several_tables(tmp_path: Path) -> None:
    body = {"status": 0, "item": [{"a": 1}], "shop": {"name": "旗舰店", "users": [{"u": 1}]}}
    found = take(tmp_path, body)
    assert found["item[]"].records() == [{"a": "1", "^.status": "0", "^.shop.name": "旗舰店"}]
    assert found["shop.users[]"].records() == [{"u": "1", "^.name": "旗舰店", "^.^.status": "0"}]


def test_lines_and_arrays_are_one_plain_table(tmp_path: Path) -> None:
    objects = [{"a": 1, "b": {"c": True}}, {"a": 2, "late": [1]}]
    lines = "\n".join(json.dumps(row) for row in objects)
    for name, content in {"x.jsonl": lines, "x.json": json.dumps(objects, indent=1)}.items():
        read = only(take(tmp_path, content, name))
        assert read.raw.sheet is None
        assert read.records() == [
            {"a": "1", "b": '{"c":true}', "b.c": "true"},
            {"a": "2", "late": "[1]"},
        ]


def test_lists_inside_lines_are_tables_too(tmp_path: Path) -> None:
    lines = '{"id":1,"history":[{"m":"x"}]}\n\n{"id":2,"history":[{"m":"y"},"z",null]}\n'
    found = take(tmp_path, lines, "x.jsonl")
    inner = found["[].history[]"]
    assert inner.records() == [{"m": "x", "^.id": "1"}, {"m": "y", "^.id": "2"}]
    assert inner.origins == [1, 3]
    assert inner.rejects == [(3, '"z"', "bad_json"), (3, "null", "bad_json")]


def test_an_envelope_in_a_string_is_opened_and_a_broken_one_kept(tmp_path: Path) -> None:
    envelope = json.dumps({"type": "message", "data": {"content": "如何开发票？"}})
    texts = [envelope, "{broken", None, "plain"]
    read = only(take(tmp_path, "\n".join(json.dumps({"content": t}) for t in texts), "x.jsonl"))
    assert read.column("content") == texts
    assert read.column("content.type") == ["message", None, None, None]
    assert read.column("content.data.content") == ["如何开发票？", None, None, None]


def test_a_chance_object_in_a_late_text_opens_no_columns(tmp_path: Path) -> None:
    lines = ['{"text":"hi"}'] * 20_001 + [json.dumps({"text": '{"a":1}'})]
    read = only(take(tmp_path, "\n".join(lines), "x.jsonl"))
    assert read.raw.header == ("text",)
    assert read.rows[-1] == ('{"a":1}',)


def test_a_late_nested_object_is_opened(tmp_path: Path) -> None:
    lines = ['{"text":"hi"}'] * 20_001 + ['{"text":"ho","late":{"a":{"b":1}}}']
    read = only(take(tmp_path, "\n".join(lines), "x.jsonl"))
    assert read.records()[-1]["late.a.b"] == "1"


@pytest.mark.parametrize(
    "number", ["6936476692437472563", "1.10", "0.30000000000000000001", "-2.00"]
)
def test_numbers_keep_their_digits(tmp_path: Path, number: str) -> None:
    text = f'"a\\": 5.50, b": 1.10,"x": {number} ,"y": "1.10, 2.00"'
    expected = {'a": 5.50, b': "1.10", "x": number, "y": "1.10, 2.00"}
    assert only(take(tmp_path, "{" + text + "}\n{}\n", "x.jsonl")).records()[0] == expected
    wrapped = f'{{"total": {number}, "rows": [{{{text}}}]}}'
    assert only(take(tmp_path, wrapped)).records() == [expected | {"^.total": number}]


def test_bad_elements_are_rejected_one_by_one(tmp_path: Path) -> None:
    read = only(take(tmp_path, '[{"a":1},{"a":},\n5,{"a":"x\ny"},{"a":[1}],{"a":2}]'))
    assert read.column("a") == ["1", None, None, None, None, "2"]
    assert [(row, reason) for row, _, reason in read.rejects] == [
        (2, "bad_json"),
        (3, "bad_json"),
        (4, "bad_json"),
        (5, "bad_json"),
    ]


def test_bad_lines_are_rejected_with_their_number(tmp_path: Path) -> None:
    lines = ['{"a":1}', "{broken", "", "[1]", '{"a":1}{"a":2}', '{"a":"\x01"}', '{"a":3}']
    read = only(take(tmp_path, "\n".join(lines), "x.jsonl"))
    assert [row for row, *_ in read.rejects] == [2, 4, 5, 6]
    assert [cell for cell in read.column("a") if cell] == ["1", "3"]


def test_what_is_cut_off_or_broken_is_refused_with_its_place(tmp_path: Path) -> None:
    for content, (line, byte) in {
        '[{"a":1},\n{"a":2},': (2, 19),
        '[{"a":1},]x': (1, 11),
        '[{"a":1},{"a":]': (1, 15),
        '{"data":[{"a":1}': (1, 17),
        '{"data":[{"a":1}]\n,, "b":2}': (2, 20),
        '{"data":[{"a":"x},\n{"a":"y"}]}': (1, 19),
    }.items():
        error = refusal(tmp_path, content)
        assert error.key == "json_broken", content
        assert (error.values["line"], error.values["byte"]) == (line, byte), content


def test_a_repeated_key_of_a_wrapper_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, '{"a":[{"b":1}],"a":[{"b":2}]}').key == "json_broken"


@pytest.mark.parametrize("name", ["x.json", "x.jsonl"])
@pytest.mark.parametrize("wrap", ['{{"a":{}}}\n', '[{{"a":{}}}]', '{{"b":1}}\n{{"a":{}}}\n'])
def test_absurd_nesting_is_refused_by_its_limit(tmp_path: Path, name: str, wrap: str) -> None:
    (tmp_path / name).write_text(wrap.format("[" * 200_000 + "]" * 200_000), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_all(tmp_path / name, limits=JsonLimits(nesting=64))
    assert (caught.value.key, caught.value.values["limit"]) == ("json_too_deep", 64)


def test_absurd_nesting_inside_a_text_stays_text(tmp_path: Path) -> None:
    deep = '{"a":' + "[" * 200_000 + "]" * 200_000 + "}"
    lines = [{"text": '{"a":1}'}, {"text": deep}]
    read = only(take(tmp_path, "\n".join(json.dumps(row) for row in lines), "x.jsonl"))
    assert read.column("text.a") == ["1", None]
    assert read.column("text")[1] == deep


def test_objects_deeper_than_the_limit_stay_text(tmp_path: Path) -> None:
    read = only(take(tmp_path, [{"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}]))
    assert read.raw.header[-1] == "a.b.c.d.e"
    assert read.rows[0][-1] == '{"f":1}'


def test_an_object_with_ids_for_keys_stays_text(tmp_path: Path) -> None:
    read = only(take(tmp_path, [{"by_agent": {f"id{n}": n for n in range(300)}}]))
    assert read.raw.header == ("by_agent",)


def test_keys_that_differ_in_case_only_are_two_columns(tmp_path: Path) -> None:
    read = only(take(tmp_path, '{"Id":1,"id":2,"":3}\n{"id":4}\n', "x.jsonl"))
    assert read.records() == [{"Id": "1", "id": "2", "": "3"}, {"id": "4"}]


def test_a_single_object_is_a_row_and_an_empty_list_no_table(tmp_path: Path) -> None:
    read = only(take(tmp_path, '{\n "id": 1,\n "user": {"name": "x"}\n}'))
    assert read.records() == [{"id": "1", "user": '{"name":"x"}', "user.name": "x"}]
    assert refusal(tmp_path, "[]").key == "file_empty"


def test_other_encodings_line_ends_and_marks(tmp_path: Path) -> None:
    lines = '{"文":"你好"}\n{"文":"再见"}\n'
    for content in (
        lines.encode("utf-8-sig"),
        lines.encode("gb18030"),
        lines.encode("utf-16"),
        lines.replace("\n", "\r\n").encode(),
        lines.replace("\n", "\r").encode(),
    ):
        read = only(take(tmp_path, content, "x.jsonl"))
        assert read.column("文") == ["你好", "再见"]
    wrapped = only(take(tmp_path, '{"list":[{"文":"你好"}]}'.encode("utf-8-sig")))
    assert wrapped.column("文") == ["你好"]


def test_bytes_that_are_no_text_reject_their_element(tmp_path: Path) -> None:
    content = b'{"list":[{"a":"x"},{"a":"\xff"},{"a":"\xe4\xbd\xa0"}]}'
    read = only(take(tmp_path, content))
    assert [(row, reason) for row, _, reason in read.rejects] == [(2, "bad_encoding")]
    assert [cell for cell in read.column("a") if cell] == ["x", "你"]


def test_rows_keep_their_numbers_behind_lines_that_are_lost(tmp_path: Path) -> None:
    lines = [b'{"a":1}', b'{"a":"\xff"}', b"{broken", b'{"a":4,"b":[{"c":1}]}', b""]
    found = take(tmp_path, b"\n".join(lines), "x.jsonl")
    assert found[None].column("a") == ["1", None, None, "4"]
    assert [(row, reason) for row, _, reason in found[None].rejects] == [
        (2, "bad_encoding"),
        (3, "bad_json"),
    ]
    assert found["[].b[]"].origins == [4]


def test_mixed_encodings_reject_the_odd_lines_and_name_the_byte(tmp_path: Path) -> None:
    lines = [f'{{"a":"{text}"}}\n' for text in ("你好吗", "在的亲", "好的呢", "谢谢你")]
    for own, foreign in (("utf-8", "gb18030"), ("gb18030", "utf-8")):
        octets = [line.encode(foreign if n == 2 else own) for n, line in enumerate(lines)]
        read = only(take(tmp_path, b"".join(octets), "x.jsonl"))
        assert [cell for cell in read.column("a") if cell] == ["你好吗", "在的亲", "谢谢你"], own
        ((row, text, reason),) = read.rejects
        assert (row, reason) == (3, "bad_encoding")
        begin = len(octets[0] + octets[1])
        assert text.startswith(f"@{begin + 1 + 6} "), text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('ab."\\', max_size=2), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=rounds(5, thorough=200), deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), JSON), min_size=1, max_size=5))
def test_any_objects_give_as_many_rows_in_every_shape(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    lines = "\n".join(json.dumps(row) for row in objects) + "\n"
    array = take(folder, objects)
    by_lines = take(folder, lines, "x.jsonl")
    wrapped = take(folder, {"a": {"rows": objects}})
    assert array[None].rows == by_lines[None].rows == wrapped["a.rows[]"].rows
    assert len(array[None].rows) == len(objects)
    for row, written in zip(objects, array[None].records(), strict=True):
        for key, entry in row.items():
            if isinstance(entry, str) and entry:
                assert written[key] == entry
            elif isinstance(entry, list | dict):
                assert json.loads(written[key]) == entry
