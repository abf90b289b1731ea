"""The rule book in force: the shipped rules and the shop's own in `./qa_rules/`."""

from __future__ import annotations

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
        DefinitionError: with every problem of every file as `file:line: message`.
    """
    shipped = _shipped()
    folder = Path(settings.text("quality.rules_folder"))
    own, problems = _read(sorted(folder.glob("*.toml")), shipped)
    if problems:
        raise DefinitionError(problems)
    files = {**shipped, **own}
    return tuple(
        make_rule(files[name])
        for name in sorted(files)
        if files[name].content.get("off") is not True
    )


def select_rule(rules: tuple[Rule, ...], name: str) -> Rule:
    """Return the rule of that name.

    Raises:
        UsageError: there is none.
    """
    for rule in rules:
        if rule.name == name:
            return rule
    raise UsageError("qa_rule_unknown", name=name)


@cache
def _shipped() -> dict[str, RuleFile]:
    files, problems = _read(sorted(_SHIPPED.glob("*.toml")), {})
    if problems:
        raise DefinitionError(problems)
    return files


def _read(paths: list[Path], shipped: dict[str, RuleFile]) -> tuple[dict[str, RuleFile], list[str]]:
    files: dict[str, RuleFile] = {}
    problems: list[str] = []
    for path in paths:
        file, found = read_rule_file(path, shipped)
        problems += found
        if file is not None:
            files[file.name] = file
    return files, problems
