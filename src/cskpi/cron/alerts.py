"""Alerts: one message for all alarms, sent through apprise to the addresses of the settings.

The same alarms are not sent twice; after a message there is quiet for a while. Addresses hold keys:
they are never printed or logged.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cskpi.cron.memory import beside_database, recall, remember
from cskpi.errors import UsageError
from cskpi.present.alarms import alarm_message

if TYPE_CHECKING:
    from cskpi.insight.alarms import Alarm
    from cskpi.periods import Period
    from cskpi.settings import Settings

Told = Literal["no_alarms", "nowhere", "unchanged", "quiet", "sent", "not_sent"]

_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of the alarms, and the message whether it was sent or not."""

    told: Told
    title: str
    body: str


def notify(
    alarms: Sequence[Alarm],
    period: Period,
    settings: Settings,
    *,
    dry_run: bool = False,
    now: datetime | None = None,
) -> Notice:
    """Send the alarms if there is a new one among them and the last message is some time ago.

    Args:
        alarms: all that hold now.
        period: what they were found in.
        settings: `alerts.urls`, `alerts.urls_file` and `alerts.quiet_minutes`.
        dry_run: only tell what would be done.
        now: with time zone; by default the clock.

    Raises:
        UsageError: an address cannot be used, or apprise is not installed.
    """
    now = now or datetime.now(UTC)
    title, body = alarm_message(alarms, period.label)
    path = beside_database(settings, "alerts.json")
    before = recall(path)
    keys = sorted(alarm.key for alarm in alarms)
    told = _decide(keys, before, addresses(settings), settings, now)
    if dry_run:
        return Notice(told, title, body)
    if told == "sent":
        told = "sent" if send(title, body, settings) else "not_sent"
    if told == "sent":
        remember(path, {"keys": keys, "sent_at": now.isoformat(timespec="seconds")})
    elif told in ("unchanged", "no_alarms") and before.get("keys", []) != keys:
        # What is over may come again, and is news then.
        remember(path, {**before, "keys": keys})
    return Notice(told, title, body)


def addresses(settings: Settings) -> list[str]:
    """Return where alerts go: the setting `alerts.urls` and the lines of `alerts.urls_file`.

    Raises:
        UsageError: the file cannot be read, or others can read it, too.
    """
    found = [settings.text("alerts.urls")] if settings.text("alerts.urls") else []
    if not settings.text("alerts.urls_file"):
        return found
    path = Path(settings.text("alerts.urls_file")).expanduser()
    try:
        mode = path.stat().st_mode & 0o777
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError("alerts_file_missing", path=path) from None
    if os.name == "posix" and mode & _OTHERS:
        raise UsageError("alerts_file_open", path=path, mode=f"{mode:o}")
    return [*found, *(line.strip() for line in lines if line.strip()[:1] not in ("", "#"))]


def send(title: str, body: str, settings: Settings) -> bool:
    """Send a message to every address; False where one of them did not take it.

    Raises:
        UsageError: an address cannot be used, or apprise is not installed.
    """
    # What it logs quotes addresses with their keys.
    logger = logging.getLogger("apprise")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    with warnings.catch_warnings():
        # Its plugins, loaded with the first address, import a module that is on its way out.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            import apprise
        except ImportError:
            raise UsageError("alerts_extra") from None
        post = apprise.Apprise()
        for number, address in enumerate(addresses(settings), start=1):
            if not post.add(address):
                raise UsageError("alerts_url", number=number)
    return bool(post.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT))


def _decide(
    keys: Sequence[str],
    before: dict[str, object],
    known: Sequence[str],
    settings: Settings,
    now: datetime,
) -> Told:
    if not keys:
        return "no_alarms"
    if not known:
        return "nowhere"
    earlier = before.get("keys")
    if isinstance(earlier, list) and set(keys) <= set(earlier):
        return "unchanged"
    try:
        sent_at = datetime.fromisoformat(str(before.get("sent_at")))
    except ValueError:
        return "sent"
    quiet = timedelta(minutes=settings.number("alerts.quiet_minutes"))
    return "quiet" if timedelta() <= now - sent_at < quiet else "sent"
