"""Presets: what a platform's exports look like, as TOML beside this file or in a user's mapping.

The grammar is described at the top of `presets/_base.toml`. A preset may extend another: a source
of the same id then changes only what it names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cskpi.errors import InputError
from cskpi.ingest.source import (
    EVIDENCE,
    FORMATS,
    LAYOUTS,
    OPERATORS,
    PLACES,
    TABULAR,
    TYPES,
    Drop,
    Inference,
    Layout,
    Preset,
    Rule,
    Source,
)

FOLDER = Path(__file__).parent / "presets"

_PRESET_KEYS = {
    *("name", "version", "platform", "extends", "label", "fallback", "timezone"),
    *("nulls", "summary_labels", "summary_scopes", "pii"),
}
_SOURCE_KEYS = {
    *("id", "target", "skip", "also", "only", "secondary", "evidence", "where", "lacks", "files"),
    *("formats", "detect", "layout", "period", "day", "columns", "guess", "types", "values"),
    *(
        "strip_prefix",
        "extract",
        "coalesce",
        "fill_down",
        "explode",
        "from_filename",
        "infer",
        "sum",
        "role",
        "drop",
        "const",
    ),
    *("transcript", "matrix", "questions"),
}
_DETECT_KEYS = {"require", "any", "forbid"}
_EXPLODE_KEYS = {"separators", "by", "columns"}
_LAYOUT_KEYS = {
    "transcript": {"cell", "html"},
    "matrix": {"name", "group", "ignore", "blank"},
    "questions": {"pattern", "separator", "skipped"},
}


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
    reader = _Reader(path, "preset.")
    head = tree["preset"]
    preset = Preset(
        name=str(head["name"]),
        version=str(head.get("version", "1")),
        platform=head.get("platform"),
        label=reader.texts(head, "label"),
        is_fallback=bool(head.get("fallback", False)),
        timezone=head.get("timezone"),
        nulls=reader.words(head, "nulls"),
        summary_labels=reader.words(head, "summary_labels"),
        summary_scopes=reader.texts(head, "summary_scopes"),
        pii=reader.words(head, "pii"),
    )
    sources = tuple(_source(path, preset, raw) for raw in tree["source"])
    known = {source.id for source in sources}
    for source in sources:
        for further in source.also:
            if further not in known and further != "order_items":
                raise _invalid(path, f"source {source.id!r}: also {further!r}")
    return sources


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
        _refuse_unknown(path, "source.explode.", source.get("explode", {}), _EXPLODE_KEYS)
        for layout, keys in _LAYOUT_KEYS.items():
            _refuse_unknown(path, f"source.{layout}.", source.get(layout, {}), keys)
        if "id" not in source:
            raise _invalid(path, "source.id")
    parent_name = head.get("extends", None if path.stem == "_base" else "_base")
    if parent_name is None:
        return {"preset": head, "source": sources}
    parent_path = FOLDER / f"{parent_name}.toml"
    if not parent_path.is_file():
        raise _invalid(path, f"preset.extends = {parent_name!r}")
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
        raise _invalid(path, f"{where}{unknown[0]}")


def _invalid(path: Path, problem: str) -> InputError:
    return InputError("mapping_invalid", path=path, problem=problem)


class _Reader:
    """Takes values out of TOML tables, each of the kind the grammar asks for."""

    def __init__(self, path: Path, where: str) -> None:
        self.path = path
        self.where = where

    def words(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Return a word or a list of words as a tuple."""
        entry = table.get(key, [])
        listed = [entry] if isinstance(entry, str) else entry
        if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
            raise _invalid(self.path, f"{self.where}{key}")
        return tuple(listed)

    def among(
        self, table: Mapping[str, Any], key: str, known: tuple[str, ...], default: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return words that must be among the known ones."""
        found = self.words(table, key) if key in table else default
        if unknown := [word for word in found if word not in known]:
            raise _invalid(self.path, f"{self.where}{key}: {unknown[0]}")
        return found

    def texts(self, table: Mapping[str, Any], key: str) -> dict[str, str]:
        """Return a table of texts."""
        entry = table.get(key, {})
        if not isinstance(entry, Mapping):
            raise _invalid(self.path, f"{self.where}{key}")
        return {str(name): str(text) for name, text in entry.items()}

    def lists(self, table: Mapping[str, Any], key: str) -> dict[str, tuple[str, ...]]:
        """Return a table of lists of words; `a.b` may be written as a table of tables."""
        flat = _flat(table.get(key, {}))
        return {name: self.words(flat, name) for name in flat}


def _source(path: Path, preset: Preset, raw: Mapping[str, Any]) -> Source:
    reader = _Reader(path, f"source {raw['id']!r}: ")
    detect = raw.get("detect", {})
    skip = reader.texts(raw, "skip") or None
    if skip is None and not isinstance(raw.get("target"), str):
        raise _invalid(path, f"{reader.where}target")
    types = reader.texts({"types": _flat(raw.get("types", {}))}, "types")
    if wrong := [kind for kind in types.values() if kind not in TYPES]:
        raise _invalid(path, f"{reader.where}types: {wrong[0]}")
    layout = _layout(reader, raw)
    explode = raw.get("explode", {})
    formats = TABULAR if layout.kind != "transcript" or layout.cell else ("text",)
    return Source(
        preset=preset,
        id=str(raw["id"]),
        target=str(raw.get("target", "")),
        skip=skip,
        is_secondary=bool(raw.get("secondary", False)),
        evidence=reader.among(raw, "evidence", EVIDENCE, ("E",))[0],
        formats=reader.among(raw, "formats", FORMATS, formats),
        require=reader.words(detect, "require"),
        any=reader.words(detect, "any"),
        forbid=reader.words(detect, "forbid"),
        layout=layout,
        period=reader.among(raw, "period", PLACES, ()),
        day=reader.among(raw, "day", PLACES, ()),
        types=types,
        values={name: reader.texts(raw["values"], name) for name in raw.get("values", {})},
        explode_separators=str(explode.get("separators", "")),
        explode_by=reader.words(explode, "by"),
        explode_columns=reader.words(explode, "columns"),
        infer={name: _inference(reader, entry) for name, entry in raw.get("infer", {}).items()},
        sums=reader.words(raw.get("sum", {}), "columns"),
        roles=tuple(_rule(reader, rule) for rule in raw.get("role", [])),
        drops=tuple(_drop(reader, drop) for drop in raw.get("drop", [])),
        **_plain(reader, raw),
    )


def _plain(reader: _Reader, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Read the keys of a source that stand in it as they are kept."""
    words = ("also", "only", "files", "coalesce", "fill_down")
    lists = ("columns", "guess", "strip_prefix")
    texts = ("where", "lacks", "extract", "from_filename", "const")
    return {
        **{name: reader.words(raw, name) for name in words},
        **{name: reader.lists(raw, name) for name in lists},
        **{name: reader.texts(raw, name) for name in texts},
    }


def _flat(table: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, entry in table.items():
        if isinstance(entry, Mapping):
            flat |= {f"{key}.{name}": aliases for name, aliases in entry.items()}
        else:
            flat[key] = entry
    return flat


def _layout(reader: _Reader, raw: Mapping[str, Any]) -> Layout:
    (kind,) = reader.among(raw, "layout", LAYOUTS, ("rows",))
    options = raw.get(kind, {})
    return Layout(
        kind=kind,
        cell=reader.words(options, "cell"),
        is_html=bool(options.get("html", False)),
        name=reader.words(options, "name"),
        group=reader.words(options, "group"),
        ignore=reader.words(options, "ignore"),
        blank=str(options.get("blank", "rest")),
        pattern=str(options.get("pattern", "")),
        separator=str(options.get("separator", "┋")),
        skipped=reader.words(options, "skipped"),
    )


def _inference(reader: _Reader, raw: Mapping[str, Any]) -> Inference:
    if set(raw) != {"from", "regex", "format"}:
        raise _invalid(reader.path, f"{reader.where}infer {dict(raw)}")
    return Inference(str(raw["from"]), str(raw["regex"]), str(raw["format"]))


def _drop(reader: _Reader, raw: Mapping[str, Any]) -> Drop:
    tests = [key for key in ("in", "not_in", "regex") if key in raw]
    if len(tests) != 1 or set(raw) - {"field", *tests} or "field" not in raw:
        raise _invalid(reader.path, f"{reader.where}drop {dict(raw)}")
    words = reader.words(raw, "not_in" if "not_in" in raw else "in")
    return Drop(str(raw["field"]), words, raw.get("regex"), "not_in" in raw)


def _rule(reader: _Reader, raw: Mapping[str, Any]) -> Rule:
    if set(raw) == {"default", "role"} and raw["default"] is True:
        return Rule("", "default", (), str(raw["role"]))
    operators = [name for name in OPERATORS if name in raw]
    unknown = set(raw) - {"field", "role", *OPERATORS}
    if unknown or len(operators) != 1 or "field" not in raw or "role" not in raw:
        raise _invalid(reader.path, f"{reader.where}role {dict(raw)}")
    operand = raw[operators[0]]
    listed = operand if isinstance(operand, list) else [operand]
    operands = tuple(str(word) for word in listed)
    return Rule(str(raw["field"]), operators[0], operands, str(raw["role"]))
