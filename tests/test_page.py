"""The report in a real browser: on a desk, a phone, paper, in the dark, without a mouse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, find_chromium
from test_present_graphs import graph_document
from test_present_samples import sample_inputs

from cskpi.insight.alarms import Alarm
from cskpi.insight.board import (
    BoardInputs,
    BoardNumber,
    SessionLine,
    SessionList,
    StaffingGap,
    Usual,
)
from cskpi.insight.examples import Line, Reason, SessionExample
from cskpi.periods import day_period
from cskpi.present.board import build_board
from cskpi.present.html import render_html
from cskpi.texts import set_language

ROOT = Path(__file__).parents[1]
AXE = ROOT / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (360, 768, 1280)
AXE_WIDTHS = (390, 1280)
A4_WIDTH = round((210 - 2 * 13) / 25.4 * 96)
LEAST_CONTRAST = 4.5
CHROMIUM = find_chromium()

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert CHROMIUM
    with Browser(CHROMIUM, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with every kind of block, hostile names included."""
    set_language("zh")
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(render_html(graph_document()))
    return path


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day's board with something under every heading."""
    set_language("zh")
    path = tmp_path_factory.mktemp("board") / "board.html"
    path.write_bytes(render_html(build_board(_board_inputs())))
    return path


def _board_inputs() -> BoardInputs:
    told = sample_inputs()
    metrics = tuple(metric for metric in told.metrics if metric.headline)
    names = {metric.name for metric in metrics}
    numbers = tuple(
        BoardNumber(found, Usual(found.previous or 0, 4, 0.1))
        for found in told.totals
        if found.metric in names
    )
    at = datetime(2026, 11, 2, 10)  # noqa: DTZ001  the shop's own time
    line = SessionLine("山野旗舰店", "S1", None, "山野:小橙", at, 312.0)
    risk = replace(line, rules=({"zh": "虚假宣传", "en": "False claims"},), severity="high")
    return BoardInputs(
        *("day", day_period(at.date()), told.shops, at, numbers),
        (Alarm("target", "t", {"zh": "投诉率", "en": "Complaint rate"}),),
        *(SessionList((line,), 1), SessionList((line,), 1), SessionList((risk,), 1)),
        (StaffingGap("山野旗舰店", at, 12.5, 3, 2.0),),
        metrics=metrics,
        groups=told.groups,
        examples=(_session(at),),
    )


def _session(at: datetime) -> SessionExample:
    lines = (Line(at, "customer", "<b>在吗</b>", is_asking=True), Line(at, "agent", "在的", 312.0))
    reasons = (Reason("slow", 312.0),)
    return SessionExample(1, "S1", "山野旗舰店", "山野:小橙", at, reasons, lines)


@pytest.fixture
def opened(browser: Browser, report: Path) -> Browser:
    browser.open(report)
    return browser


def _said(browser: Browser) -> list[str]:
    kinds = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
    return [json.dumps(e["params"]) for e in browser.events if e.get("method") in kinds]


def test_nothing_is_asked_of_the_network_and_nothing_goes_wrong(
    opened: Browser, report: Path
) -> None:
    opened.evaluate("new Promise(done => setTimeout(done, 50))")
    opened.evaluate("document.querySelector('button.value').click()")
    asked = {
        event["params"]["request"]["url"]
        for event in opened.events
        if event.get("method") == "Network.requestWillBeSent"
    }
    assert {address for address in asked if not address.startswith("data:")} == {report.as_uri()}
    assert _said(opened) == []


def test_the_policy_stops_whatever_got_into_the_page(opened: Browser) -> None:
    opened.evaluate(
        "(() => { const s = document.createElement('script'); s.textContent = 'window.hit = 1';"
        "document.body.append(s); const i = new Image(); i.src = 'http://localhost:9/x.png';"
        "document.body.append(i); fetch('http://localhost:9/').catch(() => 0); })()"
    )
    opened.evaluate("new Promise(done => setTimeout(done, 50))")
    assert opened.evaluate("window.hit === undefined")
    refused = [words for words in _said(opened) if "Content Security Policy" in words]
    assert len(refused) >= 3


