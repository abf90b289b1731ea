"""Settings: flag > `CSKPI_*` environment > `./cskpi.toml` > user config > default.

A key is written `section.name`; in the environment `CSKPI_SECTION_NAME`. Unknown keys are errors.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from cskpi import opening_hours
from cskpi.errors import UsageError

Value = str | int | float | bool

DEFAULTS: dict[str, Value] = {
    "db": "cskpi.duckdb",
    "lang": "zh",
    "timezone": "Asia/Shanghai",
    "memory_limit": "",
    "threads": 0,
    "session.idle_gap_seconds": 600,
    "session.reopen_gap_seconds": 86_400,
    "session.owner": "most",
    "session.count_assist_bots": True,
    "bot.handoff_words": (
        "转人工|转接人工|转到人工|人工客服|人工服务|真人客服|真人服务|找人工|要人工|接人工|叫人工|来人工|不要机器人"
        "|=人工|=真人|human agent|live agent|real agent|real person|real human|live person"
        "|speak to a human|talk to a human|speak to a person|talk to a person|=human|=agent"
    ),
    "bot.no_handoff_words": (
        "不要人工|不用人工|不需要人工|不找人工|不要转人工|不用转人工|不需要转人工|别转人工"
        "|no human agent|not a human agent|no live agent"
    ),
    "bot.transfer_words": "转交给|转接给|转接至|转入人工|转至人工|接入人工|人工已接入|transferred to",
    "bot.repeat_characters": 4,
    "bot.repeat_digits": 10,
    "resolution.auto_close_words": "超时|自动|系统|timeout|timed out|inactiv|idle|auto",
    "attribution.window_seconds": 172_800,
    "attribution.rule": "created_first",
    "attribution.basis": "last",
    "attribution.sku_first": False,
    "attribution.cancel_days": 0,
    "attribution.silent_guard_minutes": 0,
    "attribution.follow_up_minutes": 60,
    "attribution.credit_follow_ups": False,
    "presale.aftersale_days": 21,
    "talk.negative_below": -0.4,
    "talk.own_contact_customers": 3,
    "talk.ship_hours": 48,
    "workload.capacity": 15,
    "workload.break_minutes": 15,
    "workload.long_run_minutes": 120,
    "workload.late_minutes": 120,
    "workload.late_from_hour": 22,
    "workload.late_until_hour": 6,
    "sales.deduct_refunds": False,
    "sales.deduct_partial_refunds": False,
    "sales.include_freight": True,
    "sales.excluded_flags": "",
    "sales.own_accounts": "",
    "sales.recommendation_word": "",
    "sales.chase_after_minutes": 5,
    "sales.chase_within_minutes": 1440,
    "control.baseline_days": 28,
    "control.rules": "we1,nelson2",
    "gaming.greetings": (
        "您好|你好|亲亲|亲|亲爱的|宝贝|宝|哈喽|在的|在呢|在哦|在|来了|稍等|请稍等|稍等一下|稍等下|请稍后|等一下"
        "|欢迎光临|欢迎|本店|请问|有什么|可以帮您|可以帮到您|能帮您|能帮到您|需要帮助|帮助|需要什么|需要|什么|请讲|请说"
        "|为您服务|很高兴|哦|呢|的|吗|呀|哈|啊|您|hello|hi|hey|dear|please|wait|a moment|how can i help you|how can i help|welcome"
    ),
    "gaming.closers": (
        "不客气|客气了|谢谢|感谢|谢谢您|感谢您|的支持|的光临|祝您|生活愉快|购物愉快|再见|拜拜|嗯嗯|嗯|哈哈|嘻嘻"
        "|欢迎再来|欢迎下次光临|thanks|thank you|bye|have a nice day"
    ),
    "gaming.acknowledgements": (
        "好的|好|好滴|好吧|行|可以|收到|知道了|明白|明白了|了解|了解了|嗯|哦|谢谢|多谢|谢了|拜拜|再见|在吗|在不在|人呢"
        "|有人吗|麻烦了|辛苦了|辛苦|那就这样|就这样|这样|只能|没事了|没事|不用了|不用|服务|你们|真好|很好|挺好|不错|棒|赞|了|吧"
        "|ok|okay|thanks|thank you|hello|hi"
    ),
    "text.lexicons": "lexicons",
    "look.logo": "",
    "look.accent": "",
    "look.sections": "",
    "look.numbers": "thousands",
    "look.templates": "report_templates",
    "run.inbox": "inbox",
    "run.done": "done",
    "run.failed": "failed",
    "run.out": "reports",
    "run.log": "logs/run.jsonl",
    "run.log_bytes": 5_000_000,
    "run.log_files": 5,
    "run.settle_seconds": 60,
    "run.stable_seconds": 2.0,
    "run.board_weekdays": "1,2,3,4,5",
    "run.pack_day": 1,
    "run.keep_packs": 24,
    "run.zip": False,
    "pack.pdf": "auto",
    "alerts.urls": "",
    "alerts.urls_file": "",
    "alerts.quiet_minutes": 240,
    "replies.rare_share": 0.02,
    "replies.least_replies": 50,
    "replies.shortest_script": 8,
    "grading.share": 0.2,
    "grading.seed": 1,
    "grading.high_value_share": 0.1,
    "grading.new_agent_days": 30,
    "quality.rules_folder": "qa_rules",
    "sentiment.least_ratings": 50,
    "sentiment.most_sessions": 6_000,
    "sentiment.seed": 1,
    "keep_pii": False,
    "pii.hash_customers": False,
    "pii.key_file": "",
    "business_hours.use": False,
    "calendar.country": "CN",
    "calendar.closed": "",
    "calendar.open": "",
    "load.max_line_bytes": 16_000_000,
    "load.max_cell_characters": 5_000_000,
    "load.max_columns": 2_000,
    "load.max_nesting": 64,
    "load.max_archive_members": 1_000,
    "load.max_archive_bytes": 20_000_000_000,
    "load.max_archive_ratio": 200,
}
"""Every plain setting with its default; `params.<metric>.<name>` and `targets.<metric>.good|warn`
come on top and are checked against the metric files, `shift_codes.<code> = "09:00-17:30"` gives the
clocks a roster's code stands for, `business_hours.<day>` and `business_hours.<shop>.<day>` when a
shop is open, `shops.<shop>.timezone|country` where it is."""

CHOICES: dict[str, tuple[str, ...]] = {
    "lang": ("zh", "en"),
    "session.owner": ("most", "last"),
    "attribution.rule": ("created_first", "created", "paid"),
    "attribution.basis": ("last", "most"),
    "pack.pdf": ("auto", "browser", "weasyprint", "none"),
    "look.numbers": ("thousands", "wan"),
}
LISTS = (
    *("sales.excluded_flags", "sales.own_accounts"),
    *("run.inbox", "run.board_weekdays", "alerts.urls", "look.sections"),
)
"""Settings of several words: a TOML list, or text with commas between them; kept as `a,b`."""

SECRETS = ("alerts.urls",)
"""Settings that hold keys: said to be set, never shown."""

_PLACES = ("db", "memory_limit", "threads", "pii.key_file")

OPEN_SECTIONS = ("params", "targets", "shift_codes", "business_hours", "shops")


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force, each with the place it comes from."""

    values: Mapping[str, Value]
    origins: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """Return a setting as text."""
        return str(self.values[key])

    def whole(self, key: str) -> int:
        """Return a setting as a whole number."""
        return int(self.values[key])

    def flag(self, key: str) -> bool:
        """Return a setting as yes or no."""
        return bool(self.values[key])

    def number(self, key: str) -> float:
        """Return a setting as a number."""
        return float(self.values[key])

    def section(self, prefix: str) -> dict[str, Value]:
        """Return the keys below `prefix.`, without the prefix."""
        start = f"{prefix}."
        return {k.removeprefix(start): v for k, v in self.values.items() if k.startswith(start)}


