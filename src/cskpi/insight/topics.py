"""What customers ask about: the share of each issue type, and whether it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.insight.insight import Insight
from cskpi.metrics.comparison import SIGNIFICANT, Sample, difference
from cskpi.metrics.uncertainty import benjamini_hochberg, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cskpi.metrics.breakdowns import BreakdownTable

LARGE_SHARE = 0.2
"""Seed 1: an issue type above a fifth of all is looked into."""

BREAKDOWN = "frequent_topics"


@dataclass(frozen=True, slots=True)
class TopicShare:
    """An issue type: the customer's sessions about it, of all whose issue type is known.

    `low` and `high` bound the share (95 %). `p_value` is how often chance alone moves a share so far
    from the period before, corrected for the number of issue types; None where nothing is compared.
    """

    topic: str
    sessions: int
    share: float
    low: float
    high: float
    known: int
    previous_share: float | None = None
    p_value: float | None = None

    @property
    def is_large(self) -> bool:
        """Whether the whole interval lies above `LARGE_SHARE`."""
        return self.low > LARGE_SHARE

    @property
    def has_changed(self) -> bool:
        """Whether its share changed by more than chance."""
        return self.p_value is not None and self.p_value <= SIGNIFICANT


def topic_shares(now: BreakdownTable, then: BreakdownTable | None) -> tuple[TopicShare, ...]:
    """Return the issue types of a period, the most frequent first."""
    here, there = _counts(now), _counts(then) if then else {}
    known, before = sum(here.values()), sum(there.values())
    p_values: dict[str, float] = {}
    for topic in here if before else ():
        sides = [
            Sample("hits", count / of, of, float(count), float(of))
            for count, of in ((here[topic], known), (there.get(topic, 0), before))
        ]
        p_value = difference(*sides).p_value
        if p_value is not None:
            p_values[topic] = p_value
    corrected = dict(zip(p_values, benjamini_hochberg(list(p_values.values())), strict=True))
    found = []
    for topic, count in here.items():
        low, high = wilson(count, known)
        found.append(
            TopicShare(
                topic=topic,
                sessions=count,
                share=count / known,
                low=low or 0.0,
                high=high if high is not None else 1.0,
                known=known,
                previous_share=there.get(topic, 0) / before if before else None,
                p_value=corrected.get(topic),
            )
        )
    return tuple(sorted(found, key=lambda share: (-share.sessions, share.topic)))


def topic_insights(topics: Sequence[TopicShare]) -> list[Insight]:
    """Return issue types above a fifth of all, and those whose share changed."""
    found = []
    for topic in topics:
        moved = topic.has_changed
        if not topic.is_large and not moved:
            continue
        difference_ = topic.share - (topic.previous_share or 0.0) if moved else None
        grew = difference_ is not None and difference_ > 0
        found.append(
            Insight(
                kind="topic_change" if moved else "topic_share",
                id=f"topic:{topic.topic}",
                side="changed",
                ref="topics",
                step="changed.topic_grew" if grew or not moved else "changed.topic_fell",
                group="topics",
                unit="percent",
                value=topic.share,
                reference=topic.previous_share if moved else LARGE_SHARE,
                difference=difference_,
                low=topic.low,
                high=topic.high,
                p_value=topic.p_value if moved else None,
                sample_size=topic.known,
                affected=float(topic.sessions),
                certainty=1 - (topic.p_value or 0.0) if moved else 0.95,
                score=min(
                    abs(difference_) / max(topic.previous_share or 0.0, 0.02)
                    if moved and difference_
                    else topic.share,
                    3.0,
                ),
                facts={"topic": topic.topic, "is_large": topic.is_large},
            )
        )
    return found


def _counts(table: BreakdownTable) -> Mapping[str, int]:
    names = [column.name for column in table.columns]
    at, count_at = names.index("topic"), names.index("session_count")
    found: dict[str, int] = {}
    for row in table.rows:
        topic, count = row[at], row[count_at]
        if isinstance(topic, str) and isinstance(count, int) and count:
            found[topic] = count
    return found
