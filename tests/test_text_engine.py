"""Reading one text: forms, words, personal data, evidence."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from depth import rounds
from hypothesis import given, settings
from hypothesis import strategies as st
from text_quality import sentences

from cskpi.enrich.lexicons import SHIPPED, is_readable, load_lexicons, read_lexicon
from cskpi.enrich.normalise import LONGEST, Traced, normalise
from cskpi.enrich.personal import find_personal, passes_luhn
from cskpi.enrich.promises import find_promises
from cskpi.enrich.signals import PERSONAL, WORDS, signals
from cskpi.enrich.spans import spans
from cskpi.enrich.tokens import reference_tokens, tokens

PIECES = st.sampled_from(
    [
        "亲",
        "在吗",
        "不能退",
        "加我微信abc12345",
        "１３８００１３８０００",
        "😊",
        "[微笑]",
        "/:^_^",
        "#E-s[数字x]",
        "文三路12号3幢",
        ",",
        "，",
        "。",
        "?",
        "「",
        "」",
        "“",
        "”",
        "https://a.cn/x?y=1",
        "订单1234567890123456",
        "明天给您发货",
        "您说",
        "ok",
        "Ⅷ",
        "㎏",
        "①",
        "{",
        "}",
        "\n",
        "\t",
        "\u200b",
        "[",
        "]",
        "说",
        "吗",
        "123",
        "24小时内",
        "第一",
        "最好",
    ]
)
# How a character is normalised that Unicode came to know after this Python, Python cannot tell.
KNOWN = st.characters(exclude_categories=["Cs", "Cn"])
TEXTS = st.lists(PIECES | st.text(KNOWN, max_size=3), max_size=8).map("".join)


def form_of(text: str) -> str:
    return str(normalise(pl.Series([text]))[0])


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ＡＢＣ１２３，你好！", "abc123,你好!"),
        ("好的😊[微笑]/:^_^", "好的{smile}{smile}{smile}"),
        ("亲#E-s[数字x]#E-s12", "亲{emoji}{emoji}"),
        ("看这个https://item.taobao.com/item.htm?id=1，谢谢", "看这个{link},谢谢"),
        ("订单1234567890123456789和260101-123456789012345", "订单{order}和{order}"),
        ("退您5.50元，7天内到", "退您5.50元,7天内到"),
        ("  多   个\n空格 ", "多 个 空格"),
        ("{mobile}不是号码", "(mobile)不是号码"),
        ("[图片][语音]", "{image}{voice}"),
        ("138-0013-8000或(010)62345678", "{mobile}或{landline}"),
    ],
)
def test_forms(text: str, form: str) -> None:
    assert form_of(text) == form


def test_nothing_said_has_no_form() -> None:
    assert normalise(pl.Series(["", None], dtype=pl.String)).to_list() == ["", None]
    assert normalise(pl.Series([], dtype=pl.String)).to_list() == []


@given(st.lists(TEXTS, min_size=20, max_size=40))
@settings(max_examples=rounds(3, thorough=200), deadline=None)
def test_evidence_is_read_from_the_same_form_as_the_signals(texts: list[str]) -> None:
    for text, said in zip(texts, signals(pl.Series(texts)).iter_rows(named=True), strict=True):
        assert Traced(text).form == said["form"]
        agree(said, text)


def agree(said: dict[str, Any], text: str) -> None:
    found = spans(text)
    kinds = {span.kind for span in found}
    for column, (_, name) in WORDS.items():
        # A sign alone (a question mark) is no word to show.
        assert said[column] or name not in kinds
    for column, sign in PERSONAL.items():
        assert said[column] == (sign.strip("{}") in kinds)
    assert said["is_promise"] == ("promise" in kinds)
    assert all(text[s.start : s.end] == s.word != "" for s in found)


def test_endless_texts_are_read_from_their_start() -> None:
    text = "不能退，" + "好" * 50_000 + "13800138000"
    assert len(form_of(text)) == LONGEST
    assert [span.word for span in spans(text) if span.kind != "question"] == ["不能退"]


def test_every_signal_of_words_has_its_evidence() -> None:
    text = "抱歉，这个不能退，您联系快递吧，加我微信ａｂｃ１２３４５６，全网最低价"
    words = {span.kind: span.word for span in spans(text)}
    assert words["apology"] == "抱歉"
    assert words["refusal"] == "这个不能退"
    assert words["referral"].startswith("您联系快递")
    assert words["diversion"] == "加我微信"
    assert words["social"] == "ａｂｃ１２３４５６"
    assert words["superlative"] == "全网最低价"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("13800138000", ["mobile"]),
        ("+86 138 0013 8000", ["mobile"]),
        ("订单号13800138000", ["order"]),
        ("113800138000", ["order"]),
        ("12800138000", []),
        ("138001380001.5", ["order"]),
        ("价格13800.13", []),
        ("110101199003074477", ["id_number"]),
        ("110101199003074478", ["order"]),
        ("110101199013074477", ["order"]),
        ("6222021234567890128", ["bank_card"]),
        ("6222021234567890129", ["order"]),
        ("0571-88881234", ["landline"]),
        ("400-820-8820", []),
        ("2026-10-01 10:00:00", []),
        ("微信支付10000元", []),
        ("微信: wei_xin88", ["social"]),
        ("sf1234567890123", ["parcel"]),
        ("杭州市西湖区文三路12号3幢401室", ["address"]),
        ("我知道3号楼", []),
        ("寄回地址:广州市白云区石井路12号 电话13800138000", ["shop_contact", "shop_contact"]),
        ("尺码175/92a 3.5mm", []),
    ],
)
def test_personal_data(text: str, kinds: list[str]) -> None:
    assert [found.kind for found in find_personal(text)] == kinds


@given(st.from_regex(r"[1-9]\d{14}", fullmatch=True))
def test_one_wrong_digit_fails_luhn(digits: str) -> None:
    cards = [card for card in (f"{digits}{n}" for n in range(10)) if passes_luhn(card)]
    assert len(cards) == 1
    wrong = str((int(cards[0][3]) + 1) % 10)
    assert not passes_luhn(cards[0][:3] + wrong + cards[0][4:])


@pytest.mark.parametrize(
    ("form", "deadline"),
    [
        ("24小时内给您发货", (86_400, None)),
        ("1-3个工作日退款到账", (None, 3)),
        ("两个半小时内回复您", (9_000, None)),
        ("明天给您补发", (None, 1)),
        ("今天就给您处理好", (None, 0)),
        ("三天内给您寄出", (None, 3)),
    ],
)
def test_deadlines(form: str, deadline: tuple[int | None, int | None]) -> None:
    (promise,) = find_promises(form)
    assert (promise.seconds, promise.days) == deadline


def test_words_of_texts() -> None:
    found = tokens(pl.Series(["我要退货", "", None, "微信{mobile}", "a\nb"]))
    assert found.to_list() == [["我要", "退货"], [], [], ["微信", "{mobile}"], ["a", "b"]]
    assert tokens(pl.Series(["宝塔糖到货了"]), ("宝塔糖",)).to_list() == [["宝塔糖", "到货", "了"]]


def test_rjieba_cuts_as_jieba_does_but_at_hyphens() -> None:
    texts = normalise(pl.Series([one.text for one in sentences()]))
    plain = texts.filter(~texts.str.contains(r"[-_{]|\d\.\d+[a-z]"))
    assert plain.len() > texts.len() * 0.8
    assert tokens(plain).to_list() == [reference_tokens(text) for text in plain]
    assert tokens(pl.Series(["a-b 甲_乙"])).to_list() != [reference_tokens("a-b 甲_乙")]


def test_every_shipped_line_is_read_by_both_engines() -> None:
    for path in SHIPPED.glob("*.txt"):
        if path.stem != "emoji":
            for found in read_lexicon(path):
                assert [line for line in found.lines if not is_readable(line)] == []


def test_the_signals_are_the_columns_of_the_table() -> None:
    schema = (SHIPPED.parents[3] / "queries" / "schema" / "0011_text.sql").read_text("utf-8")
    table = schema.split("CREATE TABLE message_signals (")[1].split(");")[0]
    columns = {line.split()[0] for line in table.strip().splitlines()} - {"form_no"}
    assert set(signals(pl.Series(["在吗"])).columns) == columns
    assert set(load_lexicons().classes) >= {"banned", "talk", "topics"}
