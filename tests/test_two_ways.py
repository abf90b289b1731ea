"""The same KPI by SQL over the facts and by Polars over the messages: no line of code is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import duckdb
import polars as pl
import pytest
from blank import fill_blank
from part_built import PartBuilt

from cskpi.ingest.load import LoadOptions, expand_paths, load_file
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.periods import month_period
from cskpi.resources import data_dir
from cskpi.settings import load_settings

Numbers = dict[tuple[str | None, ...], float]

OCTOBER = (datetime.fromisoformat("2026-10-01"), datetime.fromisoformat("2026-11-01"))
MESSAGES = """
SELECT shop_id, conversation_id, customer_id, agent_id, CAST(sender_role AS VARCHAR) AS sender_role,
       occurred_at, occurred_ms, file_id, source_row
FROM messages
"""
BY_AGENT = ("shop_id", "agent_id")
SESSION = "session"

by_customer = pl.col("sender_role") == "customer"
by_human = pl.col("sender_role").is_in(["agent", "assist_bot"])


@dataclass(frozen=True)
class Chats:
    """What the messages say of sessions, waits and days."""

    messages: pl.DataFrame

    @cached_property
    def spoken(self) -> pl.DataFrame:
        """Messages in order with their session: cut where the thread falls silent."""
        thread = pl.coalesce(
            pl.lit("id ") + pl.col("conversation_id"), pl.lit("of ") + pl.col("customer_id")
        )
        frame = self.messages.with_columns(thread=thread).sort(
            "shop_id", "thread", "occurred_ms", "file_id", "source_row"
        )
        of_thread = ("shop_id", "thread")
        silence = pl.col("occurred_ms").diff().over(of_thread)
        reopens = (
            (silence >= timedelta(days=1) // timedelta(milliseconds=1))
            & by_customer
            & (pl.col("sender_role").shift(1).over(of_thread) != "customer")
        )
        starts = silence.is_null() | pl.when(pl.col("conversation_id").is_null()).then(
            silence >= timedelta(minutes=10) // timedelta(milliseconds=1)
        ).otherwise(reopens)
        return (
            frame.with_columns(starts.cum_sum().alias(SESSION))
            .join(self._machines(), on=BY_AGENT, how="left")
            .with_columns(
                place=pl.int_range(pl.len()),
                addressed=pl.when(by_customer & pl.col("is_machine").is_null()).then("agent_id"),
            )
            .with_columns(opening=pl.col("place").filter(by_customer).min().over(SESSION))
        )

    def _machines(self) -> pl.DataFrame:
        return (
            self.messages.group_by(BY_AGENT)
            .agg(((pl.col("sender_role") == "bot").any() & ~by_human.any()).alias("is_machine"))
            .filter("is_machine")
        )

    @cached_property
    def sessions(self) -> pl.DataFrame:
        """The customer's sessions of October with all that is said of one."""
        later = by_human & (pl.col("place") > pl.col("opening"))
        written = (
            self.spoken.filter(by_human & pl.col("agent_id").is_not_null())
            .group_by(SESSION, "agent_id")
            .agg(pl.len().alias("count"), pl.col("place").min())
            .sort(SESSION, "count", "place", descending=[False, True, False])
            .group_by(SESSION, maintain_order=True)
            .agg(pl.col("agent_id").first().alias("wrote_most"))
        )
        return (
            self.spoken.filter(pl.col("opening").is_not_null())
            .group_by(SESSION, maintain_order=True)
            .agg(
                pl.col("shop_id", "occurred_at").first(),
                lasted=(pl.col("occurred_ms").last() - pl.col("occurred_ms").first()) / 1000,
                asked_ms=pl.col("occurred_ms").filter(by_customer).first(),
                replied_ms=pl.col("occurred_ms").filter(later).first(),
                replied_by=pl.col("agent_id").filter(later).first(),
                is_proactive=(by_human & (pl.col("place") < pl.col("opening"))).any(),
                answers=by_human.sum(),
                questions=by_customer.sum(),
                first_addressed=pl.col("addressed").drop_nulls().first(),
            )
            .join(written, on=SESSION, how="left")
            .with_columns(agent_id=pl.coalesce("wrote_most", "first_addressed"))
            .filter(pl.col("occurred_at").is_between(*OCTOBER, closed="left"))
        )

    @cached_property
    def waits(self) -> pl.DataFrame:
        """Runs of the customer's messages, and the human message that ends each of them."""
        before = pl.col("sender_role").replace("assist_bot", "agent").shift(1).over(SESSION)
        spoken = self.spoken.with_columns(
            started=pl.col("occurred_at").first().over(SESSION)
        ).filter(by_customer | by_human)
        asks = by_customer & (before.is_null() | (before != "customer"))
        ends = by_human & (before == "customer")
        return (
            spoken.filter(asks | ends)
            .with_columns(before=pl.col("occurred_ms").shift(1).over(SESSION))
            .filter(by_human, pl.col("started").is_between(*OCTOBER, closed="left"))
            .with_columns(wait=(pl.col("occurred_ms") - pl.col("before")) / 1000)
        )

    @cached_property
    def days(self) -> pl.DataFrame:
        """Days on which a customer wrote, who replied first and who was addressed first."""
        of_day = ("shop_id", "customer_id", "day")
        frame = (
            self.spoken.filter(pl.col("occurred_at").is_between(*OCTOBER, closed="left"))
            .with_columns(day=pl.col("occurred_at").dt.date())
            .sort("occurred_ms", "file_id", "source_row")
            .with_columns(place=pl.int_range(pl.len()))
            .with_columns(said=pl.col("place").filter(by_customer).min().over(of_day))
            .filter(pl.col("place") >= pl.col("said"))
        )
        return frame.group_by(of_day, maintain_order=True).agg(
            is_answered=by_human.any(),
            replied_by=pl.col("agent_id").filter(by_human).first(),
            addressed=pl.col("addressed").drop_nulls().first(),
        )


