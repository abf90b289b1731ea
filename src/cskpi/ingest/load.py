"""Loading one export file: sniff, read, recognise, type, write, account, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.errors import InputError, UsageError
from cskpi.ingest import ledger
from cskpi.ingest.cells import install_macros
from cskpi.ingest.detect import Match, choose, describe_requirement, nearest
from cskpi.ingest.keyed import TABLES, write_keyed
from cskpi.ingest.messages import write_messages
from cskpi.ingest.paths import expand_paths
from cskpi.ingest.presets import Source, read_preset, shipped_sources
from cskpi.ingest.progress import Meter
from cskpi.ingest.raw import count, drop_leftovers
from cskpi.ingest.read_delimited import read_delimited
from cskpi.ingest.read_excel import read_sheets
from cskpi.ingest.read_json import read_json
from cskpi.ingest.report import FileReport, Progress
from cskpi.ingest.sniff import Content, sniff
from cskpi.ingest.staging import number_rows, stage
from cskpi.ingest.transcode import readable_copy
from cskpi.store.database import literal, transaction

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.raw import RawTable

__all__ = ["FileReport", "LoadOptions", "Progress", "expand_paths", "kinds", "load_file"]


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What the user said about the files.

    `kind` and `preset` restrict detection, `mapping` replaces the shipped presets, `day` is the day
    of messages whose file names none; offsets and epochs are converted to `timezone`.
    """

    kind: str | None = None
    preset: str | None = None
    day: date | None = None
    mapping: Path | None = None
    timezone: str = "Asia/Shanghai"
    max_line_bytes: int = 16_000_000
    max_cell_characters: int = 1_000_000


def kinds() -> tuple[str, ...]:
    """Return the kinds of files that can be loaded."""
    return ("messages", *TABLES)


def load_file(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    options: LoadOptions,
    progress: Callable[[Progress], None] | None = None,
) -> list[FileReport]:
    """Load one file in one transaction; a workbook gives one report a sheet.

    Rows that cannot be taken are in `rejected_rows`; a file whose every row is known already
    changes nothing, not even the ledger.

    Raises:
        InputError: the file is missing or unreadable, of no known layout, or fits several.
        UsageError: no such time zone, kind or preset.
    """
    sources = _sources(options)
    _require_timezone(con, options.timezone)
    meter = Meter(progress, path.stat().st_size if path.is_file() else 0)
    content = sniff(path, meter.advance_bytes)
    meter.finish("sniff")
    run = _Run(con, content, sources, options, meter)
    try:
        with transaction(con):
            reports = list(run.reports())
    finally:
        drop_leftovers(con)
    return reports


