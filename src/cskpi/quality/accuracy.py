"""The stage "accuracy": which facts agents' messages state, each text beside the question it answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.enrich.normalise import normalise
from cskpi.quality.answers import LONGEST, STATES_AMOUNT, STATES_YES_OR_NO
from cskpi.quality.clauses import STATES
from cskpi.quality.entries import Entry, Judged
from cskpi.quality.knowledge import POLARITY
from cskpi.quality.questions import ASKED, YES_OR_NO_ASKED
from cskpi.quality.statements import Statements
from cskpi.store.frames import offered, read_frame

if TYPE_CHECKING:
    import duckdb
    import polars as pl

_FILES = (
    "accuracy.py",
    "answer_words.py",
    "answer_words.txt",
    "answers.py",
    "clauses.py",
    "entries.py",
    "fact_words.py",
    "fact_words.txt",
    "knowledge.py",
    "measures.py",
    "questions.py",
    "statements.py",
)

_ENTRIES = """
SELECT kb_id, coalesce(question, '') AS question, coalesce(variants, '') AS variants,
    coalesce(answer, '') AS answer, coalesce(conditions, '') AS conditions,
    coalesce(goods_id, '') <> '' AS is_of_product
FROM kb_entries
ORDER BY kb_id
"""
_FORMS = """
SELECT form_no, form, bool_or(actor = 1) AS is_asked, bool_or(actor = 2) AS is_said
FROM message_signals INNER JOIN message_forms USING (form_no)
WHERE actor IN (1, 2)
GROUP BY form_no, form
ORDER BY form_no
"""

# A customer's messages in a row are one question; it is answered by the first few a human writes after them.
_PAIRS = """
CREATE OR REPLACE TEMP TABLE kb_pairs AS
WITH talk AS (
    SELECT session_no, row_key, actor, form_no,
        coalesce(occurred_ms, epoch_ms(occurred_at)) AS moment, occurred_at
    FROM message_forms
    WHERE actor IN (1, 2)
        AND session_no IN (
            SELECT session_no FROM message_forms
            INNER JOIN kb_asked_forms USING (form_no)
            WHERE actor = 1
            UNION
            SELECT session_no FROM message_forms
            INNER JOIN kb_said_forms USING (form_no)
            WHERE actor = 2 AND is_accusing
        )
),

steps AS (
    SELECT talk.*,
        CASE WHEN actor = 1 AND lag(actor) OVER ordered IS DISTINCT FROM 1 THEN 1 ELSE 0 END AS begins
    FROM talk
    WINDOW ordered AS (PARTITION BY session_no ORDER BY moment, occurred_at, row_key)
),

numbered AS (
    SELECT steps.*, sum(begins) OVER ordered AS turn, row_number() OVER ordered AS place
    FROM steps
    WINDOW ordered AS (
        PARTITION BY session_no ORDER BY moment, occurred_at, row_key ROWS UNBOUNDED PRECEDING
    )
),

questions AS (
    SELECT session_no, turn, list(numbered.form_no ORDER BY place)[-3:] AS asked,
        coalesce(bool_or(kb_asked_forms.is_yes_or_no), FALSE) AS is_yes_or_no,
        count(kb_asked_forms.form_no) > 0 AS is_known
    FROM numbered
    LEFT JOIN kb_asked_forms USING (form_no)
    WHERE actor = 1 AND numbered.form_no IS NOT NULL
    GROUP BY session_no, turn
),

answers AS (
    SELECT session_no, turn, row_key, form_no,
        row_number() OVER (PARTITION BY session_no, turn ORDER BY place) AS nth
    FROM numbered
    WHERE actor = 2
)

SELECT answers.row_key, answers.form_no, questions.asked,
    dense_rank() OVER (ORDER BY answers.form_no, questions.asked) AS pair_no
FROM answers
INNER JOIN questions USING (session_no, turn)
INNER JOIN kb_said_forms USING (form_no)
WHERE kb_said_forms.is_accusing
    OR (answers.nth <= 3 AND questions.is_known
        AND (kb_said_forms.has_amount OR (kb_said_forms.says_yes_or_no AND questions.is_yes_or_no)))