def _grouped(frame: pl.DataFrame, value: pl.Expr) -> Numbers:
    """The value in all and by shop and agent, as a dictionary."""
    by_name = frame.group_by(BY_AGENT).agg(value.alias("value"))
    whole = frame.select(value.alias("value")).item()
    return {(): whole} | {(shop, agent): number for shop, agent, number in by_name.iter_rows()}


def first_response_time(chats: Chats) -> Numbers:
    answered = chats.sessions.filter(~pl.col("is_proactive"), pl.col("replied_ms").is_not_null())
    wait = (pl.col("replied_ms") - pl.col("asked_ms")) / 1000
    return _grouped(answered.with_columns(agent_id="replied_by"), wait.mean())


def average_response_interval(chats: Chats) -> Numbers:
    return _grouped(chats.waits, pl.col("wait").mean())


def reply_rate(chats: Chats) -> Numbers:
    days = chats.days.with_columns(agent_id=pl.coalesce("replied_by", "addressed"))
    return _grouped(days, pl.col("is_answered").mean())


def unanswered_sessions(chats: Chats) -> Numbers:
    return _grouped(chats.sessions, pl.col("replied_ms").is_null().sum())


def session_duration(chats: Chats) -> Numbers:
    return _grouped(chats.sessions, pl.col("lasted").mean())


def qa_message_ratio(chats: Chats) -> Numbers:
    served = chats.sessions.filter(pl.col("answers") > 0)
    return _grouped(served, pl.col("answers").sum() / pl.col("questions").sum())


def received_customers(chats: Chats) -> Numbers:
    """By agent day by day: on a day that met nobody a customer stands with the unnamed."""
    in_month = pl.col("occurred_at").is_between(*OCTOBER, closed="left")
    of_day = ("shop_id", "customer_id", "day")
    spoken = chats.spoken.filter(in_month).with_columns(day=pl.col("occurred_at").dt.date())
    writers = spoken.filter(by_customer).select(of_day).unique()
    heard = spoken.filter(by_human & (pl.col("place") > pl.col("opening")))
    addressed = spoken.filter(pl.col("addressed").is_not_null()).with_columns(agent_id="addressed")
    columns = (*of_day, "agent_id")
    met = pl.concat([addressed.select(columns), heard.select(columns)]).unique()
    by_name = (
        writers.join(met, on=of_day, how="left")
        .group_by(BY_AGENT)
        .agg(pl.col("customer_id").n_unique())
    )
    people = writers.select("shop_id", "customer_id").n_unique()
    return {(): people} | {(shop, name): count for shop, name, count in by_name.iter_rows()}


WAYS: tuple[Callable[[Chats], Numbers], ...] = (
    first_response_time,
    average_response_interval,
    reply_rate,
    unanswered_sessions,
    received_customers,
    session_duration,
    qa_message_ratio,
)


@pytest.fixture(scope="module")
def sample() -> Iterator[duckdb.DuckDBPyConnection]:
    settings = load_settings({}, environment={})
    with duckdb.connect() as con:
        fill_blank(con)
        for file in expand_paths([data_dir("sample_data")]):
            if file.name.startswith("聊天记录"):
                load_file(con, file, LoadOptions())
        yield PartBuilt.of(con, settings)


@pytest.fixture(scope="module")
def by_sql(sample: duckdb.DuckDBPyConnection) -> dict[str, Numbers]:
    metrics = load_catalog().metrics
    wanted = [m for m in metrics if m.name in {way.__name__ for way in WAYS}]
    found = evaluate(
        sample,
        wanted,
        month_period(OCTOBER[0].date()),
        [(), ("agent",)],
        load_settings({}, environment={}),
        compare=False,
    )
    numbers: dict[str, Numbers] = {way.__name__: {} for way in WAYS}
    for finding in found:
        key = tuple(finding.dimensions.get(name) for name in ("shop", "agent"))
        if finding.value is not None:
            numbers[finding.metric][key if finding.dimensions else ()] = finding.value
    return numbers


@pytest.fixture(scope="module")
def chats(sample: duckdb.DuckDBPyConnection) -> Chats:
    # Arrow's own interface: `.pl()` asks for pyarrow, which is no part of the project.
    return Chats(pl.DataFrame(sample.sql(MESSAGES)))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_facts_and_messages_give_one_number(
    way: Callable[[Chats], Numbers], chats: Chats, by_sql: dict[str, Numbers]
) -> None:
    numbers = way(chats)
    assert len(numbers) > 10
    assert by_sql[way.__name__] == pytest.approx(numbers)
