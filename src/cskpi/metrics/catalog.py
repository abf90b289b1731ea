"""The catalogue: every metric file, shipped and the shop's own, checked and in report order."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from cskpi.errors import DefinitionError, UsageError
from cskpi.metrics.binding import body_problems
from cskpi.metrics.declaration import Labels, Metric, declare
from cskpi.resources import data_dir, user_dir
from cskpi.store.sqlfile import HeaderError, read_sql_file

RULES = "rules"
"""What is compared under this name are the rules that credit orders, not definitions."""

_MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class Catalog:
    """All metrics by group order, then by name; group labels by id."""

    metrics: tuple[Metric, ...]
    groups: Mapping[str, Labels]

    def own(self) -> tuple[Metric, ...]:
        """Return our own metrics: all but those that count as a platform does."""
        return tuple(metric for metric in self.metrics if metric.profile is None)

    def profiles(self) -> tuple[str, ...]:
        """Return whose definitions there are, sorted."""
        return tuple(sorted({m.profile for m in self.metrics if m.profile is not None}))

    def select(self, names: list[str], profile: str | None = None) -> tuple[Metric, ...]:
        """Return the named metrics in catalogue order; without names our own, or those of a profile.

        Raises:
            UsageError: a name or the profile is unknown.
        """
        known = {metric.name for metric in self.metrics}
        unknown = [name for name in names if name not in known]
        if unknown:
            near = self._near(unknown[0])
            key = "metric_unknown_near" if near else "metric_unknown"
            raise UsageError(key, name=unknown[0], near=", ".join(near))
        if profile is not None and profile not in self.profiles():
            known_profiles = ", ".join(self.profiles())
            raise UsageError("profile_unknown", name=profile, known=known_profiles)
        if not names and profile is None:
            return self.own()
        return tuple(
            metric
            for metric in self.metrics
            if metric.name in names or (profile is not None and metric.profile == profile)
        )

    def _near(self, name: str) -> list[str]:
        """Return the names of at most three metrics whose name or label is like a word."""
        words = {w: m.name for m in self.metrics for w in (m.name, *m.labels.values())}
        found = get_close_matches(name, words, n=_MOST_NEAR)
        return list(dict.fromkeys(words[word] for word in found))

    def measuring(self, measure: str, names: list[str]) -> tuple[Metric, ...]:
        """Return all definitions of one measure, our own first; with names only those.

        Raises:
            UsageError: no definition measures that, or a name is unknown.
        """
        known = sorted({metric.measures for metric in self.metrics if metric.measures})
        if measure not in known:
            raise UsageError("measure_unknown", name=measure, known=", ".join([*known, RULES]))
        wanted = self.select(names) if names else self.metrics
        found = [metric for metric in wanted if metric.measures == measure]
        return tuple(sorted(found, key=_by_profile))

    def headline(self) -> tuple[Metric, ...]:
        """Return the metrics shown as cards."""
        return tuple(metric for metric in self.metrics if metric.headline)


def load_catalog(*, prove: bool = False) -> Catalog:
    """Read and check all metric files.

    Args:
        prove: also bind the bodies of shipped files; the shop's own files are always bound.

    Raises:
        DefinitionError: with every problem of every file.
    """
    shipped, files, groups = _shipped()
    own = user_dir("queries") / "metrics"
    paths = [(path, prove) for path in files]
    if own.resolve() != shipped:
        paths += [(path, True) for path in sorted(own.glob("*.sql"))]
    metrics: dict[str, Metric] = {}
    problems: list[str] = []
    for path, binds in paths:
        read = _read_shipped if path in files else _read_metric
        metric, found = read(path, binds=binds)
        problems += found
        if metric is not None:
            metrics[metric.name] = metric
    problems += _cross_problems(list(metrics.values()), groups)
    if problems:
        raise DefinitionError(problems)
    order = {group: place for place, group in enumerate(groups)}
    ordered = sorted(
        metrics.values(), key=lambda m: (order[m.group], not m.headline, m.rank, m.name)
    )
    return Catalog(tuple(ordered), groups)


def _by_profile(metric: Metric) -> tuple[bool, str, date]:
    return (
        metric.profile is not None,
        metric.profile or "",
        metric.effective_from or date.min,
    )


def _read_metric(path: Path, *, binds: bool) -> tuple[Metric | None, list[str]]:
    try:
        file = read_sql_file(path)
    except HeaderError as error:
        return None, [str(error)]
    metric, problems = declare(file)
    if metric is not None and binds:
        problems = body_problems(metric)
    return metric, problems


# Shipped files do not change while the program runs.
_read_shipped = cache(_read_metric)


@cache
def _shipped() -> tuple[Path, dict[Path, None], Mapping[str, Labels]]:
    """Return the folder of shipped metrics, its files in order and the groups."""
    folder = (data_dir("queries") / "metrics").resolve()
    return folder, dict.fromkeys(sorted(folder.glob("*.sql"))), _read_groups(folder / "groups.toml")


def _read_groups(path: Path) -> dict[str, Labels]:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {group["id"]: group["label"] for group in content["group"]}


def _cross_problems(metrics: list[Metric], groups: Mapping[str, Labels]) -> list[str]:
    problems = [
        f"{metric.file.path}:1: unknown group '{metric.group}'"
        for metric in metrics
        if metric.group not in groups
    ]
    for lang in ("zh", "en"):
        counts = Counter(metric.labels[lang] for metric in metrics)
        problems += [
            f"{metric.file.path}:1: the label '{metric.labels[lang]}' is used by several metrics"
            for metric in metrics
            if counts[metric.labels[lang]] > 1
        ]
    return problems