@dataclass(frozen=True, slots=True)
class _Run:
    """One file on its way into the database."""

    con: duckdb.DuckDBPyConnection
    content: Content
    sources: Sequence[Source]
    options: LoadOptions
    meter: Meter

    def reports(self) -> Iterator[FileReport]:
        """Load every table of the file; tables of no known layout are reported as skipped.

        Raises:
            InputError: the file holds no table, or none of a known layout.
        """
        unknown: list[RawTable] = []
        is_known = False
        for raw in self._tables():
            match = choose(
                self.sources,
                raw.header,
                self.content.path.name,
                kind=self.options.kind,
                preset=self.options.preset,
            )
            if match is None:
                unknown.append(raw)
                yield replace(self._empty_report(raw), skipped_reason="unknown_layout")
            else:
                is_known = True
                yield self._load(raw, match)
        if not is_known:
            self._refuse(unknown)

    def _tables(self) -> Iterator[RawTable]:
        content, limit = self.content, self.options.max_line_bytes
        vocabulary = frozenset().union(*(source.vocabulary() for source in self.sources))
        if content.layout == "xlsx":
            for raw in read_sheets(self.con, content, vocabulary):
                self.meter.finish("read")
                yield raw
            return
        with readable_copy(content, self.meter.advance_bytes_of("transcode")) as readable:
            self.meter.finish("transcode")
            with self.meter.watch(self.con, "read"):
                if content.layout == "delimited":
                    raw = read_delimited(self.con, content, readable, vocabulary, limit)
                else:
                    raw = read_json(self.con, content, readable, limit)
        yield raw

    def _empty_report(self, raw: RawTable) -> FileReport:
        return FileReport(
            path=self.content.path,
            sheet=raw.sheet,
            format=_printed_format(self.content, raw),
            encoding=self.content.encoding,
            delimiter=raw.delimiter,
            header_row=raw.header_row,
        )

    def _load(self, raw: RawTable, match: Match) -> FileReport:
        con, options, source = self.con, self.options, match.source
        install_macros(con, options.timezone, source.nulls, has_serials=raw.is_numeric_time)
        file_id = ledger.next_file_id(con)
        already = ledger.is_known(con, self.content.sha256, raw.sheet, source.target)
        numbering = number_rows(con, raw)
        self.meter.rows = count(con, "raw_rows")
        with self.meter.watch(con, "write"):
            staging = stage(con, raw, match, options.max_cell_characters)
            write = write_messages if source.target == "messages" else write_keyed
            written = write(
                con,
                staging,
                file_id=file_id,
                day=options.day,
                numbering=numbering,
                may_update=not already,
            )
        rows = ledger.count_rows(con)
        report = replace(
            self._empty_report(raw),
            **_columns(raw, match),
            kind=source.target,
            preset=source.preset,
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
            already_loaded=already,
        )
        ledger.check_balance(report)
        if written.accepted or not already:
            ledger.record_file(con, self.content, report, file_id)
            if report.rows_rejected:
                ledger.record_rejects(con, raw, file_id, numbering)
        return report

    def _refuse(self, unknown: Sequence[RawTable]) -> None:
        path, options = self.content.path, self.options
        if not unknown:
            raise InputError("file_empty", path=path)
        for raw in unknown:
            near = nearest(self.sources, raw.header, kind=options.kind, preset=options.preset)
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


def _sources(options: LoadOptions) -> Sequence[Source]:
    if options.kind is not None and options.kind not in kinds():
        raise UsageError("kind_unknown", kind=options.kind, kinds=", ".join(kinds()))
    sources = read_preset(options.mapping) if options.mapping else shipped_sources()
    presets = sorted({source.preset for source in sources})
    if options.preset is not None and options.preset not in presets:
        raise UsageError("preset_unknown", preset=options.preset, presets=", ".join(presets))
    for source in sources:
        if source.target not in kinds():
            raise InputError(
                "mapping_invalid", path=options.mapping, problem=f"target = {source.target!r}"
            )
    return sources


def _require_timezone(con: duckdb.DuckDBPyConnection, timezone: str) -> None:
    import duckdb

    # DuckDB brings its own table of zones, so a machine without one loads as well.
    try:
        con.execute(f"SELECT timezone({literal(timezone)}, to_timestamp(0))").fetchone()
    except duckdb.Error:
        raise UsageError("timezone_unknown", timezone=timezone) from None


def _columns(raw: RawTable, match: Match) -> dict[str, Any]:
    """Return which header became which column, as the report names them."""
    named = {name: raw.header[index] for name, index in match.columns.items()}
    used = set(match.columns.values())
    return {
        "columns_used": {n: h for n, h in named.items() if n not in match.guessed},
        "columns_guessed": {n: h for n, h in named.items() if n in match.guessed},
        "columns_ignored": tuple(
            header for index, header in enumerate(raw.header) if header and index not in used
        ),
    }


def _printed_format(content: Content, raw: RawTable) -> str:
    if content.layout == "delimited":
        return "tsv" if raw.delimiter == "\t" else "csv"
    return {"json_lines": "jsonl", "xlsx": "xlsx"}.get(content.layout, "json")


def _printed_header(raw: RawTable) -> str:
    names = [name.strip() for name in raw.header if name.strip()]
    return ", ".join(names[:12])
