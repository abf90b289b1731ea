"""One unattended run: load what has come in, check, alert, board, pack; each step may be repeated.

A run killed at any point leaves nothing half done: loads are transactions, files are written aside
and renamed, a pack counts once its manifest is there. The next run does what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi import __version__
from cskpi.cron.alerts import Notice, notify
from cskpi.cron.inbox import Arrived, look, put_away
from cskpi.cron.journal import Journal
from cskpi.cron.lock import run_lock
from cskpi.cron.memory import beside_database, recall, remember
from cskpi.cron.outputs import boards, monthly_pack
from cskpi.diagnostics import describe
from cskpi.errors import CskpiError, InputError
from cskpi.insight.alarms import watch
from cskpi.model.state import fingerprint
from cskpi.periods import Period, month_period, resolve_period
from cskpi.pipeline import load_files, load_options, open_facts
from cskpi.present.cleaning import one_line
from cskpi.texts import say

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.report import FileReport
    from cskpi.settings import Settings


_KINDS = ("check", "target", "signal")


@dataclass(slots=True)
class Outcome:
    """What a run did, step by step in words; `failed` files and `alarms` decide the exit code."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    failed: int = 0
    alarms: int = 0
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A run on one day; a dry one only tells."""

    settings: Settings
    today: date
    is_dry: bool
    journal: Journal
    outcome: Outcome

    def told(self, step: str, text: str, outcome: str, **numbers: Any) -> None:
        """Keep what a step did, for the summary and for the log."""
        self.outcome.steps.append((say(f"run.{step}"), text))
        if not self.is_dry:
            self.journal.write(step, outcome, **numbers)


def run(settings: Settings, today: date, *, dry_run: bool = False) -> Outcome:
    """Do what is due.

    Args:
        settings: the sections `run` and `alerts` among them; relative paths start at the current folder.
        today: decides which boards and which pack are due.
        dry_run: load, write and send nothing; facts may be brought up to date.

    Raises:
        DatabaseError: another run holds the lock, or the database cannot be used.
        InputError: a watched folder is missing, or files cannot be moved.
        UsageError: a setting is wrong.
    """
    job = Job(settings, today, dry_run, Journal.of(settings), Outcome())
    lock = beside_database(settings, "run.lock")
    with nullcontext() if dry_run else run_lock(lock):
        if not dry_run:
            job.journal.write("start", "ok", today=today.isoformat())
        try:
            _load(job)
            _facts(job)
        except Exception as error:
            if not dry_run:
                # Only its kind: what an error says may quote a file.
                key = error.key if isinstance(error, CskpiError) else type(error).__name__
                job.journal.write("end", "error", error=key)
            raise
        if not dry_run:
            job.journal.write("end", "ok", failed=job.outcome.failed, alarms=job.outcome.alarms)
    return job.outcome


def _load(job: Job) -> None:
    inbox = look(job.settings)
    if job.is_dry:
        text = say("run.load_would", ready=len(inbox.ready), left=inbox.left)
        job.told("load", text, "dry")
        return
    done = 0
    for file in inbox.ready:
        done += _load_one(job, file)
    failed = job.outcome.failed
    text = say("run.load_done", done=done, failed=failed, left=inbox.left)
    job.told("load", text, "ok", done=done, failed=failed, left=inbox.left)


def _load_one(job: Job, file: Arrived) -> bool:
    """Load a file in its own transaction and put it away; a file that grows meanwhile stays."""
    settings = job.settings
    options = load_options(settings)
    try:
        loaded = load_files([file.path], options, settings, lambda _: nullcontext(None))
        reasons = [describe(failure) for failure in loaded.failures]
        reasons += _unusable(loaded.reports)
    except InputError as error:
        loaded, reasons = None, [describe(error)]
    reports = loaded.reports if loaded else ()
    numbers = {
        "bytes": file.size,
        "read": sum(report.rows_read for report in reports),
        "accepted": sum(report.rows_accepted for report in reports),
        "duplicate": sum(report.rows_duplicate for report in reports),
        "rejected": sum(report.rows_rejected for report in reports),
    }
    if not reasons and not file.is_unchanged():
        job.journal.write("file", "grown", **numbers)
        return False
    put_away(file, settings, job.today, _reason(file, reasons) if reasons else None)
    job.journal.write("file", "failed" if reasons else "done", **numbers)
    job.outcome.failed += bool(reasons)
    return not reasons


def _unusable(reports: Sequence[FileReport]) -> list[str]:
    """Say why nothing of a file could be used; part of it is enough to count as loaded."""
    if not any(report.kind for report in reports):
        return [say("run.nothing_known")]
    rows = sum(report.rows_read for report in reports)
    if rows and rows == sum(report.rows_rejected for report in reports):
        return [say("run.nothing_taken", rows=rows)]
    return []


def _reason(file: Arrived, reasons: Sequence[str]) -> str:
    lines = [say("run.reason_file", file=one_line(file.path.name)), *map(one_line, reasons)]
    lines.append(say("run.reason_when", at=datetime.now(UTC).isoformat(timespec="seconds")))
    lines.append(say("run.reason_next"))
    return "".join(f"{line}\n" for line in lines)


def _facts(job: Job) -> None:
    """Bring facts up to date and make of them what is due."""
    built: list[str] = []
    if not Path(job.settings.text("db")).is_file():
        job.told("facts", say("run.facts_none"), "no_data")
        return
    with open_facts(job.settings, lambda name, *_: built.append(name), texts=True) as con:
        found = con.execute("SELECT count(*) FROM session_facts").fetchone()
        if not found or not found[0]:
            job.told("facts", say("run.facts_none"), "no_data")
            return
        text = say("run.facts_built") if built else say("run.facts_current")
        job.told("facts", text, "built" if built else "current", steps=len(built))
        _check(job, con)
        path = beside_database(job.settings, "run.json")
        memory = recall(path)
        state = f"{fingerprint(con, job.settings)} {job.settings.text('lang')} {__version__}"
        for step, make in (("board", boards), ("pack", monthly_pack)):
            made = make(con, job.settings, job.today, memory, state, is_dry=job.is_dry)
            if not job.is_dry:
                remember(path, memory)
            job.told(step, made.text, made.outcome, files=made.files)


def _check(job: Job, con: duckdb.DuckDBPyConnection) -> None:
    period = _to_date(job.today)
    found = watch(con, period, job.settings)
    job.outcome.alarms = len(found.alarms)
    checks = len(found.results)
    text = say("run.check_done", checks=checks, alarms=len(found.alarms))
    kinds = {kind: sum(alarm.kind == kind for alarm in found.alarms) for kind in _KINDS}
    job.told("check", text, "alarms" if found.alarms else "ok", checks=checks, **kinds)
    notice = notify(found.alarms, period, job.settings, dry_run=job.is_dry)
    job.outcome.notice = notice
    job.told("alert", notice_text(notice, job.settings, len(found.alarms)), notice.told)


def notice_text(notice: Notice, settings: Settings, alarms: int) -> str:
    """Return what became of an alert in a sentence."""
    if notice.told == "no_alarms":
        return say("run.no_alarms")
    minutes = settings.whole("alerts.quiet_minutes")
    return say(f"alarm.{notice.told}", count=alarms, minutes=minutes)


def _to_date(today: date) -> Period:
    """Return the month of yesterday up to yesterday."""
    yesterday = today - timedelta(days=1)
    month = month_period(yesterday)
    if month.end.date() == today:
        return month
    period = resolve_period(start=f"{month.start:%Y-%m-%d}", end=yesterday.isoformat())
    assert period is not None  # noqa: S101  two days are given
    return period
