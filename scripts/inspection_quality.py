"""How well findings, statements and replies are judged: precision and recall on chats of the challenge set."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from cskpi.enrich.normalise import normalise
from cskpi.enrich.signals import signals
from cskpi.metrics.reading import Score
from cskpi.quality.entries import Entry
from cskpi.quality.replies import judge_replies
from cskpi.quality.rule_tests import inspect_chats
from cskpi.quality.rulebook import load_rules
from cskpi.quality.statements import Statements
from cskpi.settings import load_settings
from cskpi.store.frames import offered
from cskpi.store.migrations import migrate

CHALLENGE = Path(__file__).parents[1] / "tests" / "challenge"
SETS = {
    "": "看过的对话 / chats that were looked at",
    "_fresh": "没看过的对话 / chats never looked at",
}
MORE = {
    "_more": "难读的两种，看过的一半 / two things hard to read, the half that was looked at",
    "_more_fresh": "难读的两种，没看过的一半 / two things hard to read, the half never looked at",
}
SHORT = {"2": "看过的一半 / the half looked at", "2_fresh": "没看过的一半 / never looked at"}
"""Statements that hardly name their matter: what follows `accuracy` in the files' names."""

PRIVACY = ("asks_secrets", "privacy_leak_contact", "privacy_leak_document")
VERDICTS = ("agrees", "contradicts")
KINDS = ("repeated", "filler", "off_topic")

_HEAD = (
    "| 判断 / judged | 应有 / meant | 判有 / said | 对 / both | 精确率 / precision | 召回率 / recall |",
    "|---|--:|--:|--:|--:|--:|",
)
_SETTINGS = load_settings({}, environment={})
_WHO = {"买家": "客户", "客服": "客服"}
_ACTOR = {"买家": 1, "客服": 2}


def added(scores: Sequence[Score]) -> Score:
    """Return scores as one."""
    return Score(
        *(sum(column) for column in zip(*((s.said, s.meant, s.both) for s in scores), strict=True))
    )


@cache
def rule_scores(suffix: str) -> dict[str, Score]:
    """Return each rule's score over the chats in which it must hold or must not.

    What other rules find in a chat is not judged.
    """
    rows = _rows(f"rules{suffix}")
    inspection = inspect_chats([_chat(row["chat"]) for row in rows], _SETTINGS)
    found: dict[str, set[int]] = {}
    for rule in load_rules(_SETTINGS):
        places = inspection.places(rule)
        found[rule.name] = {int(number) for number in inspection.lines.session[places]}
    counts: dict[str, Counter[str]] = {}
    for number, row in enumerate(rows):
        for rule_name, is_meant in [(n, True) for n in row["rules"]] + [
            (n, False) for n in row["not"]
        ]:
            is_said = number in found[rule_name]
            count = counts.setdefault(rule_name, Counter())
            count.update(said=int(is_said), meant=int(is_meant), both=int(is_said and is_meant))
    return {name: Score(c["said"], c["meant"], c["both"]) for name, c in sorted(counts.items())}


@cache
def verdict_scores(suffix: str) -> dict[str, Score]:
    """Return the score of agreement and contradiction with the knowledge base."""
    told = [(row["verdict"], _verdict(row)) for row in _rows(f"accuracy{suffix}")]
    return {verdict: _score(told, verdict) for verdict in VERDICTS}


@cache
def reply_scores(suffix: str) -> dict[str, Score]:
    """Return the score of each kind of invalid reply; all chats are those of one shop."""
    rows = _rows(f"replies{suffix}")
    with duckdb.connect() as con:
        migrate(con, CHALLENGE)
        _store(con, rows)
        judge_replies(con, _SETTINGS)
        found = con.execute(
            "SELECT session_no, row_key % 1000, is_repeated, is_filler, is_off_topic FROM reply_facts"
        ).fetchall()
    said = {(session, place): flags for session, place, *flags in found}
    none = [False] * len(KINDS)
    told: list[tuple[str | None, list[bool]]] = []
    for number, row in enumerate(rows):
        for place, line in enumerate(row["chat"]):
            if line.startswith("客服"):
                kind = row["kind"] if place == row["bad_reply"] else None
                told.append((kind, said.get((number, place), none)))
    return {
        kind: _score([(k, kind if flags[n] else None) for k, flags in told], kind)
        for n, kind in enumerate(KINDS)
    }


def page() -> str:
    """Return precision and recall on both halves as Markdown."""
    lines = [line for suffix in SETS for line in _part(suffix)]
    more = [line for suffix in MORE for line in _more(suffix)]
    return "\n".join([*lines, *_short_answers(), *more]).rstrip("\n")


