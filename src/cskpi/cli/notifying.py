"""Alarms of `cskpi check`: sent, or shown in a dry run; any alarm fails the check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cskpi.diagnostics import note
from cskpi.errors import CheckFailedError

if TYPE_CHECKING:
    from cskpi.insight.alarms import Alarm
    from cskpi.periods import Period
    from cskpi.settings import Settings


def tell_alarms(
    alarms: Sequence[Alarm], period: Period, settings: Settings, *, dry_run: bool
) -> None:
    """Send the alarms, or print the message in a dry run; days out of control limits are among them.

    Raises:
        CheckFailedError: there is an alarm.
    """
    from cskpi.cron.alerts import notify
    from cskpi.cron.job import notice_text

    notice = notify(alarms, period, settings, dry_run=dry_run)
    if dry_run and alarms:
        note(f"{notice.title}\n{notice.body}")
    else:
        note(notice_text(notice, settings, len(alarms)))
    if alarms:
        raise CheckFailedError("run_alarms", count=len(alarms))
