"""What a finding is compared with: earlier periods, its shop, its team; many at once corrected."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cskpi.metrics.comparison import Difference, Method, Sample, difference, word
from cskpi.metrics.finding import Against, Comparison, Finding
from cskpi.metrics.uncertainty import benjamini_hochberg

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric

Key = tuple[tuple[str, str | None], ...]
Rows = Mapping[Key, Mapping[str, Any]]

EARLIER: Mapping[Against, int] = {"previous": 1, "last_year": 2}
"""The number each earlier period has in the rows of the wrapper's statement."""

LEAST_ROWS = 10
"""Of KPIs that name no `min_sample`: platforms print their own figures whatever they rest on."""

_AGAINST: tuple[Against, ...] = ("previous", "last_year", "shop", "team")


def method_of(metric: Metric) -> Method:
    """Return how two numbers of a KPI are compared.

    Shares are hits and misses unless the header says `interval = "delta"` (amounts), `"people"` (a
    mean of each person's amount) or `"none"`; distinct counts cannot be amounts, whose variance is
    one over rows.
    """
    if is_mean(metric):
        return "amounts"
    if metric.type == "ratio":
        kind = metric.interval or ("wilson" if metric.unit == "percent" else "none")
        if kind == "delta":
            return "none" if metric.distinct else "amounts"
        return "hits" if kind == "wilson" else "none"
    return "quantile" if metric.type in ("median", "p90") else "none"


def is_mean(metric: Metric) -> bool:
    """Tell whether a KPI is the mean of one amount for each thing or person counted."""
    return metric.type == "mean" or metric.interval == "people"


def needs_own_shop_row(metric: Metric) -> bool:
    """Tell whether a shop's number cannot be added up from its agents': people meet several."""
    method = method_of(metric)
    return method == "quantile" or (method != "none" and bool(metric.distinct))


def sample_of(metric: Metric, row: Mapping[str, Any]) -> Sample | None:
    """Return what a row of the wrapper's statement rests on, None without a value."""
    if row.get("measured") is None:
        return None
    method, size = method_of(metric), int(row.get("sample_size") or 0)
    numerator, denominator = row.get("numerator") or 0.0, row.get("denominator") or 0.0
    plain = Sample(method, row["measured"], size, numerator, denominator)
    if method == "quantile":
        ends = row.get("low"), row.get("high")
        return plain if None in ends else replace(plain, bounds=ends)
    if method != "amounts":
        return plain
    if not is_mean(metric):
        return replace(
            plain,
            squares=row["squares"] or 0.0,
            products=row["products"] or 0.0,
            denominator_squares=row["denominator_squares"] or 0.0,
        )
    # Every row of a mean has the denominator 1; the spread gives back the sum of squares.
    squares = (row["spread"] or 0.0) ** 2 * (size - 1) + numerator * row["measured"]
    return replace(
        plain,
        squares=squares,
        products=numerator,
        denominator_squares=float(size),
        cubes=_cubes(row, squares, size),
    )


def _cubes(row: Mapping[str, Any], squares: float, size: int) -> float | None:
    """The sum of cubes that the skewness of a mean's rows stands for."""
    mean, skewness = row["measured"], row.get("skewness")
    if skewness is None or not math.isfinite(skewness) or size < 3:  # noqa: PLR2004  its correction
        return None
    uncorrected = skewness * (size - 2) / math.sqrt(size * (size - 1))
    third = uncorrected * (row["spread"] ** 2 * (size - 1) / size) ** 1.5 * size
    return float(third + 3 * mean * squares - 2 * size * mean**3)


def with_comparisons(
    metric: Metric,
    findings: Sequence[Finding],
    rows: Sequence[Rows],
    shop_rows: Rows,
) -> list[Finding]:
    """Return the findings of one grouping with what they are compared with.

    Args:
        metric: whose findings they are.
        findings: of one grouping.
        rows: the wrapper's rows by key: of the period, the one before, the same a year ago.
        shop_rows: this period's rows of the grouping without the agent, where they are needed.
    """
    samples = [
        {key: sample for key, row in of_period.items() if (sample := sample_of(metric, row))}
        for of_period in rows
    ]
    shops = {key: sample for key, row in shop_rows.items() if (sample := sample_of(metric, row))}
    others: dict[Against, Mapping[Key, tuple[float, Difference, bool]]] = {
        against: _earlier(metric, samples[0], samples[place]) for against, place in EARLIER.items()
    }
    if findings and "agent" in findings[0].dimensions:
        others["team"] = _team(metric, samples[0])
        others["shop"] = _own_shop(metric, samples[0], shops)
    compared: dict[Key, list[Comparison]] = {}
    for against in _AGAINST:
        for key, comparison in _worded(metric, against, others.get(against, {})):
            compared.setdefault(key, []).append(comparison)
    return [
        replace(finding, comparisons=tuple(compared.get(tuple(finding.dimensions.items()), ())))
        for finding in findings
    ]


