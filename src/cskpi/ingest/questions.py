"""Questionnaires turned on their side: one column a question becomes one row a given answer.

A filled questionnaire gives one row for every question and every option chosen in it; a question
that was not answered gives one row without an answer. Rows without any value give none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.raw import numbered
from cskpi.ingest.staging import number_rows

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.raw import RawTable

COLUMNS = tuple(f"question.{name}" for name in ("no", "text", "option", "answer", "skipped"))

_INVISIBLE = re.compile("[\ufeff\u200b\u200e]")
_PART = re.compile(r"^\s*[Qq]?(\d+[.．]\d+)(?:\s*[、.．:：]\s*|\s+|$)(.*)$", re.DOTALL)
"""A line of a question in a table, `4.1 速度`; `3.5元…` is question 3 about 5元."""


@dataclass(frozen=True, slots=True)
class QuestionLayout:
    """How a preset reads a questionnaire.

    `pattern` has the groups `no` and `text` and matches the header of a question; `separator`
    stands between chosen options; `skipped` are the cells of a question nobody answered.
    """

    pattern: str
    separator: str
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    column: str
    number: str
    text: str


def unfold_questions(
    con: duckdb.DuckDBPyConnection, raw: RawTable, layout: QuestionLayout
) -> RawTable:
    """Turn the columns of questions into rows; every other column repeats.

    Adds `question.no`, `.text`, `.option` (from 1), `.answer` (text, NULL where skipped) and
    `.skipped` (1 or 0). The header of the file becomes the last row of the preamble, because it
    tells one questionnaire from another.

    Raises:
        InputError: no header is one of a question.
    """
    questions = find_questions(raw.header, layout)
    if not questions:
        raise InputError("survey_without_questions")
    numbering = number_rows(con, raw)
    asked = {question.column for question in questions}
    kept = [place for place, name in enumerate(raw.columns) if name not in asked]
    filled = " OR ".join(f"regexp_matches(raw.{name}, '\\S')" for name in raw.columns)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE question_rows AS
        SELECT row_no, {numbering.source_row} AS source_row, {", ".join(f"raw.{n}" for n in raw.columns)}
        FROM {numbered("raw_rows")} AS raw {numbering.join}
        WHERE {filled}
        ORDER BY row_no
        """
    )
    try:
        _write_answers(con, layout, questions, kept)
    finally:
        con.execute("DROP TABLE IF EXISTS temp.question_rows")
        con.execute("DROP TABLE IF EXISTS temp.question_answers")
    header = (*(raw.header[place] for place in kept), *COLUMNS)
    return replace(raw, header=header, preamble=(*raw.preamble, raw.header), has_origins=True)


def find_questions(header: Sequence[str], layout: QuestionLayout) -> list[_Question]:
    """Return the questions among the headers, numbered so that no two are the same.

    Columns that share a number (`4、题干(行1)`, `4、题干(行2)`) are numbered 4.1, 4.2, …
    """
    pattern = re.compile(layout.pattern, re.DOTALL)
    found: list[tuple[str, str, str]] = []
    for place, cell in enumerate(header):
        title = _INVISIBLE.sub("", cell).strip()
        if part := _PART.match(title):
            number = unicodedata.normalize("NFKC", part[1])
            found.append((f"c{place}", number, part[2].strip() or title))
        elif match := pattern.match(title) or pattern.match(unicodedata.normalize("NFKC", title)):
            number = unicodedata.normalize("NFKC", match["no"])
            found.append((f"c{place}", number, match["text"].strip()))
    shared = Counter(number for _, number, _ in found)
    taken = {number for _, number, _ in found}
    nth: Counter[str] = Counter()
    questions = []
    for column, number, text in found:
        own = number
        while shared[number] > 1 and own in taken:
            nth[number] += 1
            own = f"{number}.{nth[number]}"
        taken.add(own)
        questions.append(_Question(column, own, text))
    return questions


def _write_answers(
    con: duckdb.DuckDBPyConnection,
    layout: QuestionLayout,
    questions: Sequence[_Question],
    kept: Sequence[int],
) -> None:
    """Replace `raw_rows` by one row an answer."""
    _choose_answers(con, layout, questions, kept)
    picked = [
        *(f"c{place}" for place in kept),
        "number",
        "text",
        "CAST(nth AS VARCHAR)",
        "answer",
        "CASE WHEN is_skipped THEN '1' ELSE '0' END",
    ]
    listed = ", ".join(f"{name} AS c{index}" for index, name in enumerate(picked))
    order = "row_no, place, nth"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE raw_rows AS"
        f" SELECT {listed} FROM question_answers ORDER BY {order}"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE row_origins AS"
        f" SELECT row_number() OVER (ORDER BY {order}) - 1 AS row_no, source_row"
        " FROM question_answers"
    )


def _choose_answers(
    con: duckdb.DuckDBPyConnection,
    layout: QuestionLayout,
    questions: Sequence[_Question],
    kept: Sequence[int],
) -> None:
    """Fill `question_answers` with one row a question and option chosen."""
    others = "".join(f", c{place}" for place in kept)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE question_answers AS
        WITH asked AS (
            SELECT row_no, source_row{others}, unnest($numbers) AS number, unnest($texts) AS text,
                unnest(range({len(questions)})) AS place,
                unnest([{", ".join(question.column for question in questions)}]) AS cell
            FROM question_rows
        ), judged AS (
            SELECT *, NOT coalesce(regexp_matches(replace(cell, $separator, ''), '\\S'), false)
                OR trim(cell) IN (SELECT unnest($skipped)) AS is_skipped
            FROM asked
        ), chosen AS (
            SELECT * EXCLUDE (cell), CASE WHEN is_skipped THEN [NULL] ELSE list_filter(
                list_transform(string_split(cell, $separator), lambda part: trim(part)),
                lambda part: part <> '') END AS answers
            FROM judged
        )
        SELECT * EXCLUDE (answers), unnest(answers) AS answer,
            generate_subscripts(answers, 1) AS nth
        FROM chosen
        """,
        {
            "numbers": [question.number for question in questions],
            "texts": [question.text for question in questions],
            "skipped": list(layout.skipped),
            "separator": layout.separator,
        },
    )
