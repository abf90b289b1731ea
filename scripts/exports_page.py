"""What docs/exports.md says of each platform: where to click, what is recognised, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cskpi.ingest.presets import shipped_sources
from cskpi.ingest.tables import KINDS
from cskpi.metrics.catalog import load_catalog
from cskpi.texts import say, set_language

if TYPE_CHECKING:
    from cskpi.ingest.source import Source
    from cskpi.metrics.declaration import Metric
    from cskpi.texts import Lang

FIRST = (
    *("taobao", "alibaba1688", "jd", "pdd", "douyin", "kuaishou", "shopify", "wechat"),
    *("qidian", "qiyu", "udesk", "tinet", "ima51", "chatwoot", "zendesk", "livehelperchat"),
    *("intercom", "crisp", "roster", "dingtalk", "wecom", "wjx"),
)
"""The order of the page; presets not named follow by name, fallbacks last."""

CHATS = frozenset({"messages"})
BEHIND: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *("sessions", "session_runs", "turns", "agent_turns", "agent_messages", "receptions"),
            *("contacts", "contact_agents", "contact_facts", "contact_purchases"),
            *("contact_outcomes", "session_outcomes", "bot_stages", "staff_hours", "online_facts"),
            *("stress_days", "qa_auto_scores", "agent_talks", "session_emotions", "promises"),
            *("session_satisfaction", "agent_replies", "qa_planned_sessions"),
        ),
        CHATS,
    ),
    "agent_statements": CHATS | {"kb_entries"},
    "order_attribution": CHATS | {"orders"},
    "late_orders": CHATS | {"orders"},
    "session_ratings": CHATS | {"ratings"},
    **{f"counted_{kind}": frozenset({kind}) for kind in ("ratings", "tickets", "complaints")},
    **dict.fromkeys(("shift_facts", "staff_days"), frozenset({"shifts"})),
    "employment_days": frozenset({"agents"}),
}
"""The staged tables a fact cannot be without."""

UNOFFICIAL = ("chat.", "top.")
"""Ids of sources begin so where the file is no export of the platform's own: scripts, clipboards, API dumps."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "skipped": {"zh": "认得，但不导入", "en": "known, left out"},
    "where": {"zh": "在哪里导出", "en": "Where"},
    "lacks": {"zh": "缺什么", "en": "Lacks"},
    "files": {"zh": "常见文件名", "en": "Usual file names"},
    "also": {"zh": "同一文件还给出", "en": "The same file also gives"},
    "cost": {
        "zh": "只用平台自己的导出时算不出（脚本、剪贴板、接口数据不算）",
        "en": "Not computable from the platform's own exports alone (scripts, clipboards and API dumps set aside)",
    },
    "without": {"zh": "没有{kinds}", "en": "without {kinds}"},
    "nothing": {"zh": "没有算不出的指标", "en": "every KPI can be computed"},
    "E": {"zh": "见过原样的表头", "en": "headers seen verbatim"},
    "W": {"zh": "只见于别名表", "en": "seen in alias lists only"},
    "G": {"zh": "猜测", "en": "guess"},
}
COLON: Mapping[str, str] = {"zh": "：", "en": ": "}
COMMA: Mapping[str, str] = {"zh": "、", "en": ", "}
SHOWN_HEADERS = 4


def platforms(lang: Lang) -> str:
    """Return every platform with its kinds of files and what its exports cannot give."""
    set_language(lang)
    return "\n\n".join("\n".join(_platform(sources, lang)) for sources in _by_preset())


def columns() -> str:
    """Return the headers of every kind of file; guesses are marked."""
    pages = []
    for sources in _by_preset():
        pages += [_columns(source) for source in sources if not source.skip]
    return "\n\n".join(pages)


