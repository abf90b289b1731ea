"""The committed sample shows what its README says; the truth comes from the simulator, not from us."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from blank import fill_blank

from cskpi.enrichment import enrich
from cskpi.ingest.load import FileReport, LoadOptions, expand_paths, load_file
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.coverage import coverage
from cskpi.metrics.evaluate import evaluate
from cskpi.model.build import build_model
from cskpi.periods import Period, resolve_period
from cskpi.resources import data_dir
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from cskpi.metrics.finding import Finding

EXPECTED = tomllib.loads((data_dir("sample_data") / "expected.toml").read_text(encoding="utf-8"))
INSPECTION = Path(__file__).parents[1] / "scripts" / "sample" / "inspection.toml"
SETTINGS = load_settings({}, environment={})
MONTHS = ("2026-09", "2026-10")


@pytest.fixture(scope="module")
def sample() -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, FileReport]]]:
    with duckdb.connect() as con:
        fill_blank(con)
        files = expand_paths([data_dir("sample_data")])
        reports = {f.name: r for f in files for r in load_file(con, f, LoadOptions())}
        build_model(con, SETTINGS)
        yield con, reports


def month(label: str) -> Period:
    period = resolve_period(month=label)
    assert period is not None
    return period


LOOKED_AT = (
    *("received_customers", "unanswered_sessions", "first_response_time", "session_duration"),
    *("response_timeout_rate", "csat_score", "complaint_rate", "peak_hour_volume", "agent_sales"),
    *("inquiry_conversion_rate", "average_order_value"),
)


@cache
def totals(con: duckdb.DuckDBPyConnection, label: str) -> dict[str, Finding]:
    found = evaluate(con, load_catalog().select(list(LOOKED_AT)), month(label), [()], SETTINGS)
    return {finding.metric: finding for finding in found}


@pytest.mark.parametrize("name", EXPECTED["files"])
def test_every_file_is_recognised_and_every_row_accounted_for(sample: Any, name: str) -> None:
    _, reports = sample
    expected, report = EXPECTED["files"][name], reports[name]
    assert report.kind == expected["kind"]
    assert (
        report.rows_read,
        report.rows_accepted,
        report.rows_duplicate,
        report.rows_rejected,
    ) == (expected["rows"], expected["accepted"], expected["duplicate"], expected["rejected"])
    if expected["encoding"] != "xlsx":
        assert report.encoding == expected["encoding"]


@pytest.mark.parametrize("label", MONTHS)
def test_the_months_are_the_simulators_own(sample: Any, label: str) -> None:
    con, _ = sample
    truth, found = EXPECTED["months"][label], totals(con, label)
    for name in (
        "received_customers",
        "unanswered_sessions",
        "first_response_time",
        "response_timeout_rate",
        "csat_score",
        "complaint_rate",
        "peak_hour_volume",
        "inquiry_conversion_rate",
    ):
        assert found[name].value == pytest.approx(truth[name], abs=1e-6), name
    assert found["first_response_time"].median == truth["first_response_time_median"]
    assert found["first_response_time"].sample_size == truth["first_response_sessions"]
    assert found["session_duration"].sample_size == truth["customer_sessions"]
    assert found["csat_score"].sample_size == truth["csat_ratings"]
    assert found["inquiry_conversion_rate"].denominator == truth["presale_customer_days"]


def test_agent_sales_and_silent_sales_are_the_shops_sales(sample: Any) -> None:
    con, _ = sample
    for label in MONTHS:
        truth, found = EXPECTED["months"][label], totals(con, label)
        assert found["average_order_value"].numerator == truth["paid_amount"]
        silent = con.execute(
            "SELECT coalesce(sum(paid_amount), 0) FROM order_attribution WHERE rule ="
            " 'created_first' AND basis = 'last' AND credited_for IS NULL AND strftime(paid_at, '%Y-%m') = ?",
            [label],
        ).fetchone()
        assert silent is not None
        assert found["agent_sales"].value == pytest.approx(truth["paid_amount"] - float(silent[0]))


def test_october_is_worse_than_september_as_told(sample: Any) -> None:
    con, _ = sample
    before, after = totals(con, "2026-09"), totals(con, "2026-10")
    worse = {"first_response_time": 1, "complaint_rate": 1, "csat_score": -1}
    for name, sign in worse.items():
        september, october = before[name].value, after[name].value
        assert september is not None
        assert october is not None
        assert sign * october > sign * september
        assert after[name].previous == september


def test_the_faults_on_purpose_are_found(sample: Any) -> None:
    con, _ = sample
    found = coverage(con, month("2026-10"))
    assert list(found.days_without_data) == EXPECTED["period"]["days_without_data"]
    assert dict(found.uneven) == {"last_year": 31}
    assert list(found.agents_unknown) == EXPECTED["period"]["unknown_agents"]
    assert found.has["messages"] == EXPECTED["period"]["messages"]


@pytest.fixture(scope="module")
def read(sample: Any) -> duckdb.DuckDBPyConnection:
    """The sample with its texts read."""
    con: duckdb.DuckDBPyConnection = sample[0]
    enrich(con, SETTINGS)
    return con


def said(con: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    """Return when and in what words the messages of a query were written."""
    rows = con.execute(
        f"SELECT messages.occurred_at, messages.text FROM ({sql}) AS found INNER JOIN messages"
        " ON found.row_key = messages.source_row * 1000000 + messages.file_id"
    ).fetchall()
    return {f"{moment:%m-%d %H:%M:%S} {text}" for moment, text in rows}


def test_every_statement_against_the_knowledge_base_is_found_and_no_other(read: Any) -> None:
    found = said(read, "SELECT row_key FROM agent_statements WHERE verdict = 'contradicts'")
    assert found == set(EXPECTED["inspection"]["contradictions"])
    agreeing = said(read, "SELECT row_key FROM agent_statements WHERE verdict = 'agrees'")
    assert len(agreeing) == pytest.approx(EXPECTED["inspection"]["facts_agreed"], rel=0.1)
    told = {story["key"]: story["values"] for story in EXPECTED["stories"]}["contradictions"]
    (shares,) = read.execute(
        "SELECT avg(CASE WHEN verdict = 'agrees' THEN 1 ELSE 0 END)"
        " FILTER (agent_id LIKE '%:豆豆' AND kb_id IS NOT NULL),"
        " avg(CASE WHEN verdict = 'agrees' THEN 1 ELSE 0 END)"
        " FILTER (agent_id NOT LIKE '%:豆豆' AND kb_id IS NOT NULL) FROM agent_statements"
    ).fetchall()
    assert shares[0] == pytest.approx(1 - told["newcomer_wrong"] / told["newcomer"], abs=0.05)
    assert shares[1] == pytest.approx(1 - told["wrong"] / told["others"], abs=0.02)


def test_repeated_scripts_are_found(read: Any) -> None:
    planted = set(EXPECTED["inspection"]["repeated_lines"])
    found = said(read, "SELECT row_key FROM agent_replies WHERE is_repeated")
    assert len(found & planted) >= 0.9 * len(planted)
    assert len(found - planted) <= 0.1 * len(planted)


def test_half_of_the_replies_off_topic_are_found_and_few_others(read: Any) -> None:
    planted = {
        text
        for slip in tomllib.loads(INSPECTION.read_text(encoding="utf-8"))["slips"]
        if slip["kind"].startswith("off_topic")
        for text in slip["texts"]
    }
    rows = read.execute("SELECT reply FROM agent_replies WHERE is_off_topic").fetchall()
    meant = [any(text.replace("，", ",") in reply for text in planted) for (reply,) in rows]
    assert sum(meant) >= 12
    assert len(meant) - sum(meant) <= 4


def test_leaked_numbers_and_the_insult_are_found(read: Any) -> None:
    signals = ("is_insult", "has_id_number", "has_bank_card", "has_email")
    kinds = ("insult", "leak_id_number", "leak_bank_card", "leak_email")
    counts = ", ".join(f"count(*) FILTER ({name})" for name in signals)
    found = read.execute(
        f"SELECT {counts} FROM message_forms JOIN message_signals USING (form_no) WHERE actor = 2"
    ).fetchone()
    assert found == tuple(EXPECTED["inspection"][kind] for kind in kinds)
