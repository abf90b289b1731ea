"""A bare prototype of the main job in plain SQL: what the machine charges for the work itself.

    python benchmarks/prototype.py messages.csv prototype.duckdb

One table read from the file as it is, turns and sessions by window functions, twenty ratios and five
durations with quantiles in five groupings. No ledger, no rejects, no identities, no orders, no report:
the figure to hold cskpi against on another machine than the one the reach in seconds was set on.
"""

from __future__ import annotations

import sys
import time

import duckdb

LOAD = """
CREATE TABLE messages AS
SELECT row_number() OVER () AS row_no, * FROM read_csv(?)
"""
TURNS = """
CREATE TABLE turns AS
WITH spoken AS (
    SELECT "店铺" AS shop, "会话ID" AS session_id, "渠道" AS channel, row_no,
        "发送时间" AS occurred_at, "账号类型" = '客户' AS is_customer,
        "账号类型" = '客服' AS is_human, "客服" AS agent
    FROM messages
    WHERE "账号类型" IN ('客户', '客服')
), runs AS (
    SELECT *, sum(CASE WHEN is_customer AND before IS DISTINCT FROM TRUE THEN 1 ELSE 0 END)
        OVER (PARTITION BY shop, session_id ORDER BY occurred_at, row_no) AS turn_no
    FROM (SELECT *, lag(is_customer) OVER (
              PARTITION BY shop, session_id ORDER BY occurred_at, row_no) AS before
          FROM spoken)
)
SELECT shop, session_id, turn_no, any_value(channel) AS channel,
    min(CASE WHEN is_customer THEN occurred_at END) AS asked_at,
    min(CASE WHEN is_human THEN occurred_at END) AS replied_at,
    arg_min(agent, CASE WHEN is_human THEN occurred_at END) AS agent,
    max(occurred_at) AS ended_at, count(*) AS messages,
    count(CASE WHEN is_human THEN 1 END) AS human_messages
FROM runs
GROUP BY shop, session_id, turn_no
"""
SESSIONS = """
CREATE TABLE sessions AS
SELECT shop, session_id, any_value(channel) AS channel, arg_min(agent, replied_at) AS agent,
    CAST(min(asked_at) AS DATE) AS day, count(*) AS turns,
    date_diff('second', min(asked_at), min(replied_at)) AS first_reply,
    date_diff('second', min(asked_at), max(ended_at)) AS duration,
    avg(date_diff('second', asked_at, replied_at)) AS mean_reply,
    max(date_diff('second', asked_at, replied_at)) AS longest_reply,
    sum(messages) AS messages, sum(human_messages) AS human_messages,
    count(replied_at) AS answered
FROM turns
GROUP BY shop, session_id
"""
GROUPS = "GROUPING SETS ((), (agent), (day), (shop), (channel))"
SHARES = (15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
MEASURES = ("first_reply", "duration", "mean_reply", "longest_reply", "messages")


def ratios() -> str:
    """Return twenty ratios in five groupings as one query."""
    shares = [f"avg(CASE WHEN first_reply <= {seconds} THEN 1 ELSE 0 END)" for seconds in SHARES]
    shares += [f"avg(CASE WHEN longest_reply <= {seconds} THEN 1 ELSE 0 END)" for seconds in SHARES]
    return (
        f"SELECT agent, day, shop, channel, count(*), {', '.join(shares)}"
        f" FROM sessions GROUP BY {GROUPS}"
    )


def durations() -> str:
    """Return mean, median and P90 of five measures in five groupings as one query."""
    figures = ", ".join(
        f"avg({name}), quantile_cont({name}, 0.5), quantile_cont({name}, 0.9)" for name in MEASURES
    )
    return f"SELECT agent, day, shop, channel, {figures} FROM sessions GROUP BY {GROUPS}"


def main() -> None:
    """Run the steps and print the seconds of each."""
    file, db = sys.argv[1:]
    steps = {
        "load": (LOAD, [file]),
        "turns": (TURNS, []),
        "sessions": (SESSIONS, []),
        "ratios": (ratios(), []),
        "durations": (durations(), []),
    }
    with duckdb.connect(db, config={"memory_limit": "4GB", "threads": "2"}) as con:
        for name, (sql, values) in steps.items():
            started = time.perf_counter()
            con.execute(sql, values).fetchall()
            print(f"{name} {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
