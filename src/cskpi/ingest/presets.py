"""Presets: what a platform's exports look like, as TOML beside this file or in a user's mapping.

The grammar is described at the top of `presets/_base.toml`. A preset may extend another: a source
of the same id then changes only what it names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cskpi.errors import InputError
from cskpi.ingest.headers import normal_header

FOLDER = Path(__file__).parent / "presets"
OPERATORS = ("equals", "in", "contains", "regex", "lt", "gt")
TYPES = ("id", "label", "text", "time", "date", "money", "money:fen", "number", "whole", "boolean")

_PRESET_KEYS = {"name", "version", "platform", "extends", "nulls", "summary_labels", "pii"}
_SOURCE_KEYS = {
    "id",
    "target",
    "also",
    "files",
    "detect",
    "columns",
    "guess",
    "types",
    "values",
    "role",
    "drop",
    "const",
}
_DETECT_KEYS = {"require", "any", "forbid"}

Aliases = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows whose `field` satisfies `operator` with one of `operands` have this sender role."""

    field: str
    operator: str
    operands: tuple[str, ...]
    role: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Rows left out on purpose: `field` is one of `words` or matches `regex`."""

    field: str
    words: tuple[str, ...]
    regex: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file: how it is told from others and which header is which column.

    `columns` and `guess` give the aliases of a canonical column, first match wins; a name starting
    with `_` is a work column for rules, `item.x` a column of the second table, `extra.x` is kept
    in the `extra` column.
    """

    preset: str
    id: str
    target: str
    also: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    columns: Aliases = field(default_factory=dict)
    guess: Aliases = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    roles: tuple[Rule, ...] = ()
    drops: tuple[Drop, ...] = ()
    const: Mapping[str, str] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()
    summary_labels: tuple[str, ...] = ()
    pii: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The preset and the source, as printed."""
        return f"{self.preset}.{self.id}"

    def vocabulary(self) -> frozenset[str]:
        """Return every header this source knows, in normal form."""
        aliases = [*self.columns.values(), *self.guess.values()]
        return frozenset(normal_header(alias) for group in aliases for alias in group)


@cache
def shipped_sources() -> tuple[Source, ...]:
    """Return the sources of every shipped preset, in file order."""
    names = sorted(path.stem for path in FOLDER.glob("*.toml") if not path.stem.startswith("_"))
    return tuple(source for name in names for source in read_preset(FOLDER / f"{name}.toml"))


def read_preset(path: Path) -> tuple[Source, ...]:
    """Read a preset or a user's mapping, with what it extends.

    Raises:
        InputError: no TOML, an unknown key, or a value of the wrong kind; says which.
    """
    tree = _read_tree(path)
    head = tree["preset"]
    return tuple(_source(path, head, raw) for raw in tree["source"])


def _read_tree(path: Path) -> dict[str, Any]:
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("mapping_unreadable", path=path, cause=error.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("mapping_unreadable", path=path, cause=error) from None
    _refuse_unknown(path, "", tree, {"preset", "source"})
    head = {"name": path.stem, **tree.get("preset", {})}
    _refuse_unknown(path, "preset.", head, _PRESET_KEYS)
    sources = tree.get("source", [])
    for source in sources:
        _refuse_unknown(path, "source.", source, _SOURCE_KEYS)
        _refuse_unknown(path, "source.detect.", source.get("detect", {}), _DETECT_KEYS)
        if "id" not in source:
            raise InputError("mapping_invalid", path=path, problem="source.id")
    parent_name = head.get("extends", None if path.stem == "_base" else "_base")
    if parent_name is None:
        return {"preset": head, "source": sources}
    parent_path = FOLDER / f"{parent_name}.toml"
    if not parent_path.is_file():
        raise InputError("mapping_invalid", path=path, problem=f"preset.extends = {parent_name!r}")
    parent = _read_tree(parent_path)
    return {
        "preset": {**parent["preset"], **head},
        "source": [_merge(_same_id(parent["source"], source["id"]), source) for source in sources],
    }


def _same_id(sources: list[dict[str, Any]], source_id: str) -> dict[str, Any]:
    return next((source for source in sources if source["id"] == source_id), {})


def _merge(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(parent)
    for key, entry in child.items():
        inherited = merged.get(key)
        if isinstance(entry, Mapping) and isinstance(inherited, Mapping):
            merged[key] = _merge(inherited, entry)
        else:
            merged[key] = entry
    return merged


def _refuse_unknown(path: Path, where: str, table: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(table) - known):
        raise InputError("mapping_invalid", path=path, problem=f"{where}{unknown[0]}")


def _source(path: Path, head: Mapping[str, Any], raw: Mapping[str, Any]) -> Source:
    where = f"source {raw['id']!r}: "
    detect = raw.get("detect", {})
    columns, guess = _flat(raw.get("columns", {})), _flat(raw.get("guess", {}))
    if not isinstance(raw.get("target"), str):
        raise InputError("mapping_invalid", path=path, problem=f"{where}target")
    types = {key: str(kind) for key, kind in raw.get("types", {}).items()}
    if wrong := [kind for kind in types.values() if kind not in TYPES]:
        raise InputError("mapping_invalid", path=path, problem=f"{where}types: {wrong[0]}")

    def words(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        entry = table.get(key, [])
        listed = [entry] if isinstance(entry, str) else entry
        if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
            raise InputError("mapping_invalid", path=path, problem=f"{where}{key}")
        return tuple(listed)

    return Source(
        preset=str(head["name"]),
        id=str(raw["id"]),
        target=raw["target"],
        also=words(raw, "also"),
        files=words(raw, "files"),
        require=words(detect, "require"),
        any=words(detect, "any"),
        forbid=words(detect, "forbid"),
        columns={key: words(columns, key) for key in columns},
        guess={key: words(guess, key) for key in guess},
        types=types,
        values={
            column: {str(word): str(canonical) for word, canonical in table.items()}
            for column, table in raw.get("values", {}).items()
        },
        roles=tuple(_rule(path, where, rule) for rule in raw.get("role", [])),
        drops=tuple(
            Drop(str(drop.get("field")), words(drop, "in"), drop.get("regex"))
            for drop in raw.get("drop", [])
        ),
        const={key: str(fixed) for key, fixed in raw.get("const", {}).items()},
        nulls=words(head, "nulls"),
        summary_labels=words(head, "summary_labels"),
        pii=words(head, "pii"),
    )


def _flat(table: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, entry in table.items():
        if isinstance(entry, Mapping):
            flat |= {f"{key}.{name}": aliases for name, aliases in entry.items()}
        else:
            flat[key] = entry
    return flat


def _rule(path: Path, where: str, raw: Mapping[str, Any]) -> Rule:
    operators = [name for name in OPERATORS if name in raw]
    unknown = set(raw) - {"field", "role", *OPERATORS}
    if unknown or len(operators) != 1 or "field" not in raw or "role" not in raw:
        raise InputError("mapping_invalid", path=path, problem=f"{where}role {dict(raw)}")
    operand = raw[operators[0]]
    listed = operand if isinstance(operand, list) else [operand]
    operands = tuple(str(word) for word in listed)
    return Rule(str(raw["field"]), operators[0], operands, str(raw["role"]))