"""
_PAIRS_TOLD = "SELECT DISTINCT pair_no, form_no, asked FROM kb_pairs ORDER BY pair_no"

# What an entry said before it was last changed nobody knows.
_FILL = """
INSERT INTO kb_statements BY NAME
WITH beside AS (
    SELECT kb_pairs.row_key, found.* EXCLUDE (pair_no)
    FROM kb_pairs
    INNER JOIN kb_beside AS found USING (pair_no)
),

told AS (
    SELECT * FROM beside
    UNION ALL BY NAME
    SELECT message_forms.row_key, found.* EXCLUDE (form_no)
    FROM message_forms
    INNER JOIN kb_alone AS found USING (form_no)
    WHERE message_forms.actor = 2 AND message_forms.row_key NOT IN (SELECT row_key FROM beside)
),

dated AS (
    SELECT told.*, coalesce(kb_entries.updated_at > message_forms.occurred_at, FALSE) AS is_later
    FROM told
    INNER JOIN message_forms USING (row_key)
    LEFT JOIN kb_entries ON told.kb_id = kb_entries.kb_id
)

SELECT row_key, said,
    CASE WHEN NOT is_later THEN kb_id END AS kb_id,
    CASE WHEN is_later THEN 'not_covered' ELSE verdict END AS verdict,
    CASE WHEN NOT is_later THEN known END AS known,
    CASE WHEN NOT is_later THEN asked END AS asked
FROM dated
"""
_QUANTITY = r"(?:\d|[一二两三四五六七八九十百半])\s*个?(?:工作日|小时|钟头|分钟|天|日|周|星期|月|年|元|块钱?|期|%|度|℃|件|成)"
_BARE_QUESTION = 6
"""Characters of a question that is nothing but the matter."""

_TEXTS = ("kb_id", "verdict", "said", "known", "asked")
_CLAUSE = r"[^,。;!?\n ]*"
_ASKS = r"[吗么?]|多久|几天|多少|怎么"


@cache
def recipe() -> str:
    """Return a digest of the rules by which statements are judged."""
    folder = Path(__file__).parent
    return sha256(b"".join((folder / name).read_bytes() for name in _FILES)).hexdigest()


def judge_statements(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `kb_statements` anew; call it inside a transaction.

    Without a knowledge base nothing is judged, and nothing counts as not covered.
    """
    import polars as pl

    con.execute("DELETE FROM kb_statements")
    entries, of_products = _entries(con)
    if not entries:
        return
    statements = Statements(entries, of_products)
    forms = read_frame(con, _FORMS)
    near = _near(statements, forms)
    alone = {number: statements.judge(form) for number, form in near.iter_rows()}
    beside = _beside(con, statements, forms, alone)
    texts = dict(near.iter_rows())
    rows = [
        (number, *_row(judged))
        for number, found in alone.items()
        for judged in (statements.beside("", texts[number], found) if found else ())
    ]
    by_themselves = pl.concat([_frame("form_no", rows), _not_covered(forms, near)], how="diagonal")
    with offered(con, "kb_alone", by_themselves), offered(con, "kb_beside", beside):
        con.execute(_FILL)
    con.execute("DROP TABLE kb_pairs")


def _near(statements: Statements, forms: pl.DataFrame) -> pl.DataFrame:
    """Return the texts of humans that may state a fact of an entry by themselves."""
    import polars as pl

    said = forms.filter("is_said").select("form_no", "form")
    pattern = statements.alone.pattern
    if not pattern:
        return said.clear()
    states = f"{_QUANTITY}|{_plain_polarity()}|{STATES}"
    return said.filter(pl.col("form").str.contains(pattern) & pl.col("form").str.contains(states))


def _beside(
    con: duckdb.DuckDBPyConnection,
    statements: Statements,
    forms: pl.DataFrame,
    alone: Mapping[int, list[Judged]],
) -> pl.DataFrame:
    """Return what messages state beside a question, where it is not what they state by themselves."""
    _pair(con, statements, forms, alone)
    pairs = read_frame(con, _PAIRS_TOLD)
    wanted = pairs["form_no"].append(pairs["asked"].explode()).unique().to_frame("form_no")
    texts = dict(forms.join(wanted, on="form_no", how="semi").select("form_no", "form").iter_rows())
    rows = []
    for pair, number, asked in pairs.iter_rows():
        before = alone.get(number, [])
        question = "\n".join(texts[form] for form in asked)
        if not before and not statements.answers.may_answer(question):
            continue
        found = statements.beside(question, texts[number], before)
        if found != before:
            rows += [(pair, *_row(judged)) for judged in found]
    return _frame("pair_no", rows)


