"""Loading one export file: sniff, read, recognise, type, write, account, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest import ledger
from cskpi.ingest.agent_metrics import write_agent_metrics
from cskpi.ingest.cells import install_macros
from cskpi.ingest.column_use import column_use
from cskpi.ingest.detect import Match, describe_requirement, nearest
from cskpi.ingest.file_dates import find_day, find_period
from cskpi.ingest.keyed import write_keyed
from cskpi.ingest.known_sources import sources_for
from cskpi.ingest.ledger import Loading, Written
from cskpi.ingest.messages import write_messages
from cskpi.ingest.options import LoadOptions
from cskpi.ingest.paths import expand_paths
from cskpi.ingest.privacy import Privacy
from cskpi.ingest.progress import Meter
from cskpi.ingest.raw import count, drop_leftovers
from cskpi.ingest.reading import Reading
from cskpi.ingest.recognise import Recogniser
from cskpi.ingest.report import FileReport, Progress
from cskpi.ingest.reshaping import one_item_a_row
from cskpi.ingest.second_copies import second_copies
from cskpi.ingest.sniff import Content, sniff
from cskpi.ingest.staging import Staging, number_rows, stage
from cskpi.ingest.tables import KINDS
from cskpi.ingest.totals import check_totals
from cskpi.store.database import transaction

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.raw import RawTable
    from cskpi.ingest.source import Source

UNKNOWN = "unknown_layout"
INNER_LIST = "[]."
"""What the path of a list inside the rows of another JSON list holds."""

WRITERS = {"messages": write_messages, "agent_metrics": write_agent_metrics}

__all__ = ["FileReport", "LoadOptions", "Progress", "expand_paths", "kinds", "load_file"]


def kinds() -> tuple[str, ...]:
    """Return the kinds of files that can be loaded."""
    return KINDS


def load_file(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    options: LoadOptions,
    progress: Callable[[Progress], None] | None = None,
    shown: Path | None = None,
) -> list[FileReport]:
    """Load one file in one transaction; a workbook gives one report a sheet.

    `shown` is the name to print and keep, by default the path: members of archives lie elsewhere.

    Rows that cannot be taken are in `rejected_rows`; a file whose every row is known already
    changes nothing, not even the ledger.

    Raises:
        InputError: the file is missing or unreadable, of no known layout, or fits several.
        UsageError: no such time zone, kind or preset.
    """
    sources = sources_for(con, options)
    options.zones.require(con)
    meter = Meter(progress, path.stat().st_size if path.is_file() else 0)
    content = sniff(path, meter.advance_bytes, shown)
    meter.finish("sniff")
    run = _Run(con, Reading(con, content, sources, options.limits, meter), options)
    try:
        return run.reports()
    except InputError as error:
        # What is found deep inside a table does not know whose table it is.
        raise InputError(error.key, **{**error.values, "path": content.shown}) from None
    finally:
        drop_leftovers(con)


@dataclass(frozen=True, slots=True)
class _Run:
    """One file on its way into the database."""

    con: duckdb.DuckDBPyConnection
    reading: Reading
    options: LoadOptions

    @property
    def content(self) -> Content:
        """The file as sniffed."""
        return self.reading.content

    def reports(self) -> list[FileReport]:
        """Load every table of the file; tables of no known layout are reported as skipped.

        Raises:
            InputError: the file holds no table, or none of a known layout.
        """
        with closing(self._prepared()) as prepared:
            return self._reports(prepared)

    def _reports(
        self, prepared: Iterator[tuple[RawTable, Staging | Match | None]]
    ) -> list[FileReport]:
        # DuckDB reads a table made in the running transaction at half speed, so the first table,
        # which is the only one of any large file, is made before it begins.
        first = next(prepared, None)
        if first is None:
            raise InputError("file_empty")
        tables: list[RawTable] = []
        with transaction(self.con):
            reports = []
            for raw, found in chain([first], prepared):
                tables.append(raw)
                if isinstance(found, Staging):
                    reports.append(self._load(found))
                else:
                    reports.append(self._skipped(raw, found))
            if all(report.skipped_reason == UNKNOWN for report in reports):
                self._refuse(tables)
        return [report for report in reports if self._is_worth_a_word(report)]

    def _is_worth_a_word(self, report: FileReport) -> bool:
        """Leave out lists inside the rows of a list, and further kinds that no row is of.

        Such a list stays in its row's own column, which is named where nothing reads it; a list of
        no known kind that stands by itself is named as skipped.
        """
        if report.skipped_reason == UNKNOWN and INNER_LIST in (report.sheet or ""):
            return False
        return not report.is_secondary or report.rows_read > 0

    def _prepared(self) -> Generator[tuple[RawTable, Staging | Match | None]]:
        """Read the tables of the file one after the other, typed where their layout is known."""
        options = self.options
        recogniser = Recogniser(
            self.con,
            self.reading.sources,
            self.content.shown,
            options.kind,
            options.preset,
            options.keep_private,
        )
        for raw in self.reading.tables():
            for table, match in recogniser.tables(raw, self.reading.form(raw)):
                if match is None or match.source.skip:
                    yield table, match
                    continue
                self.reading.meter.rows = count(self.con, "raw_rows")
                texts = recogniser.hints(table)
                yield table, self._staged(table, match, texts)

    def _staged(self, raw: RawTable, match: Match, texts: Sequence[str]) -> Staging:
        options, preset = self.options, match.source.preset
        install_macros(self.con, options.zones, preset.nulls, has_serials=raw.has_serials)
        reshaped = one_item_a_row(self.con, raw, match)
        raw, match = reshaped.raw, reshaped.match
        is_own = preset.timezone == options.timezone and not options.shop_timezones
        zone = None if is_own else preset.timezone
        constants = {
            **({"channel": preset.platform} if preset.platform else {}),
            **({"shop_id": options.shop} if options.shop else {}),
            **match.source.const,
            **_from_names(match, (self.content.shown.name, raw.sheet or "")),
        }
        staging = stage(
            self.con,
            raw,
            match,
            options.limits.cell_characters,
            constants=constants,
            timezone=zone,
        )
        period = options.days or (find_period(texts) if match.source.period else None)
        return replace(
            staging,
            period=period,
            told=reshaped.told,
            shift_codes=options.shift_codes,
            zones=options.zones,
            privacy=Privacy.of(self.con, options, match.source, raw),
        )

    def _skipped(self, raw: RawTable, match: Match | None) -> FileReport:
        report = self._empty_report(raw)
        if match is None:
            return replace(report, skipped_reason=UNKNOWN)
        source = match.source
        return replace(
            report,
            skipped_reason="not_needed",
            skip_note=source.skip or {},
            preset=source.preset.name,
            source=source.id,
        )

    def _empty_report(self, raw: RawTable) -> FileReport:
        return FileReport(
            path=self.content.shown,
            sheet=raw.sheet,
            format=self.reading.printed_format(raw),
            encoding=self.content.encoding,
            delimiter=raw.delimiter,
            header_row=raw.header_row,
        )

    def _load(self, staging: Staging) -> FileReport:
        con, raw, source = self.con, staging.raw, staging.match.source
        already = ledger.is_known(con, self.content.sha256, raw.sheet, source.target)
        numbering = number_rows(con, raw)
        loading = Loading(
            file_id=ledger.next_file_id(con),
            sha256=self.content.sha256,
            day=self._day(staging),
            may_update=not already,
            shown=self.content.shown,
        )
        with self.reading.meter.watch(con, "write"):
            written = WRITERS.get(source.target, write_keyed)(con, staging, numbering, loading)
        report = replace(self._report(staging, written), already_loaded=already)
        ledger.check_balance(report)
        if written.accepted or not already:
            file_id = loading.file_id
            report = replace(report, overlaps=ledger.overlapping_files(con, report, file_id))
            copies = second_copies(con, report, self.content.sha256, file_id)
            report = replace(report, told=(*report.told, *copies))
            ledger.record_file(con, self.content, report, file_id, written.exported_at)
            if report.rows_rejected:
                ledger.record_rejects(con, staging, file_id, numbering)
        return report

    def _report(self, staging: Staging, written: Written) -> FileReport:
        con, raw, match = self.con, staging.raw, staging.match
        source = match.source
        rows = ledger.count_rows(con)
        return replace(
            self._empty_report(raw),
            **column_use(raw, match, self._further(source), keep=self.options.keep_private),
            kind=source.target,
            is_secondary=source.is_secondary,
            preset=source.preset.name,
            source=source.id,
            rows_read=rows.read,
            rows_accepted=written.accepted,
            rows_duplicate=written.duplicate,
            rows_rejected=rows.rejected,
            reject_reasons=rows.reasons,
            conflicting_repeats=written.conflicting,
            unknown_words=written.unknown_words,
            first_at=written.first_at,
            last_at=written.last_at,
            totals=tuple(check_totals(con, staging)),
            told=(*staging.told, *written.told),
        )

    def _further(self, source: Source) -> list[Source]:
        """Return the sources that are loaded from the same rows."""
        return [
            other
            for other in self.reading.sources
            if other.preset == source.preset and other.id in source.also
        ]

    def _day(self, staging: Staging) -> date | None:
        """Return the day of times without one: what the user said, else what the file names."""
        if self.options.days:
            return self.options.days[0]
        source = staging.match.source
        texts = {
            "filename": [self.content.shown.name],
            "sheet": [staging.raw.sheet or ""],
            "preamble": [cell for row in staging.raw.preamble for cell in row],
        }
        return find_day(text for place in source.day for text in texts[place])

    def _refuse(self, unknown: Sequence[RawTable]) -> None:
        path, options = self.content.shown, self.options
        for raw in unknown:
            near = nearest(
                self.reading.sources, raw.header, kind=options.kind, preset=options.preset
            )
            if near is None:
                continue
            missing = [describe_requirement(near.source, need) for need in near.missing]
            raise InputError(
                "unknown_layout" if missing else "other_kind",
                path=path,
                nearest=near.source.name,
                missing="; ".join(missing),
                header=_printed_header(raw),
            )
        raise InputError("no_known_column", path=path, header=_printed_header(unknown[0]))


def _from_names(match: Match, names: Sequence[str]) -> dict[str, str]:
    """Return the columns that stand in the name of the file, or of the sheet or JSON list."""
    found = {}
    for column, pattern in match.source.from_filename.items():
        hit = next((hit for name in names if (hit := re.search(pattern, name))), None)
        if hit and column not in match.columns:
            found[column] = hit[1]
    return found


def _printed_header(raw: RawTable) -> str:
    names = [name.strip() for name in raw.header if name.strip()]
    return ", ".join(names[:12])
