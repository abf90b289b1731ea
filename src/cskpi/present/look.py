"""A shop's own look of the report: logo, colour, which sections, templates of its own.

A template may come from anybody, so it is trusted with nothing: it runs in a sandbox, is read only
from inside its folder, and a page that could reach the network is refused.
"""

from __future__ import annotations

import colorsys
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import InputError, UsageError
from cskpi.resources import user_dir

if TYPE_CHECKING:
    from cskpi.present.document import Section
    from cskpi.settings import Settings

_FOLDER = "report_templates"
_MOST_LOGO_BYTES = 200_000
_MOST_TEMPLATE_BYTES = 500_000
_TEMPLATE_NAMES = (".j2", ".css")
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG_RISKS = re.compile(
    rb"<!DOCTYPE|<!ENTITY|<\?xml-stylesheet|<\s*script|<\s*foreignObject|<\s*(?:image|use|a|style)\b"
    rb"|\bon[a-z]+\s*=|href\s*=|url\s*\(|javascript:",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PAPERS = {"light": "#fdfdfe", "dark": "#15191e"}
_ACCENTS = {"light": "#1c5d84", "dark": "#79b8dd", "soft_light": "#d5e4ee", "soft_dark": "#25384a"}
_LEAST_CONTRAST = 4.6
_SOFT_SHARE = 0.18
# Data are escaped, so each such sign comes from a template, however a browser would read it.
_RISKS = re.compile(
    r"<!|http-equiv|<[\s/]*(?:script|link|base|i?frame|object|embed|form|applet|portal|audio|video"
    r"|source|track|noscript|noembed|noframes|xmp|plaintext|math)\b",
    re.IGNORECASE,
)
_ADDRESSES = ("src", "href", "srcset", "ping", "action", "formaction", "background", "poster")


@dataclass(frozen=True, slots=True)
class Look:
    """What a shop changed: nothing by default.

    `accents` are the colours of `report.css` by name, `sections` the chapters shown, in that order.
    """

    logo: str = ""
    accents: Mapping[str, str] = field(default_factory=lambda: dict(_ACCENTS))
    sections: tuple[str, ...] = ()
    folder: Path | None = None

    def read(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        """Return an own template for jinja's loader, None where the shop has none.

        Raises:
            UsageError: the file lies outside the folder, or is too large.
        """
        if self.folder is None:
            return None
        path = self.folder / name
        if not path.is_file() or path.suffix not in _TEMPLATE_NAMES:
            return None
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise UsageError("look_outside", path=path)
        if path.stat().st_size > _MOST_TEMPLATE_BYTES:
            raise UsageError("look_large", path=path, most=_MOST_TEMPLATE_BYTES)
        return path.read_text(encoding="utf-8"), str(path), lambda: True

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn a failure of an own template into a sentence; ours have none to hide."""
        from jinja2 import TemplateError

        try:
            yield
        except (TemplateError, TypeError, ValueError, OverflowError, RecursionError) as error:
            if self.folder is None:
                raise
            raise UsageError("look_template", path=self.folder, cause=error) from error

    def checked(self, page: str) -> str:
        """Return what own templates made, if nothing in it loads, leads or runs.

        Raises:
            UsageError: it does; the sentence names what.
        """
        if self.folder is None:
            return page
        found = _RISKS.search(page)
        if found:
            raise UsageError("look_unsafe", path=self.folder, tag=found.group())
        _Guard(self.folder).feed(page)
        return page


def load_look(settings: Settings) -> Look:
    """Return the look a shop has set, from `look.*` and the folder `report_templates` beside it.

    Raises:
        InputError: the logo cannot be read.
        UsageError: a colour is none, or the logo is no PNG or plain SVG of a reasonable size.
    """
    logo, accent = settings.text("look.logo"), settings.text("look.accent")
    chapters = settings.text("look.sections")
    folder = user_dir(settings.text("look.templates") or _FOLDER)
    return Look(
        logo=_logo(Path(logo)) if logo else "",
        accents=_accents(accent) if accent else _ACCENTS,
        sections=tuple(filter(None, (word.strip() for word in chapters.split(",")))),
        folder=folder if folder.is_dir() and not _is_ours(folder) else None,
    )


def chosen_sections(sections: Sequence[Section], look: Look) -> list[Section]:
    """Return the chapters a shop wants, in its order, each with its parts.

    Definitions stay, since every number leads to them.

    Raises:
        UsageError: there is no such chapter in any report.
    """
    chapters: dict[str, list[Section]] = {}
    for section in sections:
        if section.level == 1 or not chapters:
            chapters[section.id] = []
        chapters[list(chapters)[-1]].append(section)
    if not look.sections:
        return list(sections)
    wanted = [*dict.fromkeys(look.sections)]
    if not any(name in chapters for name in wanted):
        known = ", ".join(chapters)
        raise UsageError("look_sections", raw=",".join(wanted), known=known)
    wanted += [name for name in ("definitions",) if name not in wanted]
    return [part for name in wanted for part in chapters.get(name, [])]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours `#rrggbb`, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _is_ours(folder: Path) -> bool:
    """In a checkout the workspace's folder is the shipped one."""
    from cskpi.resources import data_dir

    return folder.resolve() == data_dir(_FOLDER).resolve()


def _logo(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError("look_logo_missing", path=path) from error
    if len(content) > _MOST_LOGO_BYTES:
        raise UsageError("look_large", path=path, most=_MOST_LOGO_BYTES)
    if content.startswith(_PNG):
        kind = "image/png"
    elif content.lstrip()[:5] in (b"<svg ", b"<svg>", b"<?xml") and not _SVG_RISKS.search(content):
        kind = "image/svg+xml"
    else:
        raise UsageError("look_logo", path=path)
    return f"data:{kind};base64,{b64encode(content).decode()}"


def _accents(accent: str) -> dict[str, str]:
    if not _COLOUR.fullmatch(accent):
        raise UsageError("look_colour", raw=accent)
    accents = {}
    for mode, paper in _PAPERS.items():
        shown = _readable(accent, paper)
        accents[mode] = shown
        accents[f"soft_{mode}"] = _mix(shown, paper, _SOFT_SHARE)
    return accents


def _readable(colour: str, paper: str) -> str:
    """Return the colour as near as it can be while it is readable on that paper."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    step = 0.01 if _luminance(paper) < 0.5 else -0.01  # noqa: PLR2004  lighter on dark, and back
    shown = colour.lower()
    while contrast(shown, paper) < _LEAST_CONTRAST and 0 <= lightness <= 1:
        lightness += step
        shown = _hex(colorsys.hls_to_rgb(hue, min(max(lightness, 0.0), 1.0), saturation))
    return shown


def _mix(colour: str, paper: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(paper), strict=True)
    return _hex([a * share + b * (1 - share) for a, b in pairs])


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(parts: Sequence[float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  sRGB
        for part in _parts(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class _Guard(HTMLParser):
    """Refuses what a policy cannot forbid: leading the reader away, or asking for other files."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        risky = [name for name, text in attrs if self._is_risky(name, text)]
        if risky:
            raise UsageError("look_unsafe", path=self.folder, tag=f"<{tag} {risky[0]}>")

    def _is_risky(self, name: str, text: str | None) -> bool:
        bare = name.rpartition(":")[2]
        if bare in _ADDRESSES:
            return not (text or "").strip().startswith(("#", "data:image/"))
        return name.startswith("on") or name == "style"
