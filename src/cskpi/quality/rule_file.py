"""Rule files: read, checked whole, and made into rules."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cskpi.quality.expression import Expression, parse
from cskpi.quality.rule import (
    NEARNESS,
    Burst,
    Condition,
    Example,
    Relation,
    Repeats,
    Rule,
    Scope,
    Silence,
)
from cskpi.quality.rule_keys import (
    CONDITION,
    EXAMPLE,
    REQUIRED,
    RULE,
    SCOPE,
    TABLE,
    key_problems,
    line_of,
)
from cskpi.texts import say

_NO_MEANING = ("name", "reason", "origin", "must_hit", "must_not_hit", "inherit", "off")
"""Keys that change neither what is found nor how it counts."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file's content; of an inheriting one, laid over the shipped file's."""

    path: Path
    text: str
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The rule's name: the file's, without its ending."""
        return self.path.stem


def read_rule_file(
    path: Path, shipped: Mapping[str, RuleFile]
) -> tuple[RuleFile | None, list[str]]:
    """Read a file and return it with everything that is wrong with it as `file:line: message`."""
    text = path.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = found[1] if found else len(text.splitlines())
        return None, [f"{path}:{line}: {error}"]
    base = shipped.get(path.stem)
    if content.get("inherit") is True and base is not None:
        content = {**base.content, **content}
    file = RuleFile(path, text, content)
    if content.get("off") is True:
        return file, [f"{path}:1: {said}" for _, said in key_problems(content, RULE)]
    problems = [f"{path}:{line}: {said}" for line, said in sorted(_problems(file, base))]
    return file, problems


def _problems(file: RuleFile, base: RuleFile | None) -> Iterator[tuple[int, str]]:
    content, text = file.content, file.text
    if content.get("inherit") is True and base is None:
        yield line_of(text, "", "inherit"), say("rule_fault.nothing_to_inherit", name=file.name)
    yield from (
        (1, say("rule_fault.missing_key", key=key)) for key in REQUIRED if key not in content
    )
    for key, said in key_problems(content, RULE):
        yield line_of(text, "", key), said
    scope = content.get("scope", {})
    if isinstance(scope, dict):
        for key, said in key_problems(scope, SCOPE, "scope."):
            yield line_of(text, "scope", key), said
    conditions = content.get("condition", {})
    if isinstance(conditions, dict):
        for name, condition in conditions.items():
            yield from _condition_problems(text, name, condition, set(conditions))
        yield from _joining_problems(file, conditions)
    yield from _worth_problems(file)
    yield from _example_problems(file)


def _condition_problems(
    text: str, name: str, condition: Any, names: set[str]
) -> Iterator[tuple[int, str]]:
    table = f"condition.{name}"
    if not isinstance(condition, dict):
        yield (
            line_of(text, "condition", name),
            say("rule_fault.must_be", key=table, must=TABLE.told),
        )
        return
    for key, said in key_problems(condition, CONDITION, f"{table}."):
        yield line_of(text, table, key), said
    for key in ("regex", "exclude"):
        fault = _regex_fault(condition.get(key))
        if fault:
            yield (
                line_of(text, table, key),
                say("rule_fault.no_pattern", key=f"{table}.{key}", fault=fault),
            )
    if "exclude" in condition and "regex" not in condition:
        yield (
            line_of(text, table, "exclude"),
            say("rule_fault.exclude_alone", key=f"{table}.exclude"),
        )
    for key in NEARNESS:
        other = condition[key].get("of") if isinstance(condition.get(key), dict) else None
        if isinstance(other, str) and (other not in names or other == name):
            yield (
                line_of(text, table, key),
                say("rule_fault.no_other", key=f"{table}.{key}", name=other),
            )


def _regex_fault(pattern: Any) -> str | None:
    import polars as pl

    if not isinstance(pattern, str):
        return None
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        return str(error).strip().splitlines()[-1]
    return None


def _joining_problems(file: RuleFile, conditions: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    told = file.content.get("at")
    at = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    if not conditions:
        yield line_of(file.text, "condition"), say("rule_fault.no_condition")
    elif told is None and len(conditions) > 1:
        yield 1, say("rule_fault.at_missing")
    for name in at:
        if name not in conditions:
            yield line_of(file.text, "", "at"), say("rule_fault.names_nothing", key="at", name=name)
    when = file.content.get("when")
    if isinstance(when, str):
        line = line_of(file.text, "", "when")
        try:
            used = parse(when).names()
        except ValueError as error:
            yield line, say("rule_fault.unreadable", fault=error)
            return
        for name in sorted(used - set(conditions)):
            yield line, say("rule_fault.names_nothing", key="when", name=name)
        for name in sorted(set(conditions) - used - {*at} - _related(conditions)):
            yield line_of(file.text, f"condition.{name}"), say("rule_fault.unused", name=name)


def _related(conditions: Mapping[str, Any]) -> set[str]:
    return {
        str(condition[key].get("of"))
        for condition in conditions.values()
        if isinstance(condition, dict)
        for key in NEARNESS
        if isinstance(condition.get(key), dict)
    }


def _worth_problems(file: RuleFile) -> Iterator[tuple[int, str]]:
    content, text = file.content, file.text
    points, severity = content.get("points"), content.get("severity")
    if isinstance(points, int | float) and points > 0 and severity != "none":
        yield line_of(text, "", "severity"), say("rule_fault.bonus")
    if content.get("fatal") is True and severity != "critical":
        yield line_of(text, "", "fatal"), say("rule_fault.fatal")
    starts, ends = content.get("from"), content.get("to")
    if starts is not None and ends is not None and type(starts) is type(ends) and starts > ends:
        yield line_of(text, "", "to"), say("rule_fault.days")


def _example_problems(file: RuleFile) -> Iterator[tuple[int, str]]:
    for key in ("must_hit", "must_not_hit"):
        examples = file.content.get(key, [])
        if not examples:
            yield 1, say("rule_fault.no_example", key=key)
        if not isinstance(examples, list):
            continue
        for place, example in enumerate(examples):
            if not isinstance(example, dict):
                continue
            for name, said in key_problems(example, EXAMPLE, f"{key}."):
                yield line_of(file.text, key, name, place), said


def make_rule(file: RuleFile) -> Rule:
    """Make a rule of a file that has no problems."""
    content = file.content
    conditions = {name: _condition(name, made) for name, made in content["condition"].items()}
    told = {key: content[key] for key in sorted(content) if key not in _NO_MEANING}
    digest = hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()
    severity, fatal = content["severity"], content.get("fatal", False)
    return Rule(
        name=file.name,
        labels=content["name"],
        reasons=content["reason"],
        category=content["category"],
        severity=severity,
        points=float(content["points"]),
        origin=content["origin"],
        at=_at(content, conditions),
        when=_when(content, conditions),
        conditions=conditions,
        path=file.path,
        digest=digest,
        version=content.get("version", 1),
        is_fatal=fatal,
        is_risk=content.get("risk", severity in ("critical", "high")),
        scope=_scope(content.get("scope", {})),
        starts=content.get("from"),
        ends=content.get("to"),
        examples=tuple(_examples(file)),
    )


def _at(content: Mapping[str, Any], conditions: Mapping[str, Condition]) -> tuple[str, ...]:
    told = content.get("at", next(iter(conditions)))
    return (told,) if isinstance(told, str) else tuple(told)


def _when(content: Mapping[str, Any], conditions: Mapping[str, Condition]) -> Expression:
    if "when" in content:
        return parse(content["when"])
    at = [Expression(name) for name in _at(content, conditions)]
    rest = [Expression(name) for name in conditions if name not in {one.operator for one in at}]
    every = [at[0] if len(at) == 1 else Expression("or", tuple(at)), *rest]
    return every[0] if len(every) == 1 else Expression("and", tuple(every))


def _scope(told: Mapping[str, Any]) -> Scope:
    return Scope(told.get("customer", 1), told.get("agent", 1), tuple(told.get("channels", ())))


def _condition(name: str, told: Mapping[str, Any]) -> Condition:
    plain: dict[str, Any] = {
        key: tuple(item) if isinstance(item, list) else item
        for key, item in told.items()
        if key not in (*NEARNESS, "silence", "repeats", "burst")
    }
    return Condition(
        name,
        **plain,
        silence=Silence(**told["silence"]) if "silence" in told else None,
        repeats=Repeats(**told["repeats"]) if "repeats" in told else None,
        burst=Burst(**told["burst"]) if "burst" in told else None,
        relations=tuple(Relation(key, **told[key]) for key in NEARNESS if key in told),
    )


def _examples(file: RuleFile) -> Iterator[Example]:
    for key in ("must_hit", "must_not_hit"):
        for place, example in enumerate(file.content[key]):
            line = line_of(file.text, key, ordinal=place)
            products = tuple(example.get("products", ()))
            yield Example(example["chat"], key == "must_hit", line, products)
