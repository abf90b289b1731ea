"""The message table: every sentence cskpi says, Chinese first, English second.

Each `*.toml` beside this file holds `[section.key]` tables with `zh` and `en`; `say` looks one up
in the language in force, which the command line sets once per run.
"""

from __future__ import annotations

import os
import tomllib
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)

_language: ContextVar[Lang] = ContextVar("language", default="zh")
_numbers: ContextVar[str] = ContextVar("numbers", default="thousands")


def set_language(lang: str) -> None:
    """Make `lang` the language of every text from here on; an unknown one is ignored."""
    if lang in LANGS:
        _language.set(lang)


def language() -> Lang:
    """Return the language in force."""
    return _language.get()


def set_numbers(style: str) -> None:
    """Write large numbers from here on with thousands separators, or with 万 and 亿 (`wan`)."""
    _numbers.set(style)


def counts_in_wan() -> bool:
    """Tell whether large numbers are written with 万 and 亿; English never does."""
    return _numbers.get() == "wan" and language() == "zh"


def say(key: str, /, **values: Any) -> str:
    """Return the text `section.key` in the language in force, with `{name}` fields filled.

    Raises:
        KeyError: no such text; a test proves that every key used in the code exists.
    """
    if not values:
        return _bare(key, language())
    return table()[key][language()].format(**values)


@cache
def _bare(key: str, lang: Lang) -> str:
    return table()[key][lang].format()


def has_text(key: str) -> bool:
    """Tell whether the table holds `section.key`."""
    return key in table()


def pick(labels: dict[str, str]) -> str:
    """Return the label of a definition file (`{zh=…, en=…}`) in the language in force."""
    return labels[language()]


@cache
def table() -> dict[str, dict[Lang, str]]:
    """Return `section.key` -> texts by language, read from every TOML file of this package."""
    texts: dict[str, dict[Lang, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for section, keys in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for key, by_lang in keys.items():
                texts[f"{section}.{key}"] = by_lang
    return texts


set_language(os.environ.get("CSKPI_LANG", "zh"))
