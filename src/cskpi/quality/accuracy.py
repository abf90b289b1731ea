"""The stage "accuracy": which facts agents' texts state, each unique text once."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.enrich.normalise import normalise
from cskpi.quality.clauses import STATES
from cskpi.quality.knowledge import POLARITY, Entry, KnowledgeBase
from cskpi.store.frames import offered, read_frame

if TYPE_CHECKING:
    import duckdb
    import polars as pl

_FILES = ("accuracy.py", "clauses.py", "fact_words.py", "fact_words.txt", "knowledge.py")

# An entry about one product says nothing of the others.
_ENTRIES = """
SELECT kb_id, coalesce(question, '') AS question, coalesce(variants, '') AS variants,
    coalesce(answer, '') AS answer, coalesce(conditions, '') AS conditions
FROM kb_entries
WHERE coalesce(goods_id, '') = ''
ORDER BY kb_id
"""
_FORMS = """
SELECT form_no, form FROM message_signals
WHERE form_no IN (SELECT form_no FROM message_forms WHERE actor = 2)
ORDER BY form_no
"""
_QUANTITY = r"(?:\d|[一二两三四五六七八九十百半])\s*个?(?:工作日|小时|钟头|分钟|天|日|周|星期|月|年|元|块钱?|期|%|度|℃|件|成)"
_TEXTS = ("kb_id", "verdict", "said", "known")
_CLAUSE = r"[^,。;!?\n ]*"
_ASKS = r"[吗么?]|多久|几天|多少|怎么"


@cache
def recipe() -> str:
    """Return a digest of the rules by which statements are judged."""
    folder = Path(__file__).parent
    return sha256(b"".join((folder / name).read_bytes() for name in _FILES)).hexdigest()


def judge_statements(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `kb_form_statements` anew; call it inside a transaction.

    Without a knowledge base nothing is judged, and nothing counts as not covered.
    """
    import polars as pl

    con.execute("DELETE FROM kb_form_statements")
    entries = _entries(con)
    if not entries:
        return
    base = KnowledgeBase(entries)
    forms = read_frame(con, _FORMS)
    if base.pattern:
        speaks = pl.col("form").str.contains(base.pattern)
        states = pl.col("form").str.contains(f"{_QUANTITY}|{_plain_polarity()}|{STATES}")
        near = forms.filter(speaks & states)
    else:
        near = forms.clear()
    rows = [
        (number, judged.kb_id, judged.verdict, judged.said, judged.known)
        for number, form in near.iter_rows()
        for judged in base.judge(form)
    ]
    schema = pl.Schema({"form_no": pl.Int32, **dict.fromkeys(_TEXTS, pl.String)})
    found = pl.DataFrame(rows, schema=schema, orient="row")
    for frame in (found, _not_covered(forms, near, schema)):
        with offered(con, "statements_found", frame):
            con.execute("INSERT INTO kb_form_statements BY NAME FROM statements_found")


def _not_covered(forms: pl.DataFrame, near: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return the quantities of texts that hold no word of the knowledge base."""
    import polars as pl

    said = pl.col("form").str.extract(f"({_CLAUSE}{_QUANTITY}{_CLAUSE})")
    return (
        forms.join(near, on="form_no", how="anti")
        .with_columns(said=said)
        .filter(pl.col("said").is_not_null() & ~pl.col("form").str.contains(_ASKS))
        .select(
            "form_no",
            "said",
            kb_id=pl.lit(None, pl.String),
            verdict=pl.lit("not_covered"),
            known=pl.lit(None, pl.String),
        )
        .select(schema.names())
    )


def _entries(con: duckdb.DuckDBPyConnection) -> list[Entry]:
    frame = read_frame(con, _ENTRIES)
    texts = [normalise(frame[name]).to_list() for name in frame.columns[1:]]
    return [Entry(*row) for row in zip(frame["kb_id"].to_list(), *texts, strict=True)]


def _plain_polarity() -> str:
    return POLARITY.pattern.replace("?P<no>", "?:").replace("?P<yes>", "?:")
