"""The unique texts of a database: their forms and signals, kept up to date with messages and rules.

A form keeps its number for as long as somebody has said it. New messages bring new forms; a changed
word list reads anew only the forms in which a changed word stands.
"""

from __future__ import annotations

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.enrich.lexicons import Lexicons, load_lexicons
from cskpi.enrich.normalise import normalise
from cskpi.enrich.signals import form_signals
from cskpi.enrich.tokens import tokens
from cskpi.enrich.workers import reading_processes
from cskpi.store.ahead import ahead
from cskpi.store.frames import offered, read_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import polars as pl

    from cskpi.enrich.workers import Each
    from cskpi.settings import Settings

TEXTS_AT_ONCE = 500_000
ROWS_AT_ONCE = 250_000
"""Patterns are compiled anew for each piece of texts, which costs as much as reading 10,000 of them."""
ROWS_NORMALISED_AT_ONCE = 50_000
"""Fewer: few patterns are compiled."""
ROWS_WORTH_A_THREAD = 5_000
MOST_PROCESSES = 8
"""Each takes some hundred megabytes, and one database feeds them all."""
TEXTS_WORTH_PROCESSES = 100_000
"""A process starts, reads the word lists and makes the sieve in the time it reads 20,000 texts."""
FORM_SOURCES = ("normalise.py", "personal.py", "forms.py", "lexicons/emoji.txt")
"""Files that decide which form a text has; all others of this package decide signals."""

_NEW = """
SELECT messages.text_hash, any_value(messages.text) AS text
FROM messages
WHERE messages.text_hash % {parts} = {part} AND messages.text IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM text_forms WHERE text_forms.text_hash = messages.text_hash)
GROUP BY messages.text_hash
"""
_ORPHANS = """
DELETE FROM text_forms WHERE text_hash NOT IN (
    SELECT text_hash FROM messages WHERE text_hash IS NOT NULL
);
DELETE FROM message_signals WHERE form_no NOT IN (SELECT form_no FROM text_forms)
"""


def own_lexicons(settings: Settings) -> Path | None:
    """Return the shop's folder of word lists, None where there is none."""
    name = settings.text("text.lexicons")
    folder = Path(name).expanduser() if name else None
    return folder.resolve() if folder and folder.is_dir() else None


def rules(settings: Settings) -> list[str]:
    """Return what forms and signals depend on besides the messages, as digests."""
    return [*_code(), load_lexicons(own_lexicons(settings)).version]