def without_place(settings: Settings) -> dict[str, Value]:
    """Return the settings numbers depend on: not where things lie, or when a job runs and whom it tells."""
    return {
        key: item
        for key, item in settings.values.items()
        if key not in _PLACES and not key.startswith(("run.", "alerts.", "look."))
    }


def load_settings(
    flags: Mapping[str, Value | None],
    *,
    folder: Path | None = None,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Merge all layers.

    Args:
        flags: what the user typed; None means not typed.
        folder: where `cskpi.toml` is looked for, by default the current folder.
        config: the file to read instead; it must exist.
        environment: by default the process's own.

    Raises:
        UsageError: a key is unknown, or a value of the wrong kind.
    """
    environment = os.environ if environment is None else environment
    own = config or (folder or Path()) / "cskpi.toml"
    if config is not None and not config.is_file():
        raise UsageError("run_config_missing", path=config)
    layers = [
        (str(path), _read_file(path))
        for path in (user_config_path("cskpi") / "cskpi.toml", own)
        if path.is_file()
    ]
    layers.append(("environment", _read_environment(environment)))
    layers.append(("flag", {key: item for key, item in flags.items() if item is not None}))
    values: dict[str, Value] = dict(DEFAULTS)
    origins = dict.fromkeys(DEFAULTS, "default")
    for origin, layer in layers:
        for key, raw in layer.items():
            values[key] = _coerce(key, raw, origin)
            origins[key] = origin
    opening_hours.check(values, origins)
    return Settings(values, origins)


def _read_file(path: Path) -> dict[str, Value]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("settings_unreadable", path=path, cause=error) from None
    return _flatten(content)


def _flatten(content: Mapping[str, Any], prefix: str = "") -> dict[str, Value]:
    flat: dict[str, Value] = {}
    for key, item in content.items():
        if isinstance(item, Mapping):
            flat |= _flatten(item, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = item
    return flat


def _read_environment(environment: Mapping[str, str]) -> dict[str, Value]:
    names = {f"CSKPI_{key.replace('.', '_').upper()}": key for key in DEFAULTS}
    unknown = [n for n in environment if n.startswith("CSKPI_") and n not in names]
    if unknown:
        raise UsageError("setting_unknown", key=unknown[0], origin="environment")
    return {names[n]: item for n, item in environment.items() if n in names}


def _coerce(key: str, raw: Value, origin: str) -> Value:
    if key not in DEFAULTS:
        section = key.split(".", maxsplit=1)[0]
        is_named = section not in opening_hours.SECTIONS or opening_hours.is_known(key)
        if section in OPEN_SECTIONS and is_named and isinstance(raw, int | float | str):
            return raw
        raise UsageError("setting_unknown", key=key, origin=origin)
    default = DEFAULTS[key]
    try:
        coerced = _listed(raw) if key in LISTS else _as_type(raw, default)
    except (TypeError, ValueError):
        raise UsageError("setting_value", key=key, raw=raw, origin=origin) from None
    if key in CHOICES and coerced not in CHOICES[key]:
        raise UsageError("setting_value", key=key, raw=raw, origin=origin)
    return coerced


def _as_type(raw: Value, default: Value) -> Value:
    if isinstance(default, bool):
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if str(raw).lower() not in words:
            raise ValueError(raw)
        return words[str(raw).lower()]
    if isinstance(default, int):
        if isinstance(raw, bool):
            raise TypeError(raw)
        return int(raw)
    return type(default)(raw)


def _listed(raw: Any) -> str:
    words = raw if isinstance(raw, list) else str(raw).replace("，", ",").split(",")
    return ",".join(word for item in words if (word := str(item).strip()))
