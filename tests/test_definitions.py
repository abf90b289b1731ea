"""The static checks of metric files: every fault is found before a number is printed.

Each test drops a file of its own into `./queries/metrics/` of an empty workspace, as a shop would.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from cskpi.errors import DefinitionError
from cskpi.metrics.catalog import load_catalog
from cskpi.resources import data_dir
from cskpi.store.migrations import migrate

SAMPLE = """\
/* metric
label       = { zh = "样例", en = "Sample" }
description = { zh = "样例。", en = "A sample." }
formula     = { zh = "Σ 秒数 ÷ 会话数", en = "seconds ÷ sessions" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "session"
sources     = ["sessions"]
origin      = "a test"
version     = 1
[params]
shortest = 5
owner = { setting = "session.owner" }
[target]
good = 30
warn = 60
*/
SELECT
    session_no,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    duration_seconds AS measure
FROM sessions
WHERE duration_seconds > $shortest AND agent_id <> $owner
"""
Edit = tuple[str, str]
"""What the sample says, and what a faulty file says instead."""


def line(number: int, message: str) -> str:
    return f"sample.sql:{number}: {message}"


HEADER_FAULTS: dict[str, tuple[Edit, str]] = {
    "no header": (("/* metric", "-- metric"), line(1, "the file starts with no /* metric … */")),
    "another kind of header": (("/* metric", "/* check"), line(1, "the file starts with no")),
    "header is no TOML": (("version     = 1", "version = "), line(12, "Invalid value")),
    "key missing": (('grain       = "session"\n', ""), line(1, "missing key 'grain'")),
    "key unknown": (("version  ", "colour = 3\nversion  "), line(12, "unknown key 'colour'")),
    "text for a list": (
        ('["sessions"]', '"sessions"'),
        line(10, "'sources' must be of type list"),
    ),
    "text for a number": (
        ("version     = 1", 'version = "1"'),
        line(12, "'version' must be of type int"),
    ),
    "text for labels": (
        ('{ zh = "样例", en = "Sample" }', '"Sample"'),
        line(2, "'label' must be of type dict"),
    ),
    "type not of the list": (('"mean"', '"average"'), line(6, "'type' is 'average', not one of")),
    "unit not of the list": (
        ('"duration"', '"seconds"'),
        line(7, "'unit' is 'seconds', not one of"),
    ),
    "direction not of the list": (('"down"', '"less"'), line(8, "'direction' is 'less', not one")),
    "bucket not of the list": (
        ("version  ", 'bucket = "day"\nversion  '),
        line(12, "'bucket' is 'day', not one of hour"),
    ),
    "a ratio of seconds": (('"mean"', '"ratio"'), line(7, "a ratio cannot be a duration")),
    "label without English": (
        (', en = "Sample"', ""),
        line(2, "'label' needs a text for both zh and en"),
    ),
    "label in a third language": (
        ('en = "Sample"', 'en = "Sample", de = "Probe"'),
        line(2, "'label' needs a text for both zh and en"),
    ),
    "formula empty": (
        ('"seconds ÷ sessions"', '""'),
        line(4, "'formula' needs a text for both zh and en"),
    ),
    "no source": (('["sessions"]', "[]"), line(10, "at least one source table is named")),
    "distinct column of another type": (
        ("version  ", 'distinct = ["numerator"]\nversion  '),
        line(12, "'numerator' is no standard column of a mean"),
    ),
    "group unknown": (('"speed"', '"fast"'), line(1, "unknown group 'fast'")),
    "label used twice": (
        ('"Sample"', '"Reply rate"'),
        line(1, "the label 'Reply rate' is used by several metrics"),
    ),
    "target without good": (("good = 30\n", ""), line(16, "missing key 'target.good'")),
    "target key unknown": (("warn = 60", "bad = 60"), line(16, "unknown key 'target.bad'")),
    "interval of no ratio": (
        ("version  ", 'interval = "delta"\nversion  '),
        line(12, "only a ratio names its interval"),
    ),
    "variance of distinct things": (
        ("version  ", 'interval = "delta"\ndistinct = ["measure"]\nversion  '),
        line(12, "'delta' is the variance over rows: nothing can be distinct"),
    ),
    "people without people": (
        ("version  ", 'interval = "people"\nversion  '),
        line(12, "'people' adds up the rows of each distinct denominator"),
    ),
    "other measures of no max": (
        ("[params]", '[measure_by]\nagent = "duration_seconds"\n[params]'),
        line(13, "only a 'max' without bucket has other measures"),
    ),
    "other measures of an unknown dimension": (
        ("[params]", '[measure_by]\nchannel = "duration_seconds"\n[params]'),
        line(13, "unknown key 'measure_by.channel'"),
    ),
    "effective key unknown": (
        ("warn = 60\n", "warn = 60\n[effective]\nsince = 2026-01-01\n"),
        line(19, "unknown key 'effective.since'"),
    ),
    "warn on the good side": (("warn = 60", "warn = 29"), line(16, "'warn' lies on the good side")),
    "setting unknown": (
        ('"session.owner"', '"session.owners"'),
        line(15, "parameter 'owner' names no known setting"),
    ),
    "parameter of the engine": (
        ("shortest = 5", "period_start = 5"),
        line(14, "parameter 'period_start' takes a name reserved for the engine"),
    ),
}

BODY_FAULTS: dict[str, tuple[Edit, str]] = {
    "two statements": (
        ("<> $owner\n", "<> $owner;\nSELECT 1\n"),
        line(20, "the body must be one SELECT"),
    ),
    "not a SELECT": (("SELECT\n", "CREATE TABLE t AS SELECT\n"), line(20, "the body must be one")),
    "no body": ((SAMPLE[SAMPLE.index("SELECT\n") :], ""), line(20, "the body must be one SELECT")),
    "syntax": (("FROM sessions", "FRM sessions"), line(27, "Parser Error")),
    "table not declared": (
        ("FROM sessions", "FROM sessions CROSS JOIN turns"),
        line(27, "Catalog Error: Table with name turns does not exist!"),
    ),
    "column of no table": (("duration_seconds AS", "duration AS"), line(26, "Binder Error")),
    "source unknown": (('["sessions"]', '["session"]'), "unknown source table 'session'"),
    "parameter missing": (
        ("shortest = 5\n", ""),
        line(19, "parameter '$shortest' is missing in [params]"),
    ),
    "parameter unused": (("$shortest", "5"), line(1, "parameter 'shortest' is not used")),
    "parameter without name": (("$shortest", "?"), line(20, "Not implemented Error: Mixing named")),
    "the clock": (("> $shortest", "> $shortest AND started_at < now()"), line(28, "'now' is not")),
    "the clock in capitals": (
        ("> $shortest", "> $shortest AND started_at < Current_Date"),
        line(28, "'Current_Date' is not allowed"),
    ),
    "chance": (("> $shortest", "> $shortest * random()"), line(28, "'random' is not allowed")),
    "a file reader": (
        ("FROM sessions", "FROM read_csv('secret.csv') AS sessions"),
        line(27, "'read_csv' is not allowed"),
    ),
    "a quoted file": (("FROM sessions", "FROM 'secret.csv' AS sessions"), "secret.csv"),
    "an identifier that is a file": (
        ("FROM sessions", 'FROM "s.parquet" AS sessions'),
        "s.parquet",
    ),
    "SQL from text": (
        ("FROM sessions", "FROM query('SELECT 1') AS sessions"),
        line(27, "'query' is not allowed"),
    ),
    "no channel": (("    channel,\n", ""), "the body has no column 'channel'"),
    "no measure": ((" AS measure", " AS seconds"), line(20, "the body has no column 'measure'")),
    "no ratio parts": (
        ('type        = "mean"\nunit        = "duration"', 'type = "ratio"\nunit = "percent"'),
        "the body has no column 'denominator'",
    ),
    "occurred_at a day": (
        ("started_at AS", "CAST(started_at AS DATE) AS"),
        line(20, "'occurred_at' must be a TIMESTAMP"),
    ),
    "measure a text": (("duration_seconds AS", "session_id AS"), "'measure' is VARCHAR, not a"),
    "measure a truth value": (
        ("duration_seconds AS", "is_proactive AS"),
        "'measure' is BOOLEAN, not a number",
    ),
}


SUBTLER_FAULTS: dict[str, Edit] = {
    "yes for a whole number": ("version     = 1", "version = true"),
    "a number for a label": ('en = "Sample"', "en = 1"),
    "a text for a target": ("good = 30\nwarn = 60", 'good = "30"'),
    "texts for both target values": ("good = 30\nwarn = 60", 'good = "30"\nwarn = 60'),
    "a text for a day": ("warn = 60\n", 'warn = 60\n[effective]\nfrom = "soon"\n'),
    "a period that ends before it begins": (
        "warn = 60\n",
        "warn = 60\n[effective]\nfrom = 2026-02-01\nto = 2026-01-01\n",
    ),
    "a bucket for a mean": ("version  ", 'bucket = "hour"\nversion  '),
    "the clock in quotes": ("> $shortest", '> $shortest AND started_at < "now"()'),
    "the clock by another name": (
        "> $shortest",
        "> $shortest AND started_at < current_localtimestamp()",
    ),
    "the clock of the transaction": (
        "> $shortest",
        "> $shortest AND started_at < transaction_timestamp()",
    ),
    "chance by another name": ("agent_id <>", "CAST(uuidv7() AS VARCHAR) <>"),
    "a random sample": ("FROM sessions", "FROM sessions TABLESAMPLE 10%"),
    "the state of the machine": ("FROM sessions", "FROM sessions CROSS JOIN duckdb_settings()"),
    "a shop that is a number": ("    shop_id,", "    1 AS shop_id,"),
}


def problems_of(edit: Edit) -> list[str]:
    faulty = SAMPLE.replace(*edit)
    assert faulty != SAMPLE
    write("sample", faulty)
    with pytest.raises(DefinitionError) as caught:
        load_catalog()
    return caught.value.problems


def write(name: str, content: str) -> Path:
    path = Path("queries") / "metrics" / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def test_a_shops_own_file_is_picked_up() -> None:
    shipped = {metric.name for metric in load_catalog().metrics}
    write("sample", SAMPLE)
    catalog = load_catalog()
    assert {metric.name for metric in catalog.metrics} == shipped | {"sample"}
    (metric,) = catalog.select(["sample"])
    assert metric.labels == {"zh": "样例", "en": "Sample"}
    assert metric.target is not None
    assert (metric.target.good, metric.target.warn) == (30, 60)
    assert dict(metric.params) == {"shortest": 5, "owner": {"setting": "session.owner"}}


def test_a_shops_own_file_replaces_the_shipped_one_of_the_same_name() -> None:
    shipped = (data_dir("queries") / "metrics" / "session_duration.sql").read_text("utf-8")
    write("session_duration", shipped.replace("version     = 1", "version     = 7"))
    (metric,) = load_catalog().select(["session_duration"])
    assert metric.version == 7


def test_metrics_stand_by_group_headlines_first_then_by_rank_and_name() -> None:
    catalog = load_catalog()
    groups = list(catalog.groups)
    places = [(groups.index(m.group), not m.headline, m.rank, m.name) for m in catalog.metrics]
    assert places == sorted(places)


@pytest.mark.parametrize("name", HEADER_FAULTS)
def test_a_faulty_header_is_reported(name: str) -> None:
    edit, expected = HEADER_FAULTS[name]
    assert any(expected in problem for problem in problems_of(edit)), problems_of(edit)


@pytest.mark.parametrize("name", BODY_FAULTS)
def test_a_faulty_body_is_reported(name: str) -> None:
    edit, expected = BODY_FAULTS[name]
    assert any(expected in problem for problem in problems_of(edit)), problems_of(edit)


@pytest.mark.parametrize("name", SUBTLER_FAULTS)
def test_a_subtler_fault_is_reported(name: str) -> None:
    assert problems_of(SUBTLER_FAULTS[name])


@pytest.mark.parametrize("name", ["Sample", "_sample", "sample-1", "样例"])
def test_a_file_name_that_is_no_kpi_name_is_reported(name: str) -> None:
    write(name, SAMPLE)
    with pytest.raises(DefinitionError) as caught:
        load_catalog()
    assert "is no lower_snake_case name" in caught.value.problems[0]


def test_words_in_comments_and_texts_are_no_fault() -> None:
    harmless = "\n-- now() and random() stay out\nWHERE agent_id <> 'now()' AND "
    write("sample", SAMPLE.replace("WHERE ", harmless, 1))
    assert load_catalog().select(["sample"])


def test_all_problems_of_all_files_come_at_once_each_with_file_and_line() -> None:
    write("first", SAMPLE.replace('"down"', '"less"').replace('"mean"', '"average"'))
    write("second", SAMPLE.replace("> $shortest", "> $shortest * random()\n    AND 1 < now()"))
    write("third", SAMPLE.replace("    channel,\n", "").replace("started_at AS", "1 AS"))
    write("fourth", "SELECT 1\n")
    with pytest.raises(DefinitionError) as caught:
        load_catalog()
    found = caught.value.problems
    assert all(re.match(r".+\.sql:\d+: \S", problem) for problem in found)
    expected = [
        "first.sql:6: 'type' is",
        "first.sql:8: 'direction' is",
        "fourth.sql:1: the file starts with no",
        "second.sql:28: 'random' is not allowed",
        "second.sql:29: 'now' is not allowed",
        "third.sql:20: the body has no column 'channel'",
        "third.sql:20: 'occurred_at' must be a TIMESTAMP",
    ]
    assert [text for text in expected if not any(text in problem for problem in found)] == []
    assert caught.value.exit_code == 1


def test_a_file_that_is_not_utf8_is_reported() -> None:
    write("sample", SAMPLE).write_bytes(SAMPLE.encode("gb18030"))
    with pytest.raises(DefinitionError):
        load_catalog()


@pytest.mark.parametrize("end", ["-- the end\n", "; -- the end\n", ";\n\n"])
def test_a_body_may_end_in_a_comment(end: str) -> None:
    write("sample", SAMPLE + end)
    assert load_catalog().select(["sample"])


def test_every_shipped_file_is_proved() -> None:
    assert load_catalog(prove=True).metrics


def test_every_table_and_view_has_a_comment(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        migrate(con, tmp_path)
        bare = con.execute(
            "SELECT table_name AS name FROM duckdb_tables()"
            " WHERE comment IS NULL AND table_name <> '_cskpi_schema'"
            " UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL"
            " ORDER BY name"
        ).fetchall()
    assert bare == []