def update_forms(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Bring `text_forms` and `message_signals` up to date; call it inside a transaction.

    Raises:
        InputError: a word list cannot be read.
    """
    own = own_lexicons(settings)
    code, lexicons = _code(), load_lexicons(own)
    known = con.execute("SELECT forms_code, signals_code FROM _cskpi_text_rules").fetchone()
    if known is not None and known[0] != code[0]:
        con.execute("DELETE FROM text_forms")
    if known is not None and known != (code[0], code[1]):
        _read_again(con, own, None)
    elif known is not None and (words := _changed_words(con, lexicons)) != ():
        _read_again(con, own, words)
    _add_new(con, own)
    con.execute(_ORPHANS)
    _record(con, code, lexicons)


@cache
def _code() -> tuple[str, str]:
    folder = Path(__file__).parent
    forms = b"".join((folder / name).read_bytes() for name in FORM_SOURCES)
    every = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
    return sha256(forms).hexdigest(), sha256(forms + every).hexdigest()


def _lines(lexicons: Lexicons) -> dict[str, str]:
    """Return each line in force with its place, and the word in it; empty for a pattern or slots."""
    found = {}
    for file, classes in lexicons.classes.items():
        for order, words in enumerate(classes.values()):
            place = f"{file} {order} {words.name} {sorted(words.flags)}"
            found[place] = ""
            for line in words.lines:
                word = line.removeprefix("-").strip().lower()
                found[f"{place} {line}"] = "" if word[:1] == "/" or "|" in word else word
    return found


def _changed_words(con: duckdb.DuckDBPyConnection, lexicons: Lexicons) -> tuple[str, ...] | None:
    """Return the words that came or went since; None where patterns or classes did, too."""
    before = dict(con.execute("SELECT line, word FROM _cskpi_text_words").fetchall())
    now = _lines(lexicons)
    changed = {line: (before | now)[line] for line in before.keys() ^ now.keys()}
    return tuple(sorted(changed.values())) if all(changed.values()) else None


def _read_again(
    con: duckdb.DuckDBPyConnection, own: Path | None, words: tuple[str, ...] | None
) -> None:
    """Read the signals of known forms anew; with `words` only where one of them stands."""
    row = con.execute("SELECT coalesce(max(form_no), 0) + 1 FROM message_signals").fetchone()
    count = row[0] if row else 0
    con.execute("CREATE OR REPLACE TEMP TABLE _signals AS FROM message_signals LIMIT 0")
    with _all_cores(count if words is None else 0) as each:
        for start in range(0, count, TEXTS_AT_ONCE):
            forms = read_frame(
                con,
                "SELECT form_no, form FROM message_signals"
                f" WHERE form_no >= {start} AND form_no < {start + TEXTS_AT_ONCE} ORDER BY form_no",
            )
            if words is not None:
                forms = forms.filter(forms["form"].str.contains_any(list(words)))
            _insert(con, "_signals", _signals(forms, own, each))
    con.execute("DELETE FROM message_signals WHERE form_no IN (SELECT form_no FROM _signals)")
    con.execute("INSERT INTO message_signals BY NAME FROM _signals")
    con.execute("DROP TABLE _signals")


def _add_new(con: duckdb.DuckDBPyConnection, own: Path | None) -> None:
    row = con.execute(
        "SELECT count(DISTINCT text_hash) FROM messages"
        " WHERE text_hash NOT IN (SELECT text_hash FROM text_forms)"
    ).fetchone()
    count = row[0] if row else 0
    parts = -(-count // TEXTS_AT_ONCE)
    asked = [_NEW.format(parts=parts, part=part) for part in range(parts)]
    with _all_cores(count) as each, ahead(con) as database:
        # While texts are read, the database fetches the next and takes up the last.
        following = [database.submit(read_frame, con, sql) for sql in asked[:1]]
        stored: list[Future[None]] = []
        for part in range(parts):
            forms = _normalised(following.pop().result(), each)
            new = database.submit(_number_new, con, forms).result()
            following += [
                database.submit(read_frame, con, sql) for sql in asked[part + 1 : part + 2]
            ]
            stored.append(database.submit(_store_new, con, _signals(new, own, each)))
        for done in stored:
            done.result()


def _normalised(texts: pl.DataFrame, each: Each) -> pl.DataFrame:
    import polars as pl

    read = each(normalise, _pieces(texts["text"], ROWS_NORMALISED_AT_ONCE))
    return texts.select("text_hash", form=pl.concat(read))


def _number_new(con: duckdb.DuckDBPyConnection, forms: pl.DataFrame) -> pl.DataFrame:
    """Put the forms of new texts into `_forms`, and return those not known before with numbers."""
    with offered(con, "_offered_forms", forms):
        con.execute("CREATE OR REPLACE TEMP TABLE _forms AS FROM _offered_forms")
    return read_frame(
        con,
        """
        SELECT CAST((SELECT coalesce(max(form_no), 0) FROM message_signals)
            + row_number() OVER (ORDER BY form) AS INTEGER) AS form_no, form
        FROM (SELECT DISTINCT form FROM _forms)
        WHERE form NOT IN (SELECT form FROM message_signals)
        ORDER BY form_no
        """,
    )


def _store_new(con: duckdb.DuckDBPyConnection, signals: pl.DataFrame) -> None:
    _insert(con, "message_signals", signals)
    con.execute(
        "INSERT INTO text_forms SELECT text_hash, form_no"
        " FROM _forms INNER JOIN message_signals USING (form)"
    )
    con.execute("DROP TABLE _forms")


def _signals(forms: pl.DataFrame, own: Path | None, each: Each) -> pl.DataFrame:
    """Return the signals of numbered forms."""
    import polars as pl

    read: list[pl.DataFrame] = each(partial(form_signals, own=own), _pieces(forms["form"]))
    return pl.concat(read).with_columns(forms["form_no"])


def _insert(con: duckdb.DuckDBPyConnection, table: str, signals: pl.DataFrame) -> None:
    with offered(con, "_offered_signals", signals):
        con.execute(f"INSERT INTO {table} BY NAME FROM _offered_signals")


def read_texts(texts: pl.Series, own: Path | None = None) -> tuple[pl.DataFrame, pl.Series]:
    """Return signals and words of raw texts, both cores at work.

    Args:
        texts: raw texts.
        own: a shop's folder of word lists.
    """
    import polars as pl

    with _all_cores(texts.len()) as each:
        read = each(partial(_signals_and_words, own=own), _pieces(texts))
    signals, words = zip(*read, strict=True)
    return pl.concat(signals), pl.concat(words)


def read_words(texts: pl.Series) -> pl.Series:
    """Return the words of raw texts, both cores at work."""
    import polars as pl

    with _all_cores(texts.len()) as each:
        read: list[pl.Series] = each(_words, _pieces(texts))
    return pl.concat(read)


def _words(texts: pl.Series) -> pl.Series:
    return tokens(normalise(texts))


def _signals_and_words(texts: pl.Series, own: Path | None) -> tuple[pl.DataFrame, pl.Series]:
    forms = normalise(texts)
    return form_signals(forms, own), tokens(forms)


@contextmanager
def _all_cores(texts: int) -> Iterator[Each]:
    """Give what does a work on pieces of so many texts: processes where they are worth their start."""
    import polars as pl

    cores = pl.thread_pool_size()
    if texts >= TEXTS_WORTH_PROCESSES and cores > 1 and sys.executable:
        with reading_processes(min(cores, MOST_PROCESSES)) as each:
            yield each
    else:
        with ThreadPoolExecutor(cores) as pool:
            yield lambda work, pieces: list(pool.map(work, pieces))


def _pieces(texts: pl.Series, most: int = ROWS_AT_ONCE) -> list[pl.Series]:
    """Return pieces of a size, as many as cores or a few of them."""
    import polars as pl

    cores = pl.thread_pool_size()
    rows = max(texts.len(), 1)
    rounds = -(-rows // (cores * most))
    size = max(-(-rows // (cores * rounds)), ROWS_WORTH_A_THREAD)
    return [texts.slice(start, size) for start in range(0, rows, size)]


def _record(con: duckdb.DuckDBPyConnection, code: tuple[str, str], lexicons: Lexicons) -> None:
    import polars as pl

    con.execute("DELETE FROM _cskpi_text_rules")
    con.execute("INSERT INTO _cskpi_text_rules VALUES (?, ?)", list(code))
    con.execute("DELETE FROM _cskpi_text_words")
    lines = _lines(lexicons)
    frame = pl.DataFrame({"line": list(lines), "word": list(lines.values())})
    with offered(con, "_offered_words", frame):
        con.execute("INSERT INTO _cskpi_text_words BY NAME FROM _offered_words")
