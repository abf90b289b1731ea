"""Loading one export file: sniff, read, recognise, type, write, account, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
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
from cskpi.ingest.roles import ROLES
from cskpi.ingest.sniff import Content, sniff
from cskpi.ingest.staging import Staging, number_rows, schema_types, stage
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
    sources = _sources(con, options)
    _require_timezone(con, options.timezone)
    meter = Meter(progress, path.stat().st_size if path.is_file() else 0)
    content = sniff(path, meter.advance_bytes)
    meter.finish("sniff")
    run = _Run(con, content, sources, options, meter)
    try:
        return run.reports()
    except InputError as error:
        # What is found deep inside a table does not know whose table it is.
        raise InputError(error.key, **{"path": path, **error.values}) from None
    finally:
        drop_leftovers(con)


@dataclass(frozen=True, slots=True)
class _Run:
    """One file on its way into the database."""

    con: duckdb.DuckDBPyConnection
    content: Content
    sources: Sequence[Source]
    options: LoadOptions
    meter: Meter

    def reports(self) -> list[FileReport]:
        """Load every table of the file; tables of no known layout are reported as skipped.

        Raises:
            InputError: the file holds no table, or none of a known layout.
        """
        prepared = self._prepared()
        # DuckDB reads a table made in the running transaction at half speed, so the first table,
        # which is the only one of any large file, is made before it begins.
        first = next(prepared, None)
        if first is None:
            raise InputError("file_empty", path=self.content.path)
        tables: list[RawTable] = []
        with transaction(self.con):
            reports = []
            for raw, staging in chain([first], prepared):
                tables.append(raw)
                reports.append(self._load(staging) if staging else self._skipped(raw))
            if all(report.skipped_reason for report in reports):
                self._refuse(tables)
        return reports

    def _prepared(self) -> Iterator[tuple[RawTable, Staging | None]]:
        """Read the tables of the file one after the other, typed where their layout is known."""
        options = self.options
        for raw in self._tables():
            match = choose(
                self.sources,
                raw.header,
                self.content.path.name,
                kind=options.kind,
                preset=options.preset,
            )
            if match is None:
                yield raw, None
                continue
            self.meter.rows = count(self.con, "raw_rows")
            nulls = match.source.nulls
            install_macros(self.con, options.timezone, nulls, has_serials=raw.has_serials)
            yield raw, stage(self.con, raw, match, options.max_cell_characters)

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

    def _skipped(self, raw: RawTable) -> FileReport:
        return replace(self._empty_report(raw), skipped_reason="unknown_layout")

    def _empty_report(self, raw: RawTable) -> FileReport:
        return FileReport(
            path=self.content.path,
            sheet=raw.sheet,
            format=_printed_format(self.content, raw),
            encoding=self.content.encoding,
            delimiter=raw.delimiter,
            header_row=raw.header_row,
        )

    def _load(self, staging: Staging) -> FileReport:
        con, raw, match = self.con, staging.raw, staging.match
        source = match.source
        file_id = ledger.next_file_id(con)
        already = ledger.is_known(con, self.content.sha256, raw.sheet, source.target)
        numbering = number_rows(con, raw)
        write = write_messages if source.target == "messages" else write_keyed
        with self.meter.watch(con, "write"):
            written = write(
                con,
                staging,
                file_id=file_id,
                day=self.options.day,
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


def _sources(con: duckdb.DuckDBPyConnection, options: LoadOptions) -> Sequence[Source]:
    if options.kind is not None and options.kind not in kinds():
        raise UsageError("kind_unknown", kind=options.kind, kinds=", ".join(kinds()))
    sources = read_preset(options.mapping) if options.mapping else shipped_sources()
    presets = sorted({source.preset for source in sources})
    if options.preset is not None and options.preset not in presets:
        raise UsageError("preset_unknown", preset=options.preset, presets=", ".join(presets))
    if options.mapping:
        for source in sources:
            if problem := find_problem(con, source):
                raise InputError("mapping_invalid", path=options.mapping, problem=problem)
    return sources


def find_problem(con: duckdb.DuckDBPyConnection, source: Source) -> str | None:
    """Return the first word of a source that means nothing to the database, None if all do."""
    if source.target not in kinds() or set(source.also) - {"order_items"}:
        return f"{source.id}: target {source.target}"
    known = {"rating_id", "reply_to_id", *schema_types(con, source.target)}
    for table in source.also:
        known |= {f"item.{name}" for name in schema_types(con, table)}
    named = (*source.columns, *source.guess, *source.types, *source.values, *source.const)
    for name in named:
        if name not in known and not name.startswith(("_", "extra.", "item.extra.")):
            return f"{source.id}: {name}"
    roles = (rule.role for rule in source.roles if rule.role not in ROLES)
    return next((f"{source.id}: role {role}" for role in roles), None)


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
