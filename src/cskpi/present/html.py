"""The report as one self-contained HTML file: templates loop over plain data and compute nothing.

The start of the page, with the policy that forbids it the network, and its script are ours and
cannot be overridden; everything else may be, by a shop's own templates in a sandbox.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cskpi.present.links import with_sound_links
from cskpi.present.look import Look, chosen_sections
from cskpi.present.page import page_data
from cskpi.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from cskpi.present.document import Document, Section

_TEMPLATE, _STYLE, _SCRIPT = "report.html.j2", "report.css", "report.js"
_HEAD = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
"""
_POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_DATA = '<script type="application/json" id="behind">{data}</script>\n<script>{script}</script>'


def render_html(document: Document, look: Look | None = None) -> bytes:
    """Return the page: no external asset, the same bytes for the same document and look.

    Raises:
        UsageError: a shop's own template does not work, or holds what could reach the network.
    """
    from markupsafe import Markup

    look = look or Look()
    sections: Sequence[Section] = chosen_sections(document.sections, look)
    if look.sections:
        # A sentence may lead to a chapter the shop has left out.
        sections = with_sound_links(sections, {})
    page = page_data(document, sections)
    environment = _environment(look)
    # The hashes of the policy are of what stands in the page in the end.
    script = _dense((data_dir("report_templates") / _SCRIPT).read_text(encoding="utf-8"))
    behind = _DATA.format(data=page.pop("data"), script=script)
    with look.explained():
        style = _dense(environment.get_template(_STYLE).render(accents=look.accents))
        body = environment.get_template(_TEMPLATE).render(
            page=page,
            words=page["words"],
            logo=look.logo,
            style=Markup(style),  # noqa: S704  a style sheet, from a template alone
            script=Markup(behind),  # noqa: S704  ours, with data in which no element can end
        )
    head = _HEAD.format(lang=page["lang"], policy=_policy(script, style))
    # Our own script is no template's: what is left of the body is.
    return (head + _joined(look, _dense(body), behind)).encode()


def _joined(look: Look, body: str, behind: str) -> str:
    parts = body.split(behind)
    look.checked("".join(parts))
    return behind.join(parts)


def _dense(text: str) -> str:
    return re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n", text)


def _policy(script: str, style: str) -> str:
    return _POLICY.format(script=_hash(script), style=_hash(style))


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _environment(look: Look) -> Environment:
    # Reading the shipped templates takes longer than filling them in, and a pack has many pages.
    return _shipped() if look.folder is None else _new_environment(look)


@cache
def _shipped() -> Environment:
    return _new_environment(Look())


def _new_environment(look: Look) -> Environment:
    """A template gets no loader beyond its folders, and no attribute that starts with `_`."""
    from jinja2 import ChoiceLoader, FileSystemLoader, FunctionLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    own, shipped = FunctionLoader(look.read), FileSystemLoader(data_dir("report_templates"))
    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True}
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([own, shipped]),
        autoescape=lambda name: name != _STYLE,
        undefined=StrictUndefined,
        **options,
    )
