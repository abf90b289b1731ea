from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from test_present_samples import empty_inputs, sample_inputs, sample_metrics

from cskpi.present.document import Table
from cskpi.present.html import render_html
from cskpi.present.report import build_report
from cskpi.present.unbroken import unbroken
from cskpi.texts import set_language

Golden = Callable[[str, str], None]
VOID = {"meta", "br", "link", "img", "hr"}
SVG = re.compile(r"<svg .*?</svg>", re.DOTALL)
SHIPPED = re.compile(r"<(style|script)>.*?</\1>", re.DOTALL)
HASH = re.compile(r"'sha256-[^']*'")
HEADLINE = [metric for metric in sample_metrics() if metric.headline]
POLICY = re.compile(
    r"default-src 'none'; script-src 'sha256-([^']+)'; style-src 'sha256-([^']+)'; img-src data:; "
    r"base-uri 'none'; form-action 'none'"
)


class Page(HTMLParser):
    """Collects tags, attributes and text, and fails on tags that do not nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(build_report(sample_inputs())).decode()


@pytest.fixture
def _english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("zh")


def test_page_is_as_reviewed(page: str, golden: Golden) -> None:
    golden(
        "present/report.html", HASH.sub("'hash'", SHIPPED.sub(r"<\1/>", SVG.sub("<svg/>", page)))
    )


def test_same_document_gives_the_same_bytes(page: str) -> None:
    assert render_html(build_report(sample_inputs())).decode() == page


def test_page_is_self_contained_and_runs_its_own_script_only(page: str) -> None:
    parsed = Page(page)
    found = POLICY.search(page)
    assert found
    assert page.index("Content-Security-Policy") < page.index("<style>")
    script, style = page.rpartition("<script>")[2], page.partition("<style>")[2]
    assert found[1] == _hash(script.partition("</script>")[0])
    assert found[2] == _hash(style.partition("</style>")[0])
    assert [a.get("type") for tag, a in parsed.tags if tag == "script"] == [
        "application/json",
        None,
    ]
    assert not {"link", "img", "iframe", "object"} & {tag for tag, _ in parsed.tags}
    addresses = [a.get("href") or a.get("src") for _, a in parsed.tags if "href" in a or "src" in a]
    assert addresses
    assert all(address and address.startswith("#") for address in addresses)
    assert "url(" not in page
    names = {name for _, attrs in parsed.tags for name in attrs}
    assert "style" not in names
    assert not any(name.startswith("on") for name in names)


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def test_every_link_has_its_target(page: str) -> None:
    tags = Page(page).tags
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for _, a in tags if "href" in a} <= set(ids)


def test_tables_and_charts_speak_to_screen_readers(page: str) -> None:
    tags = Page(page).tags
    assert all("scope" in attrs for tag, attrs in tags if tag == "th")
    charts = [attrs for tag, attrs in tags if tag == "svg"]
    assert len(charts) > len(HEADLINE)
    assert all(attrs.get("role") == "img" and attrs.get("aria-label") for attrs in charts)
    assert any("每日走势：最低" in str(attrs["aria-label"]) for attrs in charts)


def test_charts_do_not_depend_on_fonts_and_follow_the_page_colours(page: str) -> None:
    charts = SVG.findall(page)
    assert not any("font-family" in chart for chart in charts)
    style = page.partition("<style>")[2].partition("</style>")[0]
    for name, colour in set(re.findall(r'(fill|stroke)="(#[^"]*)"', "".join(charts))):
        assert f'svg [{name}="{colour}"] {{ {name}: var(--' in style
    assert not any(re.search(r"\bid=|clip-path", chart) for chart in charts)


def test_every_number_of_the_document_is_on_the_page(page: str) -> None:
    words = " ".join(Page(page).words)
    for section in build_report(sample_inputs()).sections:
        for block in section.blocks:
            table = block if isinstance(block, Table) else getattr(block, "table", None)
            if not isinstance(table, Table) or section.id in ("overview", "definitions"):
                continue
            for row in table.rows:
                for column, cell in zip(table.columns, row.cells, strict=True):
                    assert column.scope == "sheet" or cell.text in words


def test_no_line_breaks_inside_a_number() -> None:
    text = "等了 1 分 13 秒，▲ 3.1 百分点；36 秒–42 秒；10-20 起 ¥1,234.50；3 shops"
    pieces = unbroken(text)
    assert "".join(words for words, _ in pieces) == text
    values = [words for words, is_value in pieces if is_value]
    assert values == ["1 分 13 秒", "▲ 3.1 百分点", "36 秒–42 秒", "10-20", "¥1,234.50", "3"]


def test_hostile_names_stay_text() -> None:
    page = render_html(build_report(sample_inputs(hostile=True))).decode()
    parsed = Page(page)
    text = " ".join(parsed.words)
    assert "<script>alert(1)</script>" in text
    assert '"><img src=x onerror=alert(1)>' in text
    assert "[/b][link=http://x]点我[/link]" in text
    assert "img" not in {tag for tag, _ in parsed.tags}
    assert [tag for tag, _ in parsed.tags].count("script") == 2
    assert not any(mark in page for mark in "\x1b\x9b\x07\x00\u202e")
    assert "52;c" not in page


def test_a_period_without_data_still_makes_a_page() -> None:
    page = render_html(build_report(empty_inputs())).decode()
    assert "这段时间没有可用的数据" in page
    assert "None" not in page
    assert not SVG.search(page)


@pytest.mark.usefixtures("_english")
def test_the_english_page_holds_no_chinese_but_names() -> None:
    page = render_html(build_report(sample_inputs())).decode()
    assert '<html lang="en">' in page
    text = " ".join(Page(re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)).words)
    for name in ("山野旗舰店", "山野工厂店"):
        text = text.replace(name, "")
    leftover = set(re.findall(r"[\u4e00-\u9fff]+", text))
    agents = {"山野", "工厂", "小橙", "小柚", "阿澄", "木木", "晚晚", "新人七七", "大鹏", "小雨"}
    assert leftover <= agents | {"阿杰", "糖糖", "临时工", "外包"}