@pytest.mark.parametrize("width", WIDTHS)
def test_no_width_scrolls_sideways(browser: Browser, report: Path, width: int) -> None:
    browser.open(report, width)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    # Nothing hides what does not fit either: wide things scroll in a region of their own.
    outside = browser.evaluate(
        "[...document.querySelectorAll('main *')].filter(n => !n.closest('.scroll, svg') &&"
        f"n.getBoundingClientRect().right > {width} + 1 && n.offsetParent).map(n => n.outerHTML.slice(0, 90))"
    )
    assert outside == []


def test_on_paper_nothing_is_cut(browser: Browser, report: Path) -> None:
    with browser.media("print"):
        browser.open(report, A4_WIDTH)
        cut = browser.evaluate(
            "[...document.querySelectorAll('table, figure, svg, .card, pre')].filter(n => n.offsetParent"
            f" !== null && n.getBoundingClientRect().right > {A4_WIDTH} + 1)"
            ".map(n => n.outerHTML.slice(0, 120))"
        )
        assert cut == []
        assert browser.evaluate(BROKEN_NUMBERS) == []
        hidden = "[...document.querySelectorAll('nav, details.numbers, dialog')].every(n => !n.offsetHeight)"
        assert browser.evaluate(hidden)
        talks = "[...document.querySelectorAll('.agent .talk')].map(n => n.offsetHeight > 0)"
        assert set(browser.evaluate(talks)) == {True}
        head = "getComputedStyle(document.querySelector('thead')).display"
        assert browser.evaluate(head) == "table-header-group"
    pdf = browser.print_pdf()
    sizes = set(re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf))
    assert pdf.startswith(b"%PDF")
    assert {(round(float(wide)), round(float(high))) for wide, high in sizes} == {(595, 842)}


def test_paper_is_light_even_when_the_screen_is_dark(opened: Browser) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    with opened.media("", "dark"):
        assert opened.evaluate(paper) == "rgb(21, 25, 30)"
    with opened.media("print", "dark"):
        assert opened.evaluate(paper) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(opened: Browser, scheme: str) -> None:
    with opened.media("", scheme):
        weak = opened.evaluate(WEAK_TEXTS.replace("LEAST", str(LEAST_CONTRAST)))
    assert weak == []


def test_every_control_is_reached_by_keyboard(opened: Browser) -> None:
    stops = opened.evaluate(
        "[...document.querySelectorAll('a[href], button, input, summary, [tabindex]')]"
        ".filter(n => n.tabIndex >= 0 && n.checkVisibility()).length"
    )
    opened.evaluate("window.reached = new Set(); document.addEventListener('focusin',"
                    "e => window.reached.add(e.target))")  # fmt: skip
    for _ in range(stops + 3):
        opened.press("Tab")
    missed = opened.evaluate(
        "[...document.querySelectorAll('a[href], button, input, summary, [tabindex]')].filter(n =>"
        "n.tabIndex >= 0 && n.checkVisibility() && !window.reached.has(n)"
        "&& !n.closest('details:not([open])')).map(n => n.outerHTML.slice(0, 90))"
    )
    assert missed == []


def test_a_number_opens_what_stands_behind_it(opened: Browser) -> None:
    opened.evaluate("document.querySelector('.card button.value').focus()")
    number = opened.evaluate("document.activeElement.textContent")
    opened.press("Enter")
    words = opened.evaluate("document.querySelector('dialog[open]').innerText")
    assert number in words
    for part in ("样本", "95% 区间", "定义", "cskpi explain"):
        assert part in words
    assert opened.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    opened.press("Escape")
    assert opened.evaluate("document.querySelector('dialog[open]') === null")
    assert opened.evaluate("document.activeElement.textContent") == number


def test_every_number_of_a_kpi_opens_its_own_dialog(opened: Browser) -> None:
    closed = opened.evaluate(
        "[...document.querySelectorAll('tr[data-about] td.n')].filter(c => /\\d/.test(c.textContent)"
        "&& !c.querySelector('button.value')).length"
    )
    assert closed == 0
    opened.evaluate(
        "(() => { const row = document.querySelector('#speed table tr[data-about]');"
        "window.row = row; row.querySelectorAll('button.value')[1].click(); })()"
    )
    said = "document.querySelector('dialog[open]').innerText"
    words = opened.evaluate(said)
    kpi, value = opened.evaluate("[...window.row.cells].slice(0, 2).map(c => c.textContent.trim())")
    assert words.startswith(kpi)
    assert value.split()[0] in words
    opened.press("Escape")
    opened.evaluate("new Promise(done => setTimeout(done, 20))")
    opened.evaluate("document.querySelector('#trends svg[data-about]').focus()")
    opened.press("ArrowRight")
    opened.press("Enter")
    assert "2026-10-01" in opened.evaluate(said)
    assert "--from 2026-10-01 --to 2026-10-01" in opened.evaluate(said)


