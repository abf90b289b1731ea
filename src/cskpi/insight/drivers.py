"""What drove a KPI's change: its exact decomposition by part, and what of it is no chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cskpi.insight.decomposition import Part, decompose
from cskpi.insight.insight import Driver
from cskpi.metrics.comparison import SIGNIFICANT, Sample, difference
from cskpi.metrics.uncertainty import benjamini_hochberg

if TYPE_CHECKING:
    from cskpi.insight.decomposition import Decomposition, Effect
    from cskpi.insight.insight import Dimension, EffectKind
    from cskpi.insight.material import Material
    from cskpi.metrics.finding import Finding

Key = tuple[str | None, ...]

LEAST_SHARE = 0.15
"""A part that accounts for less of a change drove nothing."""

_DIMENSIONS: Mapping[Dimension, tuple[str, ...]] = {
    "agent": ("shop", "agent"),
    **{name: (name,) for name in ("hour", "shop", "channel", "topic", "stage", "product")},
}
LEAST_LIFT = 1.3
"""What most customers belong to accounts for most of any change: only more than its weight tells."""

_MOST_DRIVERS = 3
_LEAST_CASES = 10
_MOST_COUNTED_TWICE = 0.2
"""Customers meet several agents; where that moves a change by more, its parts do not explain it."""


def drivers_of(total: Finding, material: Material) -> tuple[Driver, ...]:
    """Return the parts that drove a change, dimension by dimension, the largest share first.

    Named is only a part that accounts for at least `LEAST_SHARE` of the change and whose own number,
    or weight, differs from the period before by more than chance, all parts tested at once; but for
    agents, `LEAST_LIFT` times more than it weighs.
    """
    found: list[Driver] = []
    for dimension, names in _DIMENSIONS.items():
        now = _by_key(material.parts, total.metric, names)
        then = _by_key(material.parts_before, total.metric, names)
        found += _of_dimension(total, dimension, now, then)
    return tuple(found)


def split(now: Mapping[Key, Finding], then: Mapping[Key, Finding]) -> Decomposition[Key] | None:
    """Return the effects of parts on the change of their whole; None without numbers to divide."""
    return decompose(_parts(now), _parts(then))


def parts_of(findings: Sequence[Finding], metric: str, dimension: Dimension) -> dict[Key, Finding]:
    """Return the numbers of a KPI by the parts of one dimension."""
    return _by_key(findings, metric, _DIMENSIONS[dimension])


def _of_dimension(
    total: Finding, dimension: Dimension, now: Mapping[Key, Finding], then: Mapping[Key, Finding]
) -> list[Driver]:
    apart = split(now, then)
    comparison = total.compared("previous")
    if apart is None or comparison is None or len({*now, *then}) < 2:  # noqa: PLR2004  parts, not a whole
        return []
    whole = comparison.difference
    if not whole or abs(apart.change - whole) > _MOST_COUNTED_TWICE * abs(whole):
        return []
    tested: list[tuple[Driver, float]] = []
    for effect in apart.effects:
        here, there = now.get(effect.key), then.get(effect.key)
        for kind, size in _sizes(effect):
            p_value = _p_value(kind, effect.key, now, then)
            if p_value is None:
                continue
            driver = Driver(
                dimension=dimension,
                name=effect.key[-1],
                shop=effect.key[0] if len(effect.key) > 1 else None,
                kind=kind,
                effect=size,
                share=size / whole,
                value=here.value if here else None,
                previous=there.value if there else None,
                sample_size=here.sample_size if here else 0,
            )
            tested.append((driver, p_value))
    corrected = benjamini_hochberg([p_value for _, p_value in tested])
    cases = sum(finding.sample_size for finding in now.values())
    named = [
        driver
        for (driver, _), p_value in zip(tested, corrected, strict=True)
        if p_value <= SIGNIFICANT
        and driver.name is not None
        and driver.share >= max(LEAST_SHARE, _expected(driver, cases))
    ]
    return sorted(named, key=lambda driver: -driver.share)[:_MOST_DRIVERS]


def _expected(driver: Driver, cases: int) -> float:
    """What a part would account for if all had changed alike, and a good deal more."""
    if driver.dimension == "agent" or driver.kind == "mix" or not cases:
        return 0.0
    return LEAST_LIFT * driver.sample_size / cases


def _sizes(effect: Effect[Key]) -> tuple[tuple[EffectKind, float], ...]:
    return ("rate", effect.rate), ("mix", effect.mix)


def _p_value(
    kind: EffectKind, key: Key, now: Mapping[Key, Finding], then: Mapping[Key, Finding]
) -> float | None:
    """How often chance alone moves a part's number (rate) or its weight (mix) so far."""
    here, there = now.get(key), then.get(key)
    if kind == "mix":
        sides = [_weight(part, of) for part, of in ((here, now), (there, then))]
        return difference(*sides).p_value if all(side.denominator > 0 for side in sides) else None
    if here is None or there is None:
        return None
    if min(here.sample_size, there.sample_size) < _LEAST_CASES:
        return None
    return difference(_sample(here), _sample(there)).p_value


def _weight(part: Finding | None, whole: Mapping[Key, Finding]) -> Sample:
    cases = float(part.sample_size) if part else 0.0
    of = float(sum(finding.sample_size for finding in whole.values()))
    return Sample("hits", cases / of if of else 0.0, round(of), cases, of)


def _sample(finding: Finding) -> Sample:
    value, size = finding.value or 0.0, finding.sample_size
    above, below = finding.numerator or 0.0, finding.denominator or 0.0
    if finding.unit == "percent" and 0 <= above <= below:
        return Sample("hits", value, size, above, below)
    return Sample("quantile", value, size, bounds=(finding.low, finding.high))


def _by_key(findings: Sequence[Finding], metric: str, names: tuple[str, ...]) -> dict[Key, Finding]:
    return {
        tuple(finding.dimensions.get(name) for name in names): finding
        for finding in findings
        if finding.metric == metric and set(finding.dimensions) == set(names)
    }


def _parts(findings: Mapping[Key, Finding]) -> dict[Key, Part]:
    return {
        key: Part(finding.numerator or 0.0, finding.denominator)
        for key, finding in findings.items()
        if finding.denominator
    }
