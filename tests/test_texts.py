"""The message table: both languages everywhere, and every key the code uses exists."""

from __future__ import annotations

import re
import string
from pathlib import Path

from cskpi.texts import LANGS, table

SOURCE = Path(__file__).parents[1] / "src" / "cskpi"
_USED = re.compile(r"""\bsay\(\s*"([a-z_]+\.[a-z0-9_]+)\"""")
_RAISED = re.compile(
    r"""\b(?:UsageError|InputError|DatabaseError|CheckFailedError|CskpiError)\(\s*"(\w+)\""""
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_speaks_both_languages_with_the_same_fields() -> None:
    for key, texts in table().items():
        assert set(texts) == set(LANGS), key
        assert all(texts.values()), key
        assert len({frozenset(fields(text)) for text in texts.values()}) == 1, key


def test_every_key_the_code_says_is_in_the_table() -> None:
    for path in SOURCE.rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        for key in _USED.findall(code):
            assert key in table(), f"{path.name}: {key}"
        for key in _RAISED.findall(code):
            assert f"error.{key}" in table(), f"{path.name}: error.{key}"


def test_what_is_said_stands_in_the_table_and_not_in_the_code() -> None:
    """Reading Chinese exports needs Chinese words; saying something does not."""
    chinese = re.compile(r"""['"][^'"#]*[\u4e00-\u9fff]""")
    for folder in ("cli", "metrics", "model", "present", "store"):
        for path in (SOURCE / folder).rglob("*.py"):
            code = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            found = [line.strip() for line in code.splitlines() if chinese.search(line)]
            assert not found, f"{path.name}: {found}"
