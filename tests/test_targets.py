"""Targets of the settings: a new one does not rewrite the past, a misspelt one is an error."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cskpi.errors import UsageError
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.declaration import Metric, Target
from cskpi.metrics.targets import target_in_force
from cskpi.settings import Settings, load_settings

DATED = """
[targets.csat_score]
good = 4.5
warn = 4.2

[targets.csat_score.2026-10-01]
good = 4.7

[targets.csat_score.2026-12-01]
good = 4.9
warn = 4.8
"""


def _metric(name: str = "csat_score") -> Metric:
    return next(m for m in load_catalog().metrics if m.name == name)


def _settings(folder: Path, content: str) -> Settings:
    (folder / "cskpi.toml").write_text(content, encoding="utf-8")
    return load_settings({}, folder=folder, environment={})


@pytest.mark.parametrize(
    ("month", "target"),
    [
        (date(2026, 9, 1), Target(4.5, 4.2)),
        (date(2026, 9, 30), Target(4.5, 4.2)),
        (date(2026, 10, 1), Target(4.7, 4.2)),
        (date(2026, 11, 1), Target(4.7, 4.2)),
        (date(2026, 12, 1), Target(4.9, 4.8)),
    ],
)
def test_each_month_is_judged_by_the_target_it_had(
    tmp_path: Path, month: date, target: Target
) -> None:
    assert target_in_force(_metric(), _settings(tmp_path, DATED), month) == target


def test_before_its_first_date_a_kpi_keeps_its_own_target(tmp_path: Path) -> None:
    metric = _metric("first_response_time")
    settings = _settings(tmp_path, "[targets.first_response_time.2026-10-01]\ngood = 20\n")
    assert metric.target is not None
    assert target_in_force(metric, settings, date(2026, 9, 1)) == metric.target
    assert target_in_force(metric, settings, date(2026, 10, 1)) == Target(20, metric.target.warn)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("[targets.csat_score]\nbest = 5", "targets.csat_score.best"),
        ("[targets.csat_score.october]\ngood = 5", "targets.csat_score.october.good"),
        ("[targets.csat_score.2026-10-01]\nbest = 5", "targets.csat_score.2026-10-01.best"),
        ('[targets.csat_score]\ngood = "high"', "targets.csat_score.good"),
    ],
)
def test_a_misspelt_target_is_named(tmp_path: Path, line: str, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        target_in_force(_metric(), _settings(tmp_path, line), date(2026, 10, 1))
    assert caught.value.values["key"] == key
