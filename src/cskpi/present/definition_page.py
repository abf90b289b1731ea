"""What `cskpi catalog NAME` prints: one KPI's whole definition, its source, parameters and data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cskpi.present.flags import effective_span
from cskpi.present.formatting import format_target
from cskpi.present.profiles import definition_parts, grain_word, profile_word
from cskpi.texts import has_text, pick, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cskpi.metrics.declaration import Metric
    from cskpi.settings import Settings, Value

Fact = tuple[str, str]


def write_definition(
    metric: Metric,
    parameters: Mapping[str, Value],
    settings: Settings,
    loaded: Mapping[str, bool] | None,
) -> None:
    """Print one KPI's whole declaration and its SQL.

    Args:
        metric: the KPI.
        parameters: its parameters in force.
        settings: where they come from.
        loaded: which tables hold rows; None without a database.
    """
    facts = (
        *_meaning(metric, parameters),
        *_source(metric),
        *_parameters(metric, parameters, settings),
        *_data(metric, loaded),
        (say("trace.file"), str(metric.file.path)),
    )
    for label, text in facts:
        print(say("trace.fact", label=label, text=text))  # noqa: T201
    print(f"\n{metric.body}")  # noqa: T201


def needs_word(table: str) -> str:
    """Return which export a table comes from, in words; a table nobody described by its name."""
    key = f"needs.{table}"
    return say(key) if has_text(key) else table


def _meaning(metric: Metric, parameters: Mapping[str, Value]) -> Iterator[Fact]:
    yield say("trace.kpi"), f"{pick(metric.labels)} ({metric.name})"
    yield say("trace.meaning"), pick(metric.descriptions)
    yield say("trace.formula"), pick(metric.formula)
    yield say("trace.grain"), grain_word(metric.grain)
    parts = definition_parts(metric, parameters)
    for name in ("waits_from", "unanswered", "hours"):
        if parts[name]:
            yield say(f"compare.{name}"), parts[name]
    if metric.target:
        target = format_target(metric.target.good, metric.unit, metric.direction)
        yield say("stock.target"), target
    if metric.matures_after_days:
        yield say("flag.matures"), say("flag.matures_days", days=metric.matures_after_days)
    if metric.flag is not None:
        yield say("flag.reservation"), pick(metric.flag)


def _source(metric: Metric) -> Iterator[Fact]:
    yield say("definition_page.whose"), profile_word(metric.profile)
    if metric.differs is not None:
        yield say("definition_page.differs"), pick(metric.differs)
    if metric.profile is not None:
        first, last = metric.effective_from, metric.effective_to
        span = effective_span(first, last) if first or last else say("definition_page.always")
        yield say("definition_page.in_force"), span
    yield say("trace.origin"), f"{metric.origin}; v{metric.version}"
    if metric.evidence is not None:
        yield say("definition_page.evidence"), say(f"evidence.{metric.evidence}")


def _parameters(
    metric: Metric, parameters: Mapping[str, Value], settings: Settings
) -> Iterator[Fact]:
    for name, value in parameters.items():
        declared = metric.params[name]
        own = f"params.{metric.name}.{name}"
        shared = declared["setting"] if isinstance(declared, dict) else own
        key = own if own in settings.values else shared
        text = say(
            "definition_page.parameter",
            value=value,
            key=key,
            origin=_origin(settings.origins.get(key)),
        )
        yield f"{say('trace.parameter')} {name}", text


def _origin(origin: str | None) -> str:
    if origin is None:
        return say("definition_page.from_file")
    if has_text(f"definition_page.from_{origin}"):
        return say(f"definition_page.from_{origin}")
    return say("definition_page.from_settings", path=origin)


def _data(metric: Metric, loaded: Mapping[str, bool] | None) -> Iterator[Fact]:
    for table in metric.sources:
        state = "unknown" if loaded is None else "loaded" if loaded.get(table) else "missing"
        text = say(f"definition_page.{state}", needs=needs_word(table), table=table)
        yield say("definition_page.needs"), text