def _pair(
    con: duckdb.DuckDBPyConnection,
    statements: Statements,
    forms: pl.DataFrame,
    alone: Mapping[int, list[Judged]],
) -> None:
    """Make the table of messages that may state something beside the question they answer."""
    import polars as pl

    form = pl.col("form")
    asks = form.str.contains(ASKED) | (form.str.len_chars() <= _BARE_QUESTION)
    is_short = form.str.len_chars() <= LONGEST
    speaks = form.str.contains(statements.answers.pattern)
    asked = forms.filter(pl.col("is_asked") & is_short & asks & speaks)
    known = [
        number
        for number, text in asked.select("form_no", "form").iter_rows()
        if statements.answers.may_answer(text)
    ]
    asked = asked.filter(pl.col("form_no").is_in(known)).select(
        "form_no", is_yes_or_no=form.str.contains(YES_OR_NO_ASKED)
    )
    accusing = [n for n, found in alone.items() if any(j.verdict == "contradicts" for j in found)]
    settled = [n for n, found in alone.items() if any(j.verdict == "agrees" for j in found)]
    said = forms.filter("is_said").select(
        "form_no",
        has_amount=is_short & form.str.contains(STATES_AMOUNT),
        says_yes_or_no=is_short & form.str.contains(STATES_YES_OR_NO),
        is_accusing=pl.col("form_no").is_in(accusing),
        is_settled=pl.col("form_no").is_in(settled),
    )
    said = said.filter(
        (pl.col("has_amount") | pl.col("says_yes_or_no")) & ~pl.col("is_settled")
        | pl.col("is_accusing")
    )
    with offered(con, "kb_asked", asked), offered(con, "kb_said", said):
        con.execute("CREATE OR REPLACE TEMP TABLE kb_asked_forms AS SELECT * FROM kb_asked")
        con.execute("CREATE OR REPLACE TEMP TABLE kb_said_forms AS SELECT * FROM kb_said")
    con.execute(_PAIRS)
    con.execute("DROP TABLE kb_asked_forms")
    con.execute("DROP TABLE kb_said_forms")


def _row(judged: Judged) -> tuple[str | None, ...]:
    return (judged.kb_id, judged.verdict, judged.said, judged.known, judged.asked)


def _frame(key: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    import polars as pl

    schema = pl.Schema({key: pl.Int64, **dict.fromkeys(_TEXTS, pl.String)})
    return pl.DataFrame(rows, schema=schema, orient="row")


def _not_covered(forms: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
    """Return the quantities of texts that hold no word of the knowledge base."""
    import polars as pl

    said = pl.col("form").str.extract(f"({_CLAUSE}{_QUANTITY}{_CLAUSE})")
    return (
        forms.filter("is_said")
        .join(near, on="form_no", how="anti")
        .with_columns(said=said)
        .filter(pl.col("said").is_not_null() & ~pl.col("form").str.contains(_ASKS))
        .select(pl.col("form_no").cast(pl.Int64), "said", verdict=pl.lit("not_covered"))
    )


def _entries(con: duckdb.DuckDBPyConnection) -> tuple[list[Entry], list[Entry]]:
    """Return the entries that hold for all products, and those of one."""
    frame = read_frame(con, _ENTRIES)
    numbers, *columns = frame.drop("is_of_product").iter_columns()
    texts = [normalise(column).to_list() for column in columns]
    entries = [Entry(*row) for row in zip(numbers.to_list(), *texts, strict=True)]
    of_product = frame["is_of_product"].to_list()
    both = list(zip(entries, of_product, strict=True))
    return [e for e, is_one in both if not is_one], [e for e, is_one in both if is_one]


def _plain_polarity() -> str:
    return POLARITY.pattern.replace("?P<no>", "?:").replace("?P<yes>", "?:")
