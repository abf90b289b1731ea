"""Checks: queries of which every returned row is a fault, and KPI targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cskpi.resources import data_dir
from cskpi.store.sqlfile import read_sql_file

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Labels
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period

Severity = Literal["fail", "warn"]
EXAMPLES = 5
"""Faulty rows shown per check; the count is always complete."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: no faults means passed. `examples` are `(subject, detail)` of the first faults."""

    name: str
    labels: Labels
    severity: Severity
    fault_count: int
    examples: tuple[tuple[str, str | None], ...] = ()


def run_data_checks(con: duckdb.DuckDBPyConnection, period: Period) -> list[CheckResult]:
    """Run every file of `queries/checks/`."""
    results = []
    for path in sorted((data_dir("queries") / "checks").glob("*.sql")):
        file = read_sql_file(path)
        parameters = {"period_start": period.start, "period_end": period.end}
        used = {name: item for name, item in parameters.items() if f"${name}" in file.body}
        rows = con.execute(file.body, used).fetchall()
        examples = tuple((str(row[0]), row[1]) for row in rows[:EXAMPLES])
        head = file.header
        results.append(CheckResult(file.name, head["label"], head["severity"], len(rows), examples))
    return results


def target_checks(findings: Iterable[Finding]) -> list[CheckResult]:
    """Return one result per finding with a target; a small sample neither passes nor fails."""
    severities: dict[str, Severity] = {"bad": "fail", "warn": "warn"}
    return [
        CheckResult(
            finding.metric,
            finding.labels,
            severities.get(finding.status, "fail"),
            int(finding.status in severities),
        )
        for finding in findings
        if finding.status is not None and finding.status != "small_sample"
    ]


def has_failed(results: Iterable[CheckResult], *, strict: bool) -> bool:
    """Tell whether any fault counts as a failure; with `strict` warnings do too."""
    return any(r.fault_count and (strict or r.severity == "fail") for r in results)