def needed_tables(metric: Metric) -> frozenset[str]:
    """Return the staged tables a KPI cannot be computed without.

    Raises:
        KeyError: the KPI reads a fact nobody said the origin of.
    """
    found: set[str] = set()
    for name in metric.sources:
        found |= {name} if name in KINDS else BEHIND[name]
    return frozenset(found)


def _by_preset() -> list[list[Source]]:
    groups: dict[str, list[Source]] = {}
    for source in shipped_sources():
        groups.setdefault(source.preset.name, []).append(source)
    places = {name: place for place, name in enumerate(FIRST)}

    def rank(name: str) -> tuple[bool, int, str]:
        return groups[name][0].preset.is_fallback, places.get(name, len(FIRST)), name

    return [groups[name] for name in sorted(groups, key=rank)]


def _platform(sources: Sequence[Source], lang: Lang) -> Iterator[str]:
    preset = sources[0].preset
    yield f"### {preset.label.get(lang, preset.name)} · `{preset.name}`"
    yield ""
    for source in sources:
        if not source.is_secondary:
            yield from _source(source, sources, lang)
    if preset.platform or preset.is_fallback:
        yield ""
        yield f"{_word('cost', lang)}{COLON[lang]}{_cost(sources, lang)}"


def _source(source: Source, sources: Sequence[Source], lang: Lang) -> Iterator[str]:
    if source.skip:
        yield f"- `{source.name}`{COLON[lang]}{_word('skipped', lang)}{COLON[lang]}{source.skip[lang]}"
        return
    kind = say(f"data_kind.{source.target}")
    yield f"- **{kind}** `{source.name}` ({source.evidence} {_word(source.evidence, lang)})"
    further = [other.target for other in sources if other.id in source.also]
    further += [name for name in source.also if name in KINDS]
    notes = {
        "where": source.where.get(lang, ""),
        "files": COMMA[lang].join(f"`{name}`" for name in source.files),
        "also": COMMA[lang].join(say(f"data_kind.{name}") for name in further),
        "lacks": source.lacks.get(lang, ""),
    }
    for name, text in notes.items():
        if text:
            yield f"  - {_word(name, lang)}{COLON[lang]}{text}"


def _cost(sources: Sequence[Source], lang: Lang) -> str:
    own = [source for source in sources if not source.id.startswith(UNOFFICIAL)]
    given = {source.target for source in own} | {kind for source in own for kind in source.also}
    lost: dict[frozenset[str], list[str]] = {}
    for metric in load_catalog().metrics:
        if missing := needed_tables(metric) - given:
            lost.setdefault(missing, []).append(metric.labels[lang])
    if not lost:
        return _word("nothing", lang)
    parts = []
    for missing, labels in sorted(lost.items(), key=lambda item: (len(item[0]), sorted(item[0]))):
        kinds = COMMA[lang].join(say(f"data_kind.{kind}") for kind in sorted(missing))
        reason = _word("without", lang).format(kinds=kinds)
        parts.append(f"\n- {reason}{COLON[lang]}{COMMA[lang].join(labels)}")
    return "\n" + "".join(parts)


def _columns(source: Source) -> str:
    lines = [f"### {source.name} → `{source.target}`", "", "| column | headers |", "|---|---|"]
    for name, headers in source.columns.items():
        guesses = source.guess.get(name, ())
        marked = f" *guess:* {_listed(guesses)}" if guesses else ""
        lines.append(f"| `{name}` | {_listed(headers)}{marked} |")
    for name, headers in source.guess.items():
        if name not in source.columns:
            lines.append(f"| `{name}` | *guess:* {_listed(headers)} |")
    return "\n".join(lines)


def _listed(headers: Sequence[str]) -> str:
    shown = ", ".join(f"`{header}`" for header in headers[:SHOWN_HEADERS]).replace("|", "\\|")
    return f"{shown}, … +{len(headers) - SHOWN_HEADERS}" if len(headers) > SHOWN_HEADERS else shown


def _word(key: str, lang: Lang) -> str:
    return WORDS[key][lang]