def test_examples_of_a_number_stand_in_its_dialog(opened: Browser) -> None:
    opened.evaluate(
        "[...document.querySelectorAll('.card')].find(c => c.textContent.includes('首次响应时间'))"
        ".querySelector('button.value').click()"
    )
    words = opened.evaluate(
        "(() => { const d = document.querySelector('dialog[open]');"
        "for (const e of d.querySelectorAll('details')) e.open = true; return d.innerText; })()"
    )
    assert "<b>急用</b>" in words
    assert "等了 6 分 20 秒" in words


def test_numbers_of_a_board_say_what_they_mean_and_show_sessions(
    browser: Browser, board: Path
) -> None:
    browser.open(board)
    said = "(() => { document.querySelector('WHERE').click(); const d = document.querySelector('dialog[open]');"
    said += "for (const e of d.querySelectorAll('details')) e.open = true; const t = d.innerText;"
    said += "d.close(); return t; })()"
    words = browser.evaluate(said.replace("WHERE", "#numbers tr[data-about] button.value"))
    assert words.startswith("首次响应时间")
    for part in ("样本", "95% 区间", "平常同日", "定义", "买家开口后", "<b>在吗</b>"):
        assert part in words
    assert "cskpi explain first_response_time --from 2026-11-02 --to 2026-11-02" in words
    words = browser.evaluate(said.replace("WHERE", "#longest tr[data-about] button.value"))
    for part in ("最长等待", "5 分 12 秒", "等得最久的", "<b>在吗</b>"):
        assert part in words
    words = browser.evaluate(said.replace("WHERE", "#staffing tr[data-about] button.value"))
    assert "需要的人数多于在班人数" in words


def test_arrows_move_between_the_numbers_of_a_table(opened: Browser) -> None:
    opened.evaluate(
        "(() => { const t = [...document.querySelectorAll('table')].find(t =>"
        "t.checkVisibility() && t.querySelectorAll('button.value').length > 8); window.grid = t;"
        "t.querySelector('button.value').focus(); })()"
    )
    first = opened.evaluate("document.activeElement.dataset.about")
    opened.press("ArrowRight")
    opened.press("ArrowDown")
    second = opened.evaluate("document.activeElement.dataset.about")
    assert first != second
    assert (
        opened.evaluate("window.grid.querySelectorAll('button.value[tabindex=\"0\"]').length") == 1
    )


def test_tables_sort_by_value_and_filter(opened: Browser) -> None:
    found = opened.evaluate(SORTED)
    assert found["numbers"] == sorted(found["numbers"], reverse=True)
    assert len(found["numbers"]) > 2
    assert found["state"] == "descending"
    shown = opened.evaluate(
        "(() => { const box = document.querySelector('.filter input'); const t = box.closest('.filter')"
        ".nextElementSibling.querySelector('table'); const row = [...t.tBodies].flatMap(b => [...b.rows])"
        ".find(r => r.className === ''); const word = row.cells[0].textContent; box.value = word;"
        "box.dispatchEvent(new Event('input')); return [word, [...t.querySelectorAll('tbody tr')]"
        ".filter(r => !r.hidden && r.className === '').map(r => r.textContent),"
        "box.closest('.filter').querySelector('[role=status]').textContent]; })()"
    )
    word, rows, status = shown
    assert rows
    assert all(word in row for row in rows)
    assert status.startswith(f"{len(rows)} / ")


def test_charts_say_values_under_pointer_and_keys(opened: Browser) -> None:
    spot = opened.evaluate(
        "(() => { const s = document.querySelector('svg[data-spots]'); s.scrollIntoView();"
        "s.focus(); return JSON.parse(s.dataset.spots).slice(0, 2).map(p => p[2]); })()"
    )
    opened.press("ArrowRight")
    opened.press("ArrowRight")
    assert opened.evaluate("document.querySelector('.tip').textContent") == spot[1]
    assert opened.evaluate("document.querySelector('[aria-live]').textContent") == spot[1]
    opened.press("Escape")
    assert opened.evaluate("document.querySelector('.tip') === null")


