"""What a load says: one line a file for the terminal, with reasons below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.present.cells import number_cell, text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.terminal import write_table
from cskpi.texts import has_text, pick, say

if TYPE_CHECKING:
    from cskpi.ingest.report import FileReport


def write_load_reports(reports: Sequence[FileReport]) -> None:
    """Print what became of every file: kind, encoding, rows in = accepted + duplicate + rejected."""
    if not reports:
        return
    write_table(_table(reports))
    for report in reports:
        for line in _remarks(report):
            print(line)  # noqa: T201  this is the command's output


def _table(reports: Sequence[FileReport]) -> Table:
    columns = (
        Column(say("load.file")),
        Column(say("load.kind")),
        Column(say("load.preset"), rank=2),
        Column(say("load.format"), rank=3),
        Column(say("load.rows"), "count"),
        Column(say("load.accepted"), "count"),
        Column(say("load.duplicate"), "count"),
        Column(say("load.rejected"), "count"),
    )
    return Table(columns, tuple(Row(tuple(_cells(report))) for report in reports))


def _cells(report: FileReport) -> Iterable[Cell]:
    sheet = f" [{report.sheet}]" if report.sheet else ""
    yield text_cell(f"{report.path.name}{sheet}")
    yield text_cell(_kind(report.kind))
    yield text_cell(f"{report.preset}.{report.source}" if report.preset else "–")
    layout = (report.format, report.encoding, _delimiter(report.delimiter))
    yield text_cell(" ".join(part for part in layout if part))
    for rows in (
        report.rows_read,
        report.rows_accepted,
        report.rows_duplicate,
        report.rows_rejected,
    ):
        yield number_cell(rows, "count")


def _kind(kind: str | None) -> str:
    if kind is None:
        return say("load.skipped")
    return say(f"data_kind.{kind}") if has_text(f"data_kind.{kind}") else kind


def _delimiter(delimiter: str | None) -> str:
    return {"\t": "TAB", None: ""}.get(delimiter, delimiter or "")


def _remarks(report: FileReport) -> Iterable[str]:
    name = one_line(report.path.name)
    if report.skipped_reason:
        yield say("load.skip_remark", file=name, reason=_skip_reason(report))
    if report.rows_read and report.rows_rejected == report.rows_read:
        yield say("load.nothing_taken", file=name, count=report.rows_read)
    yield from _column_remarks(name, report)
    if report.reject_reasons:
        reasons = _listed(f"{_reason(why)} {n:,}" for why, n in report.reject_reasons.items())
        yield say("load.reject_remark", file=name, reasons=reasons)
    if report.format == "text" and "unknown_sender_role" in report.reject_reasons:
        yield say("load.speakers_remark", file=name)
    for column, words in report.unknown_words.items():
        listed = _listed(f"{one_line(word)} ×{n}" for word, n in words.items())
        yield say("load.unknown_words_remark", file=name, column=column, words=listed)
    if report.conflicting_repeats:
        yield say("load.conflict_remark", file=name, count=report.conflicting_repeats)
    if report.totals:
        yield _totals_remark(name, report)
    for told in report.told:
        values = {k: one_line(v) if isinstance(v, str) else v for k, v in told.values.items()}
        yield say(f"told.{told.key}", file=name, **values)
    if report.overlaps and report.rows_duplicate:
        others = _listed(one_line(Path(path).name) for path in report.overlaps[:3])
        yield say("load.overlap_remark", file=name, others=others)


def _column_remarks(name: str, report: FileReport) -> Iterable[str]:
    if report.columns_guessed:
        guessed = _listed(
            f"{one_line(h)} → {column}" for column, h in report.columns_guessed.items()
        )
        yield say("load.guess_remark", file=name, guessed=guessed)
    for key, headers in (
        ("ignored", report.columns_ignored),
        ("private", report.columns_private),
        ("kept_private", report.columns_kept_private),
    ):
        if headers:
            listed = _listed(one_line(header) for header in headers)
            yield say(f"load.{key}_remark", file=name, columns=listed)


def _listed(texts: Iterable[str]) -> str:
    return say("format.list_comma").join(texts)


def _totals_remark(name: str, report: FileReport) -> str:
    wrong = [check for check in report.totals if not check.agrees]
    if not wrong:
        return say("load.totals_agree", file=name, count=len(report.totals))
    listed = _listed(
        say("load.total_differs", column=one_line(c.header), said=c.said, counted=c.counted)
        for c in wrong
    )
    return say("load.totals_differ", file=name, columns=listed)


def _skip_reason(report: FileReport) -> str:
    if report.skip_note:
        return pick(dict(report.skip_note))
    return say(f"skipped.{report.skipped_reason}")


def _reason(reason: str) -> str:
    return say(f"reject.{reason}") if has_text(f"reject.{reason}") else reason