def least_rows(metric: Metric) -> int:
    """Return how many rows a number needs to be set against another: what is exact needs none."""
    if method_of(metric) == "none":
        return metric.min_sample
    return metric.min_sample or LEAST_ROWS


def _enough(least: int, here: Sample, there: Sample) -> bool:
    return here.size >= least and there.size >= least


def _earlier(
    metric: Metric, now: Mapping[Key, Sample], then: Mapping[Key, Sample]
) -> dict[Key, tuple[float, Difference, bool]]:
    least = least_rows(metric)
    return {
        key: (then[key].value, difference(here, then[key]), _enough(least, here, then[key]))
        for key, here in now.items()
        if key in then
    }


def _team(
    metric: Metric, samples: Mapping[Key, Sample]
) -> dict[Key, tuple[float, Difference, bool]]:
    """Each named agent against all others of the shop; where rows cannot be added, nothing."""
    if method_of(metric) not in ("hits", "amounts"):
        return {}
    named = {key: sample for key, sample in samples.items() if dict(key)["agent"] is not None}
    whole, least = _added(named), least_rows(metric)
    found = {}
    for key, here in named.items():
        there = whole[_peers(key)].together(here, -1)
        if there is not None:
            found[key] = there.value, difference(here, there), _enough(least, here, there)
    return found


def _own_shop(
    metric: Metric, samples: Mapping[Key, Sample], shops: Mapping[Key, Sample]
) -> dict[Key, tuple[float, Difference, bool]]:
    """Each named agent against the shop he is a part of.

    A part differs from its whole by what it differs from the rest, less its own share: so the
    interval is that of the independent rest, scaled. Where people are counted once in the shop and
    once for each agent, or the number is a quantile, both sides are taken as independent: the interval
    is then too wide rather than too narrow.
    """
    if method_of(metric) == "none":
        return {}
    needs_row, least = needs_own_shop_row(metric), least_rows(metric)
    whole = shops if needs_row else _added(samples)
    found = {}
    for key, here in samples.items():
        shop = whole.get(_peers(key))
        if shop is None or dict(key)["agent"] is None:
            continue
        if needs_row:
            # As many rows as the shop: he is the shop.
            if shop.size > here.size:
                found[key] = shop.value, difference(here, shop), _enough(least, here, shop)
            continue
        rest = shop.together(here, -1)
        if rest is not None:
            share = rest.denominator / shop.denominator
            apart = difference(here, rest).scaled(share)
            found[key] = shop.value, apart, _enough(least, here, rest)
    return found


def _added(samples: Mapping[Key, Sample]) -> dict[Key, Sample]:
    whole: dict[Key, Sample] = {}
    # Rows come in any order, and a sum differs in its last digits with the order.
    for key, sample in sorted(samples.items(), key=lambda item: str(item[0])):
        before = whole.get(_peers(key))
        both = sample if before is None else before.together(sample)
        if both is not None:
            whole[_peers(key)] = both
    return whole


def _peers(key: Key) -> Key:
    return tuple(part for part in key if part[0] != "agent")


def _worded(
    metric: Metric,
    against: Against,
    found: Mapping[Key, tuple[float, Difference, bool]],
) -> Iterable[tuple[Key, Comparison]]:
    """Say in a word what each comparison shows; several of one kind are corrected together."""
    tested = {
        key: apart.p_value
        for key, (_, apart, enough) in found.items()
        if enough and apart.p_value is not None
    }
    is_sample = method_of(metric) != "none"
    corrected = dict(zip(tested, benjamini_hochberg(list(tested.values())), strict=True))
    for key, (value, apart, _) in found.items():
        p_value = corrected.get(key)
        claim = word(metric.direction, apart, p_value)
        if claim is None and is_sample:
            claim = "no_clear_change"
        yield (
            key,
            Comparison(
                against,
                value,
                apart.value,
                apart.low,
                apart.high,
                p_value,
                claim,
                is_corrected=len(tested) > 1 and p_value is not None,
            ),
        )
