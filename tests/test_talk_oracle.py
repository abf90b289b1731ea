"""Turns, emotions and stiff scripts on random chats, against a second count in plain Python."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from transcripts import open_shop

from cskpi.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

PLEASED, CALM, ASKING, ANXIOUS, DISAPPOINTED, ANGRY = range(6)
CUSTOMER = {
    "谢谢，你们服务真好": PLEASED,
    "这款要蓝色": CALM,
    "怎么退货": ASKING,
    "怎么还没发货，急死了": ANXIOUS,
    "太让人失望了": DISAPPOINTED,
    "太差了，我要投诉你们": ANGRY,
    "[图片]": None,
}
EMPATHY, REFUSAL, ALTERNATIVE = "非常理解您的心情", "没办法，不能退", "亲，不过我们可以帮您换货"
AGENT = ("有货的", EMPATHY, REFUSAL, ALTERNATIVE)
NEGATIVE = (ANXIOUS, DISAPPOINTED, ANGRY)
SEEN = "SELECT session_id, peak_level, last_level, is_escalated, is_soothed FROM session_emotions"
WRITTEN = "SELECT session_id, sum(stiff_count), sum(empathy_count) FROM agent_talks GROUP BY ALL"


@dataclass
class Chat:
    """Who wrote what, in order: `客户`, `客服` or `机器人`."""

    lines: list[tuple[str, str]] = field(default_factory=list)


def chats(seed: int, count: int) -> dict[str, Chat]:
    chance = random.Random(seed)  # noqa: S311  nothing secret
    found = {}
    for number in range(count):
        speakers = chance.choices(("客户", "客服", "机器人"), (5, 4, 1), k=chance.randint(1, 9))
        found[f"S{number}"] = Chat(
            [(who, chance.choice(list(CUSTOMER) if who == "客户" else AGENT)) for who in speakers]
        )
    return found


def transcript(all_chats: dict[str, Chat]) -> str:
    at, lines = datetime.fromisoformat("2026-10-01 10:00:00"), []
    for name, chat in all_chats.items():
        lines.append(f"# shop=旗舰店 session={name} customer={name.lower()}c")
        for who, text in chat.lines:
            at += timedelta(seconds=30)
            sender = {"客户": "客户→A", "客服": "客服 A", "机器人": "机器人 R"}[who]
            lines.append(f"{at} {sender} {text}")
    return "\n".join(lines)


def turns(chat: Chat) -> list[tuple[int, list[str]]]:
    """Return each turn's emotion with what humans wrote after it."""
    told = [line for line in chat.lines if line[0] != "机器人" and line[1] != "[图片]"]
    found: list[tuple[int, list[str]]] = []
    for who, group in groupby(told, key=lambda line: line[0]):
        texts = [text for _, text in group]
        if who == "客户":
            levels = [level for text in texts if (level := CUSTOMER[text]) is not None]
            bad = [level for level in levels if level in NEGATIVE]
            mood = max(bad) if bad else PLEASED if PLEASED in levels else max(levels)
            found.append((mood, []))
        elif found:
            found[-1][1].extend(texts)
    return found


def expected_emotion(chat: Chat) -> tuple[int, bool, bool] | None:
    """Return peak, whether it grew worse after a human's message, whether he was soothed in time."""
    said = turns(chat)
    if not said:
        return None
    moods = [mood for mood, _ in said]
    escalated = any(b > a and b in NEGATIVE for a, b in pairwise(moods))
    bad = [place for place, mood in enumerate(moods) if mood in NEGATIVE]
    until = bad[1] if len(bad) > 1 else len(moods)
    soothed = bool(bad) and any(EMPATHY in after for _, after in said[bad[0] : until])
    return max(moods), escalated, soothed


def expected_stiff(chat: Chat) -> int:
    """Return the refusals in stretches of human messages that name no alternative."""
    told = [line for line in chat.lines if line[0] != "机器人"]
    stretches = (
        [t for _, t in group] for who, group in groupby(told, lambda x: x[0]) if who == "客服"
    )
    return sum(texts.count(REFUSAL) for texts in stretches if ALTERNATIVE not in texts)


def test_random_chats_agree_with_a_plain_count(tmp_path: Path) -> None:
    told = chats(seed=7, count=300)
    (tmp_path / "transcript.txt").write_text(transcript(told), encoding="utf-8")
    with open_shop(tmp_path, load_settings({}, environment={})) as con:
        seen = {row[0]: row[1:] for row in con.execute(SEEN).fetchall()}
        written = {row[0]: row[1:] for row in con.execute(WRITTEN).fetchall()}
    for name, chat in told.items():
        expected = expected_emotion(chat)
        peak, last, escalated, soothed = seen.get(name, (None,) * 4)
        if expected is None:
            assert name not in seen, name
            continue
        negative = expected[0] in NEGATIVE
        # Where nobody was ever negative, the last message tells the end, not the last turn.
        if negative:
            assert last == turns(chat)[-1][0], name
            assert peak == expected[0], name
        assert (peak in NEGATIVE, escalated, soothed) == (negative, *expected[1:]), name
        humans = [text for who, text in chat.lines if who == "客服"]
        if humans:
            counted = (expected_stiff(chat), humans.count(EMPATHY))
            assert tuple(map(int, written[name])) == counted, name
