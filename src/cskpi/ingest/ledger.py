"""The load ledger: what a file was, what became of its rows, and every row that was not taken."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.faults import BLANK
from cskpi.ingest.raw import count, numbered
from cskpi.store.database import literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from cskpi.ingest.report import FileReport, Told
    from cskpi.ingest.sniff import Content
    from cskpi.ingest.staging import Numbering, Staging

RAW_CHARACTERS = 2_000
"""How much of a rejected row is kept: enough to find it in the file."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the rows that are neither rejected nor blank.

    `conflicting` counts rows that repeat a key of the same file with another value,
    `unknown_words` the words of an enumeration the preset does not know; `exported_at` is the
    newest time in the file.
    """

    accepted: int
    duplicate: int
    first_at: datetime | None
    last_at: datetime | None
    conflicting: int = 0
    unknown_words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    exported_at: datetime | None = None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Loading:
    """What a writer needs to know of the file being loaded.

    `shown` is the file's name, `day` the day of rows whose file names none; `may_update` is False for bytes loaded before,
    whose values were taken then.
    """

    file_id: int
    sha256: str
    day: date | None
    may_update: bool
    shown: Path


@dataclass(frozen=True, slots=True)
class RowCounts:
    """The rows of a file, counted before typing, and the rejects by reason."""

    read: int
    rejected: int
    reasons: Mapping[str, int]


def next_file_id(con: duckdb.DuckDBPyConnection) -> int:
    """Return the ledger number the file gets if it is recorded."""
    row = con.execute("SELECT coalesce(max(file_id), 0) + 1 FROM import_files").fetchone()
    return int(row[0]) if row else 1


def is_known(con: duckdb.DuckDBPyConnection, sha256: str, sheet: str | None, kind: str) -> bool:
    """Tell whether the same bytes were loaded as the same kind before."""
    found = con.execute(
        "SELECT count(*) FROM import_files"
        " WHERE sha256 = ? AND sheet IS NOT DISTINCT FROM ? AND kind = ?",
        [sha256, sheet, kind],
    ).fetchone()
    return bool(found and found[0])


def count_rows(con: duckdb.DuckDBPyConnection) -> RowCounts:
    """Count rows from `raw_rows`, `malformed_rows` and `faults`."""
    blank = count(con, f"faults WHERE reason = '{BLANK}'")
    reasons = con.execute(
        f"""
        SELECT reason, count(*) AS row_count
        FROM (SELECT reason FROM faults WHERE reason <> '{BLANK}'
              UNION ALL SELECT reason FROM malformed_rows)
        GROUP BY reason ORDER BY row_count DESC, reason
        """
    ).fetchall()
    rejected = {str(reason): int(number) for reason, number in reasons}
    read = count(con, "raw_rows") - blank + count(con, "malformed_rows")
    return RowCounts(read, sum(rejected.values()), rejected)


def check_balance(report: FileReport) -> None:
    """Prove that no row is unaccounted for.

    Raises:
        InputError: rows read are not the sum of what became of them.
    """
    known = report.rows_accepted + report.rows_duplicate + report.rows_rejected
    if report.rows_read != known or min(report.rows_accepted, report.rows_duplicate) < 0:
        raise InputError("rows_unaccounted", path=report.path)


def record_rejects(
    con: duckdb.DuckDBPyConnection, staging: Staging, file_id: int, numbering: Numbering
) -> None:
    """Keep every rejected row with its file, row, column, value and reason.

    Of personal columns, and of rows about somebody who was erased, nothing is kept but the place.
    """
    raw, secret = staging.raw, staging.privacy.secret_cells(staging)
    names: dict[str, str] = {}
    for cell, header in zip(raw.columns, raw.header, strict=True):
        names[cell] = header if header and header not in names.values() else f"{header}[{cell}]"
    pairs = ", ".join(
        f"{literal(name)}, raw_rows.{cell}" for cell, name in names.items() if cell not in secret
    )
    secret_headers = ", ".join(literal(names[cell]) for cell in sorted(secret)) or "NULL"
    con.execute(
        f"""
        INSERT INTO rejected_rows
        SELECT $file_id, {numbering.source_row}, column_name,
            CASE WHEN column_name IN ({secret_headers}) THEN NULL
                ELSE left(raw_value, {RAW_CHARACTERS}) END,
            reason,
            CASE WHEN reason <> 'purged'
                THEN left(CAST(json_object({pairs}) AS VARCHAR), {RAW_CHARACTERS}) END
        FROM faults JOIN {numbered("raw_rows")} AS raw_rows USING (row_no)
            {numbering.join}
        WHERE reason <> '{BLANK}'
        """,
        {"file_id": file_id},
    )
    line = "NULL" if secret else f"left(raw_value, {RAW_CHARACTERS})"
    con.execute(
        f"""
        INSERT INTO rejected_rows
        SELECT $file_id, source_row, NULL, NULL, reason, {line} FROM malformed_rows
        """,
        {"file_id": file_id},
    )


def record_file(
    con: duckdb.DuckDBPyConnection,
    content: Content,
    report: FileReport,
    file_id: int,
    exported_at: datetime | None,
) -> None:
    """Write the ledger row of a file or sheet."""
    con.execute(
        """
        INSERT INTO import_files BY NAME
        SELECT $file_id AS file_id, $path AS path, $sheet AS sheet, $kind AS kind,
            $preset AS preset, $source AS source, $format AS format, $encoding AS encoding,
            $delimiter AS delimiter, $header_row AS header_row, $sha256 AS sha256,
            $size_bytes AS size_bytes, $used AS columns_used, $guessed AS columns_guessed,
            $ignored AS columns_ignored, $read AS rows_read, $accepted AS rows_accepted,
            $duplicate AS rows_duplicate, $rejected AS rows_rejected, $first_at AS first_at,
            $last_at AS last_at, $exported_at AS exported_at, $summary AS rows_summary,
            $remarks AS remarks, CAST(current_timestamp AT TIME ZONE 'UTC' AS TIMESTAMP) AS loaded_at
        """,
        {
            "file_id": file_id,
            "path": str(report.path),
            "sheet": report.sheet,
            "kind": report.kind,
            "preset": report.preset,
            "source": report.source,
            "format": report.format,
            "encoding": report.encoding,
            "delimiter": report.delimiter,
            "header_row": report.header_row,
            "sha256": content.sha256,
            "size_bytes": content.size_bytes,
            "exported_at": exported_at,
            **_columns_and_rows(report),
        },
    )


def _columns_and_rows(report: FileReport) -> dict[str, object]:
    return {
        "used": _json(dict(report.columns_used)),
        "guessed": _json(dict(report.columns_guessed)),
        "ignored": _json(list(report.columns_ignored)),
        "read": report.rows_read,
        "accepted": report.rows_accepted,
        "duplicate": report.rows_duplicate,
        "rejected": report.rows_rejected,
        "first_at": report.first_at,
        "last_at": report.last_at,
        "summary": report.reject_reasons.get("summary_row", 0),
        "remarks": _json(_remarks(report)),
    }


def _remarks(report: FileReport) -> dict[str, object]:
    return {
        "columns_private": list(report.columns_private),
        "columns_kept_private": list(report.columns_kept_private),
        "totals": [[t.header, str(t.said), str(t.counted)] for t in report.totals],
        "unknown_words": {name: dict(words) for name, words in report.unknown_words.items()},
        "conflicting_repeats": report.conflicting_repeats,
    }


def overlapping_files(
    con: duckdb.DuckDBPyConnection, report: FileReport, file_id: int
) -> tuple[str, ...]:
    """Return the paths of other files of the kind that bring rows of the same period."""
    rows = con.execute(
        """
        SELECT DISTINCT path FROM import_files
        WHERE kind = $kind AND file_id <> $file_id AND first_at <= $last_at AND last_at >= $first_at
        ORDER BY path
        """,
        {
            "kind": report.kind,
            "file_id": file_id,
            "first_at": report.first_at,
            "last_at": report.last_at,
        },
    ).fetchall()
    return tuple(str(path) for (path,) in rows)


def _json(entry: object) -> str:
    return json.dumps(entry, ensure_ascii=False)
