"""What each text KPI rests on, and how well that is read: a table, and the file `explain` reads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import emotion_quality
import inspection_quality
import shop_quality
import text_quality

if TYPE_CHECKING:
    from cskpi.metrics.reading import Score

FILE = Path(__file__).parents[1] / "src" / "cskpi" / "metrics" / "text_quality.toml"
NEGATIVE = ("anxious", "disappointed", "angry")
BANNED = ("is_diversion", "is_superlative", "is_perfunctory", "is_insult", "is_false_claim")
RULES, LEAKS = "rules", "leaks"
PERSONAL, LATE = "personal", "late_notice"
VERDICTS = ("agrees", "contradicts")

RESTS = {
    "script_compliance_rate": (*BANNED, LEAKS),
    "banned_word_rate": BANNED,
    "privacy_leak_rate": (LEAKS,),
    "empathy_rate": ("is_empathy",),
    "empathy_to_negative_rate": ("is_empathy", "negative"),
    "stiff_script_rate": ("is_refusal", "offers_alternative"),
    "buck_passing_rate": ("is_referral",),
    "promise_kept_rate": ("is_promise",),
    "negative_emotion_rate": ("negative",),
    "emotion_escalation_rate": ("negative", *NEGATIVE),
    "emotion_recovery_rate": ("negative",),
    "silent_satisfaction": ("negative", "pleased"),
    "overall_satisfaction": ("negative", "pleased"),
    "workload_stress": ("negative",),
    "information_accuracy_rate": VERDICTS,
    "invalid_reply_rate": inspection_quality.KINDS,
    "qa_auto_score": (RULES,),
    "risk_session_rate": (RULES,),
    "personalisation_rate": (PERSONAL,),
    "late_order_notice_rate": (LATE,),
}
"""KPI -> what it rests on."""


def page() -> str:
    """Return every text KPI with its signals and their precision and recall as Markdown."""
    return "\n".join(_lines())


def stated() -> str:
    """Return the same as the TOML file that goes with the package."""
    parts = [
        "# How well what a KPI rests on is read, on texts nobody prepared for: make docs writes it."
    ]
    for kpi, names in RESTS.items():
        for name in names:
            score = _score(name)
            parts += ["", "[[reading]]", f'kpi = "{kpi}"', f'signal = "{name}"']
            parts += [f"meant = {score.meant}", f"said = {score.said}", f"both = {score.both}"]
    return "\n".join(parts) + "\n"


def _lines() -> Iterator[str]:
    yield "| 指标 / KPI | 依据的信号 / rests on | 有 / meant | 精确率 / precision | 召回率 / recall |"
    yield "|---|---|--:|--:|--:|"
    for kpi, names in RESTS.items():
        for number, name in enumerate(names):
            known = _score(name)
            cells = (str(known.meant), _share(known.precision), _share(known.recall))
            yield f"| {f'`{kpi}`' if not number else ''} | `{name}` | {' | '.join(cells)} |"


def _score(name: str) -> Score:
    return _scores()[name]


@cache
def _scores() -> dict[str, Score]:
    moods = {name: _mood((name,)) for name in emotion_quality.EMOTIONS}
    rules = inspection_quality.rule_scores("_fresh")
    leaks = [score for name, score in rules.items() if name in inspection_quality.PRIVACY]
    return {
        **_flags(),
        **moods,
        "negative": _mood(NEGATIVE),
        RULES: inspection_quality.added(list(rules.values())),
        LEAKS: inspection_quality.added(leaks),
        **inspection_quality.verdict_scores("_fresh"),
        **inspection_quality.reply_scores("_fresh"),
        PERSONAL: shop_quality.personal_score(),
        LATE: shop_quality.late_notice_score(),
    }


def _flags() -> dict[str, text_quality.SignalScore]:
    fresh = text_quality.sentences(text_quality.FRESH)
    return text_quality.flag_scores(fresh, text_quality.read(fresh))


def _mood(moods: tuple[str, ...]) -> text_quality.SignalScore:
    rows = [(row["emotion"] in moods, said in moods) for row, said, _ in _moods()]
    meant, said = sum(m for m, _ in rows), sum(s for _, s in rows)
    return text_quality.SignalScore(said, meant, sum(m and s for m, s in rows), len(rows))


@cache
def _moods() -> list[tuple[dict[str, str], str, str]]:
    return emotion_quality.read(emotion_quality.FRESH)


def _share(part: float | None) -> str:
    return "–" if part is None else f"{part:.0%}"


if __name__ == "__main__":
    FILE.write_text(stated(), encoding="utf-8")
