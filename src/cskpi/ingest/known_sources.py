"""Which sources a load may choose from, and whether their words mean anything to the database."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from cskpi.errors import InputError, UsageError
from cskpi.ingest.presets import read_preset, shipped_sources
from cskpi.ingest.roles import ROLES
from cskpi.ingest.staging import schema_types
from cskpi.ingest.tables import KINDS

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.options import LoadOptions
    from cskpi.ingest.source import Source

_FURTHER = {
    "messages": ("reply_to_id",),
    "ratings": ("rating_id",),
}
"""Columns of a preset that are read but not stored under their name."""

_OPEN = ("_", "extra.", "item.extra.")


def sources_for(con: duckdb.DuckDBPyConnection, options: LoadOptions) -> Sequence[Source]:
    """Return the sources of the user's mapping, else the shipped ones.

    Raises:
        UsageError: no such kind or preset.
        InputError: the mapping is unreadable or names what does not exist.
    """
    if options.kind is not None and options.kind not in KINDS:
        raise UsageError("kind_unknown", kind=options.kind, kinds=", ".join(KINDS))
    sources = read_preset(options.mapping) if options.mapping else shipped_sources()
    presets = sorted({source.preset.name for source in sources})
    if options.preset is not None and options.preset not in presets:
        raise UsageError("preset_unknown", preset=options.preset, presets=", ".join(presets))
    if options.mapping:
        for source in sources:
            if problem := find_problem(con, source):
                raise InputError("mapping_invalid", path=options.mapping, problem=problem)
    return sources


def vocabulary_of(sources: Sequence[Source]) -> frozenset[str]:
    """Return every header that any of the sources knows, in normal form."""
    if sources is shipped_sources():
        return _shipped_vocabulary()
    return frozenset().union(*(source.vocabulary() for source in sources))


@cache
def _shipped_vocabulary() -> frozenset[str]:
    # There are a hundred sources, and every file is read with all of them in mind.
    return frozenset().union(*(source.vocabulary() for source in shipped_sources()))


def find_problem(con: duckdb.DuckDBPyConnection, source: Source) -> str | None:
    """Return the first word of a source that means nothing to the database, None if all do."""
    if source.skip:
        return None
    if source.target not in KINDS:
        return f"{source.id}: target {source.target}"
    known = {*schema_types(con, source.target), *_FURTHER.get(source.target, ())}
    known |= {f"item.{name}" for name in schema_types(con, "order_items")}
    free = (*_OPEN, "metric.") if source.target == "agent_metrics" else _OPEN
    named = (
        *(*source.columns, *source.guess, *source.types, *source.values, *source.const),
        *(*source.strip_prefix, *source.extract, *source.from_filename, *source.infer),
        *source.sums,
    )
    for name in named:
        if name not in known and not name.startswith(free):
            return f"{source.id}: {name}"
    roles = (rule.role for rule in source.roles if rule.role not in ROLES)
    return next((f"{source.id}: role {role}" for role in roles), None)
