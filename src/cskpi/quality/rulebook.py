"""The rule book in force: the shipped rules and the shop's own in `./qa_rules/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import DefinitionError, UsageError
from cskpi.quality.rule_file import RuleFile, make_rule, read_rule_file

if TYPE_CHECKING:
    from cskpi.quality.rule import Rule
    from cskpi.settings import Settings

_SHIPPED = Path(__file__).parent / "rules"


def load_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return the rules by name; a shop's file takes the place of the shipped one of its name.

    Raises:
        DefinitionError: with every problem of every file of the shop as `file:line: message`.
    """
    folder = Path(settings.text("quality.rules_folder"))
    own, problems = read_rules(sorted(folder.glob("*.toml")), _shipped())
    if problems:
        raise DefinitionError(problems)
    rules = {name: rule for name, rule in _shipped_rules().items() if name not in own}
    rules |= {n: make_rule(file) for n, file in own.items() if file.content.get("off") is not True}
    return tuple(rules[name] for name in sorted(rules))


def select_rule(rules: tuple[Rule, ...], name: str) -> Rule:
    """Return the rule of that name.

    Raises:
        UsageError: there is none.
    """
    for rule in rules:
        if rule.name == name:
            return rule
    raise UsageError("qa_rule_unknown", name=name)


def shipped_paths() -> list[Path]:
    """Return the files of the shipped rule book."""
    return sorted(_SHIPPED.glob("*.toml"))


def read_rules(
    paths: list[Path], shipped: Mapping[str, RuleFile]
) -> tuple[dict[str, RuleFile], list[str]]:
    """Read rule files and return them by name with all that is wrong with any of them."""
    files: dict[str, RuleFile] = {}
    problems: list[str] = []
    for path in paths:
        file, found = read_rule_file(path, shipped)
        problems += found
        if file is not None:
            files[file.name] = file
    return files, problems


@cache
def _shipped() -> dict[str, RuleFile]:
    # A test proves the shipped files, so that no command has to.
    texts = {path: path.read_text(encoding="utf-8") for path in shipped_paths()}
    return {path.stem: RuleFile(path, text, tomllib.loads(text)) for path, text in texts.items()}


@cache
def _shipped_rules() -> dict[str, Rule]:
    return {name: make_rule(file) for name, file in _shipped().items()}