def test_a_link_opens_what_it_leads_to(browser: Browser, report: Path) -> None:
    browser.open(report)
    is_open = "document.getElementById('session-x1').open"
    assert not browser.evaluate(is_open)
    browser.evaluate("location.hash = '#session-x1'")
    browser.evaluate("new Promise(done => setTimeout(done, 20))")
    assert browser.evaluate(is_open)


def test_the_contents_show_where_the_reader_is(opened: Browser) -> None:
    opened.evaluate("document.getElementById('talk').scrollIntoView({behavior: 'instant'})")
    opened.evaluate("new Promise(done => setTimeout(done, 100))")
    current = opened.evaluate("document.querySelector('nav [aria-current]').hash")
    assert current == "#graphs"


def test_without_script_the_page_says_the_same(browser: Browser, report: Path) -> None:
    texts = (
        "[...document.querySelectorAll('.card p, .said, .sentences p, td, th[scope=row]')]"
        ".map(n => n.textContent.trim())"
    )
    browser.open(report)
    with_script = browser.evaluate(texts)
    with browser.without_script():
        browser.open(report)
        plain = browser.evaluate(texts)
        assert browser.evaluate("document.querySelectorAll('button, input').length") == 0
    assert plain == with_script
    assert len(plain) > len(WIDTHS)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there; .ci/run fetches it")
@pytest.mark.parametrize("page", ["report", "board"])
@pytest.mark.parametrize("width", AXE_WIDTHS)
def test_axe_finds_nothing_serious(
    browser: Browser, request: pytest.FixtureRequest, page: str, width: int
) -> None:
    browser.open(request.getfixturevalue(page), width)
    # The tenth row of a table is built like the second.
    browser.evaluate(
        "document.querySelectorAll('tbody tr:nth-child(n+3), tbody:nth-of-type(n+3), .card:nth-child(n+4),"
        ".definitions article:nth-child(n+3), .charts figure:nth-child(n+3),"
        ".panel:nth-child(n+3), svg text:nth-of-type(n+4)').forEach(n => n.remove())"
    )
    browser.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    for scheme in ("light", "dark"):
        # In the dark nothing differs but the colours.
        rules = "" if scheme == "light" else "runOnly: ['color-contrast'],"
        with browser.media("", scheme):
            found: list[Any] = browser.evaluate(
                f"axe.run(document, {{{rules} resultTypes: ['violations']}}).then(r => r.violations"
                ".filter(v => ['serious', 'critical'].includes(v.impact))"
                ".map(v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))]))"
            )
        assert found == []


SORTED = """
(() => {
  const table = [...document.querySelectorAll('table')].find(t => !t.querySelector('tr.group')
    && t.tBodies[0].rows.length > 4 && t.querySelector('tbody td.n[data-sort]'));
  const at = table.querySelector('tbody td.n[data-sort]').cellIndex;
  const head = table.tHead.rows[0].cells[at];
  head.querySelector('button').click();
  return {
    numbers: [...table.tBodies[0].rows].filter(r => r.className === '')
      .map(r => r.cells[at].dataset.sort).filter(v => v !== undefined).map(Number),
    state: head.getAttribute('aria-sort'),
  };
})()
"""
"""Sorts the first plain table with numbers by its first column of them."""

BROKEN_NUMBERS = """
(() => [...document.querySelectorAll('td.n')].filter(cell => cell.checkVisibility()).flatMap(cell => {
  const parts = cell.querySelector('.nb') ? [...cell.querySelectorAll('.nb')] : [cell];
  return parts.filter(part => {
    const words = document.createTreeWalker(part, NodeFilter.SHOW_TEXT).nextNode();
    if (!words || words.parentNode.className === 'mark') return false;
    const range = document.createRange();
    range.selectNodeContents(words);
    return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
  }).map(part => part.textContent);
}))()
"""
"""Numbers of tables that stand on more than one line."""

WEAK_TEXTS = """
(() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const paper = node => {
    for (; node; node = node.parentElement) {
      const found = parse(getComputedStyle(node).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest('script, .skip')) continue;
    const style = getComputedStyle(node);
    const ink = parse(node.closest('svg') ? style.fill : style.color);
    const [a, b] = [light(ink), light(paper(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < LEAST) weak.push([walker.currentNode.data.slice(0, 30), ratio.toFixed(2)]);
  }
  return weak;
})()
"""
"""Texts that are too faint on what lies behind them."""
