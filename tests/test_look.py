"""A shop's own look: what it may change, and what a hostile template cannot do."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_present_samples import empty_inputs

from cskpi.errors import CskpiError, UsageError
from cskpi.present.document import Document, Note, Section, Sentence, Sentences
from cskpi.present.html import render_html
from cskpi.present.look import Look, chosen_sections, contrast, load_look
from cskpi.present.report import build_report
from cskpi.settings import load_settings

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h2v2z"/></svg>'
SECRET = "the words of a file outside"  # noqa: S105  no password


@pytest.fixture(scope="module")
def document() -> Document:
    return build_report(empty_inputs())


def _page(document: Document, folder: Path, template: str, name: str = "report.html.j2") -> str:
    (folder / name).write_text(template, encoding="utf-8")
    return render_html(document, Look(folder=folder)).decode()


def _look(**values: Any) -> Look:
    return load_look(load_settings({f"look.{key}": text for key, text in values.items()}))


def test_a_shop_changes_logo_colour_style_and_sections(document: Document) -> None:
    own = Path("report_templates")
    own.mkdir()
    (own / "blocks.html.j2").write_text(
        "{% macro render(block) %}<p>{{ block.kind }}</p>{% endmacro %}"
        "{% macro example(item, is_closed) %}{% endmacro %}",
        encoding="utf-8",
    )
    Path("logo.png").write_bytes(PNG)
    page = render_html(
        document, _look(logo="logo.png", accent="#aa3355", sections="coverage")
    ).decode()
    assert '<img class="logo" src="data:image/png;base64,' in page
    assert "--accent: #aa3355" in page
    assert re.findall(r'<section id="([^"]*)"', page) == ["coverage", "definitions"]
    assert "<p>DefinitionList</p>" in page


def test_no_link_leads_to_a_chapter_left_out(document: Document) -> None:
    told = Sentences((Sentence("慢了", ref="b"), Sentence("看定义", ref="definitions")))
    sections = (
        Section("a", "a", "a", (told,)),
        Section("b", "b", "b", (Note("x"),)),
        Section("definitions", "c", "c", (Note("y"),)),
    )
    page = render_html(replace(document, sections=sections), Look(sections=("a",))).decode()
    assert 'href="#b"' not in page
    assert 'href="#definitions">看定义' in page


def test_a_colour_is_made_readable_on_both_papers() -> None:
    accents = _look(accent="#ffe600").accents
    assert contrast(accents["light"], "#fdfdfe") >= 4.5
    assert contrast(accents["dark"], "#15191e") >= 4.5
    # Black on white is the greatest there is, by the definition of WCAG.
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_chapters_keep_their_parts_in_the_wanted_order() -> None:
    sections = [
        Section(name, name, name, (Note("x"),), level=level)
        for name, level in (("a", 1), ("a-1", 2), ("b", 1), ("definitions", 1))
    ]
    chosen = chosen_sections(sections, Look(sections=("b", "a", "nowhere")))
    assert [section.id for section in chosen] == ["b", "a", "a-1", "definitions"]
    with pytest.raises(UsageError, match="look_sections"):
        chosen_sections(sections, Look(sections=("nowhere",)))


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        SVG.replace(b"<path", b"<script>alert(1)</script><path"),
        SVG.replace(b"<path", b'<path onload="alert(1)"'),
        SVG.replace(b"<path", b'<image href="http://localhost/x"/><path'),
        SVG.replace(b"<path", b'<path fill="url(http://localhost/x)"'),
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG,
        SVG + b" " * 200_000,
    ],
    ids=["gif", "script", "handler", "image", "url", "entity", "large"],
)
def test_a_logo_that_could_do_something_is_refused(content: bytes) -> None:
    Path("logo.svg").write_bytes(content)
    with pytest.raises(UsageError):
        _look(logo="logo.svg")


def test_a_plain_drawing_is_a_logo_and_a_missing_one_is_named() -> None:
    Path("logo.svg").write_bytes(SVG)
    assert _look(logo="logo.svg").logo.startswith("data:image/svg+xml;base64,")
    with pytest.raises(CskpiError, match="look_logo_missing"):
        _look(logo="nothing.png")


@pytest.mark.parametrize(
    "attempt",
    [
        "{{ page.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ words.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ page.update({'title': 'x'}) }}",
        "{{ '{0.__class__}'.format(page) }}",
        "{% include '../secret.j2' %}",
        "{% include '/etc/passwd' %}",
        "{% include 'link.j2' %}",
        "{% for x in range(10000000) %}{% endfor %}",
        "{{ undefined_name }}",
        "{% not a tag %}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(
    document: Document, tmp_path: Path, attempt: str
) -> None:
    (tmp_path / "secret.j2").write_text(SECRET, encoding="utf-8")
    folder = tmp_path / "report_templates"
    folder.mkdir()
    (folder / "link.j2").symlink_to(tmp_path / "secret.j2")
    with pytest.raises(UsageError) as raised:
        _page(document, folder, attempt)
    assert raised.value.key in ("look_template", "look_outside")
    assert SECRET not in str(raised.value.values)


@pytest.mark.parametrize(
    "attempt",
    [
        '<meta http-equiv="refresh" content="0;url=http://localhost/">',
        '<link rel="dns-prefetch" href="//localhost">',
        "<script>fetch('http://localhost/')</script>",
        '<img src="http://localhost/x.png">',
        '<img srcset="http://localhost/x.png 2x">',
        '<p onclick="alert(1)">x</p>',
        '<p style="background:url(http://localhost/x)">x</p>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="http://localhost/?leak">x</a>',
        '<a href="#x" ping="http://localhost/">x</a>',
        '<base href="http://localhost/">',
        '<iframe src="http://localhost/"></iframe>',
        '<form action="http://localhost/"><button>x</button></form>',
        '<svg><a xlink:href="http://localhost/"><text>x</text></a></svg>',
        '<!--><meta HTTP-EQUIV="refresh" content="0;url=//localhost/">-->',
        "<svg><style><meta http-equiv=refresh content=0></style></svg>",
    ],
)
def test_a_page_that_could_reach_the_network_is_refused(
    document: Document, tmp_path: Path, attempt: str
) -> None:
    with pytest.raises(UsageError, match="look_unsafe"):
        _page(document, tmp_path, f"<title>x</title>{attempt}")


def test_a_style_cannot_smuggle_elements(document: Document, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="look_unsafe"):
        _page(document, tmp_path, "</style><script>alert(1)</script>", "report.css")


def test_the_policy_stands_before_anything_a_template_writes(
    document: Document, tmp_path: Path
) -> None:
    page = _page(document, tmp_path, "<title>{{ page.title }}</title>")
    assert page.index("Content-Security-Policy") < page.index("<title>")
    assert "default-src 'none'" in page


def test_a_template_of_another_kind_or_size_is_not_read(document: Document, tmp_path: Path) -> None:
    (tmp_path / "report.js").write_text("alert(1)", encoding="utf-8")
    assert "alert(1)" not in render_html(document, Look(folder=tmp_path)).decode()
    (tmp_path / "report.css").write_text("a" * 600_000, encoding="utf-8")
    with pytest.raises(UsageError, match="look_large"):
        render_html(document, Look(folder=tmp_path))
