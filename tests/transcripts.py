"""Shops written as transcripts a person can read, turned into exports and loaded.

    # shop=旗舰店 session=S1 customer=c1 channel=app
    2026-10-01 10:00:00 客户→A 在吗
    2026-10-01 10:00:01 自动 A 您好，欢迎光临
    2026-10-01 10:00:50 客服 A 亲，在的

A `#` line sets shop, session, customer and channel for what follows; `session=-` means that the
export has no session id. A customer's line names whom he addressed after the arrow, if anybody;
`客服 -` is an agent whom the export does not name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self, cast

import duckdb
from blank import blank_database, fill_blank, put_blank
from part_built import PartBuilt

from cskpi.enrichment import enrich
from cskpi.ingest.load import LoadOptions, load_file
from cskpi.model.build import build_model
from cskpi.settings import Settings, load_settings
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    from cskpi.metrics.finding import Finding

ROLES = {
    "客户": "customer",
    "客服": "agent",
    "机器人": "bot",
    "辅助": "assist_bot",
    "自动": "auto_reply",
    "系统": "system",
}
COLUMNS = (
    "shop",
    "session_id",
    "sent_at",
    "sender_role",
    "customer_id",
    "agent_id",
    "content",
    "channel",
    "is_transfer",
)
LIMITS = Limits("1GB", 1)
_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:"
    r"(?P<customer>客户|系统)(?:→(?P<addressed>\S+))?|(?P<role>\w+) (?P<agent>\S+)"
    r")(?: (?P<text>.*))?$"
)
_CONTEXT_NAMES = {"shop": "shop", "session": "session_id", "customer": "customer_id"}


class Shop:
    """A loaded shop. Its file holds all facts; `rows` makes do with those it reads."""

    def __init__(self, path: Path, settings: Settings | None = None) -> None:
        self.settings = settings or load_settings({}, environment={})
        self._path = path
        self._opened = ExitStack()
        self._part: PartBuilt | None = None

    @classmethod
    def loaded(cls, path: Path, settings: Settings, files: Iterable[Path]) -> Self:
        """Load files into a database of their own."""
        shop = cls(path, settings)
        put_blank(path)
        con = shop._opened.enter_context(open_database(path, LIMITS, write=True))
        for file in files:
            load_file(con, file, LoadOptions())
        shop._part = PartBuilt(con, settings)
        return shop

    @property
    def path(self) -> Path:
        """Where the database is, all facts built."""
        if self._part:
            build_model(self._part.whole, self.settings)
            self._part = None
            self._opened.close()
        return self._path

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the database to read what is in it."""
        if self._part:
            yield cast("duckdb.DuckDBPyConnection", self._part)
        else:
            with open_database(self._path, LIMITS) as con:
                yield con

    def change(self, *statements: str) -> None:
        """Change staged tables as a command or a load would; the facts are made anew."""
        if self._part:
            self._part.change(*statements)
            return
        with open_database(self._path, LIMITS, write=True) as con:
            for statement in statements:
                con.execute(statement)
            build_model(con, self.settings)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        with self.reading() as con:
            return con.execute(sql).fetchall()


def messages_csv(transcript: str) -> str:
    """Return the export of a transcript."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    context = {"shop": "旗舰店", "session_id": "", "customer_id": "c1", "channel": "app"}
    for line in transcript.strip().splitlines():
        text = line.strip()
        if text.startswith("#"):
            context |= _context(text)
        elif text:
            writer.writerow(context | _message(text))
    return buffer.getvalue()


def make_shop(folder: Path, transcript: str, /, *extra: Path, **flags: Any) -> Shop:
    """Load a transcript and further export files."""
    export = folder / "messages.csv"
    export.write_text(messages_csv(transcript), encoding="utf-8")
    settings = load_settings({k.replace("__", "."): v for k, v in flags.items()}, environment={})
    return Shop.loaded(folder / "cskpi.duckdb", settings, (export, *extra))


EXPORTS = (
    "agents",
    "orders",
    "refunds",
    "ratings",
    "tickets",
    "complaints",
    "shifts",
    "attendance",
    "exported_sessions",
    "kb_entries",
    "visitors",
)
TOLD = ("qa_plan_sessions", "qa_grades", "qa_grade_items", "qa_verdicts")
"""Tables that people fill through commands; a case's file holds their columns as they are."""


@contextmanager
def open_shop(case: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Load the files of a case folder into a database in memory; facts are made as they are read."""
    with blank_database() as con:
        load_case(con, case)
        yield PartBuilt.of(con, settings)


def part_shop(case: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Do the same for a caller who keeps the database."""
    con = _made()
    load_case(con, case)
    return PartBuilt.of(con, settings)


def build_shop(case: Path, settings: Settings, *, texts: bool = False) -> duckdb.DuckDBPyConnection:
    """Do the same with all facts built, as a load does; `texts` wants what is read from texts, too."""
    con = _made()
    load_case(con, case)
    build_model(con, settings)
    if texts:
        enrich(con, settings)
    return con


def _made() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    fill_blank(con)
    return con


def load_case(con: duckdb.DuckDBPyConnection, case: Path) -> None:
    """Load the files of a case folder."""
    transcript = case / "transcript.txt"
    if transcript.is_file():
        with TemporaryDirectory() as folder:
            export = Path(folder) / "messages.csv"
            text = messages_csv(transcript.read_text(encoding="utf-8"))
            export.write_text(text, encoding="utf-8")
            load_file(con, export, LoadOptions(kind="messages"))
    for kind in EXPORTS:
        path = case / f"{kind}.csv"
        if path.is_file():
            load_file(con, path, LoadOptions(kind=kind))
    for table in TOLD:
        path = case / f"{table}.csv"
        if path.is_file():
            con.execute(f"INSERT INTO {table} BY NAME FROM read_csv('{path}', header = true)")


def _context(line: str) -> dict[str, str]:
    found: dict[str, str] = dict(re.findall(r"(\w+)=(\S+)", line))
    named = {_CONTEXT_NAMES.get(name, name): item for name, item in found.items()}
    return {name: "" if item == "-" else item for name, item in named.items()}


def _message(line: str) -> dict[str, str]:
    match = _LINE.match(line)
    assert match, f"no transcript line: {line!r}"
    role = match["customer"] or match["role"]
    text = match["text"] or role
    agent = match["addressed"] or match["agent"] or ""
    return {
        "sent_at": match["time"],
        "sender_role": ROLES[role],
        "agent_id": "" if agent == "-" else agent,
        "content": text,
        "is_transfer": "1" if "〔转接〕" in text else "",
    }


def only(findings: list[Finding]) -> Finding:
    """Return the one finding there is."""
    assert len(findings) == 1
    return findings[0]