def _more(suffix: str) -> Iterator[str]:
    """Yield how well chats are read that were written for what is hard to read."""
    yield f"### {MORE[suffix]}\n"
    yield from _HEAD
    for name, score in rule_scores(suffix).items():
        yield score_line(f"`{name}`", score)
    yield score_line("**无效回复：答非所问 / off topic**", reply_scores(suffix)["off_topic"])
    yield ""


def _short_answers() -> Iterator[str]:
    """Yield how well answers are judged that state something only beside their question."""
    yield "### 连着问题才看得懂的短回答 / short answers, read with their question\n"
    yield "| 判断 / judged | 应有 / meant | 判有 / said | 对 / both | 精确率 / precision | 召回率 / recall |"
    yield "|---|--:|--:|--:|--:|--:|"
    for suffix, half in SHORT.items():
        for verdict, score in verdict_scores(suffix).items():
            yield score_line(f"`{verdict}`，{half}", score)
    yield ""


def _part(suffix: str) -> Iterator[str]:
    rules = rule_scores(suffix)
    personal = added([score for name, score in rules.items() if name in PRIVACY])
    yield f"### {SETS[suffix]}\n"
    yield from _HEAD
    yield score_line("**质检规则合计 / all rules**", added(list(rules.values())))
    yield score_line("**其中个人信息 / of these, personal data**", personal)
    for name, score in rules.items():
        yield score_line(f"`{name}`", score)
    yield score_line("**信息准确：一致 / accuracy: agrees**", verdict_scores(suffix)["agrees"])
    yield score_line(
        "**信息准确：矛盾 / accuracy: contradicts**", verdict_scores(suffix)["contradicts"]
    )
    words = {
        "repeated": "重复话术 / repeated",
        "filler": "只有客套 / filler",
        "off_topic": "答非所问 / off topic",
    }
    for kind, score in reply_scores(suffix).items():
        yield score_line(f"**无效回复：{words[kind]}**", score)
    yield ""


def score_line(name: str, score: Score) -> str:
    """Return a line of a table: counts, precision and recall."""
    shown = [f"{part:.0%}" if part is not None else "–" for part in (score.precision, score.recall)]
    cells = [name, str(score.meant), str(score.said), str(score.both), *shown]
    return f"| {' | '.join(cells)} |"


def _score(told: Sequence[tuple[str | None, str | None]], name: str) -> Score:
    said = sum(found == name for _, found in told)
    meant = sum(wanted == name for wanted, _ in told)
    return Score(said, meant, sum(found == wanted == name for wanted, found in told))


def _rows(name: str) -> list[dict[str, Any]]:
    text = (CHALLENGE / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _lines(chat: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """Yield who wrote, seconds since the first message, and the text."""
    for line in chat:
        who, moment, text = line.split("|", 2)
        yield who, int(moment), " ".join(text.split())


def _chat(chat: Sequence[str]) -> str:
    """Return a chat as rule files write it, with gaps in place of moments."""
    before, lines = 0, []
    for who, moment, text in _lines(chat):
        lines.append(f"+{moment - before}s {_WHO[who]}: {text}")
        before = moment
    return "\n".join(lines)


def _verdict(row: dict[str, Any]) -> str:
    texts = [text for entry in row["kb"] for text in (entry["question"], entry["answer"])]
    *known, asked, said = _normal([*texts, row["question"], row["statement"]])
    entries = [Entry(str(n), known[2 * n], "", known[2 * n + 1], "") for n in range(len(row["kb"]))]
    statements = Statements(entries, ())
    verdicts = {judged.verdict for judged in statements.beside(asked, said, statements.judge(said))}
    return next((v for v in ("contradicts", "agrees") if v in verdicts), "not_covered")


def _normal(texts: Sequence[str]) -> list[str]:
    return normalise(pl.Series(texts, dtype=pl.String)).to_list()


def _store(con: duckdb.DuckDBPyConnection, rows: Sequence[dict[str, Any]]) -> None:
    said = [
        (number, number * 1000 + place, _ACTOR[who], moment * 1000, text)
        for number, row in enumerate(rows)
        for place, (who, moment, text) in enumerate(_lines(row["chat"]))
    ]
    texts = list(dict.fromkeys(text for *_, text in said))
    numbers = {text: number for number, text in enumerate(texts)}
    told = [(*line, numbers[text]) for *line, text in said]
    names = ("session_no", "row_key", "actor", "occurred_ms", "form_no")
    lines = pl.DataFrame(told, schema=names, orient="row").with_columns(
        shop_no=pl.lit(1),
        account_no=pl.lit(1),
        occurred_at=pl.from_epoch("occurred_ms", time_unit="ms"),
    )
    forms = signals(pl.Series(texts, dtype=pl.String)).with_row_index("form_no")
    for table, frame in (("message_forms", lines), ("message_signals", forms)):
        with offered(con, "told", frame):
            con.execute(f"INSERT INTO {table} BY NAME FROM told")


if __name__ == "__main__":
    print(page())
