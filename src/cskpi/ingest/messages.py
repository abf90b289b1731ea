"""Chat messages: keys that make overlapping exports collapse, and one insert for a whole file.

A row with a platform id is known by shop, id, conversation, time and role. A row without one is
known by what it says, and by its ordinal among equals of the file: two identical "在吗" in the same
second are two messages, and stay two when an overlapping export brings them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.clocks import DAY, day_of_clocks
from cskpi.ingest.faults import find_faults
from cskpi.ingest.ledger import Written
from cskpi.ingest.raw import count
from cskpi.ingest.roles import SHOP_SIDE, Roles, prepare_roles
from cskpi.ingest.speakers import settle_speakers
from cskpi.ingest.staging import Numbering, Staging, extra_value
from cskpi.ingest.threads import prepare_threads
from cskpi.ingest.versions import Rank, Versions
from cskpi.store.database import literal

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from cskpi.ingest.ledger import Loading

_COPIED = ("channel", "message_id", "message_kind", "is_transfer", "order_id", "text")
NO_INSTANT = "CAST(NULL AS BIGINT)"
_COMPARED = (
    *("channel", "conversation_id", "message_id", "customer_id", "agent_id", "message_kind"),
    *("is_transfer", "order_id", "text", "extra"),
)
"""What another export of the same message may say more of."""


def write_messages(
    con: duckdb.DuckDBPyConnection, staging: Staging, numbering: Numbering, loading: Loading
) -> Written:
    """Insert the messages of a chat export that are new; `faults` then holds the rejected rows.

    Raises:
        InputError: no time column and no day.
    """
    day = loading.day
    has_day = day is not None or DAY in staging.columns
    if "occurred_at" not in staging.columns and day is None:
        raise InputError("no_time_column", columns=", ".join(filter(None, staging.raw.header)))
    roles = prepare_roles(con, staging)
    if staging.match.source.layout.kind == "transcript":
        roles = settle_speakers(con, staging, roles, loading.shown)
    joins = roles.joins
    has_threads = {"message_id", "reply_to_id"} <= set(staging.columns)
    if has_threads:
        prepare_threads(con, staging, roles)
        joins += " LEFT JOIN threads USING (row_no)"
    clock_join = ""
    if has_day:
        staging, clock_join = day_of_clocks(con, staging, day)
        joins += clock_join
    has_faults = find_faults(
        con,
        staging,
        required=() if "occurred_at" not in staging.columns else ("occurred_at",),
        further=[roles.fault] if roles.may_lack else [],
        joins=roles.joins + clock_join,
    )
    layer = f"{staging.layer} AS layer {joins}"
    layer += " ANTI JOIN faults USING (row_no)" if has_faults else ""
    typed = _typed(staging, roles, layer, day, has_threads=has_threads)
    if staging.match.source.layout.kind == "transcript":
        typed = _with_party(typed)
    elif not {"conversation_id", "customer_id", "reply_to_id"} & staging.given:
        typed = _with_only_customer(typed)
    if staging.privacy.hide_customer:
        hidden = staging.privacy.hidden("customer_id")
        typed = f"SELECT * REPLACE ({hidden} AS customer_id) FROM ({typed})"
    return _Rows.of(con, staging, typed).write(numbering, loading)


def _with_only_customer(typed: str) -> str:
    """Give the messages of a file without conversations its customer, where it has only one."""
    only = f"(SELECT CASE WHEN count(DISTINCT customer_id) = 1 THEN min(customer_id) END FROM ({typed}))"
    return f"""
        SELECT * REPLACE (coalesce(customer_id, {only}) AS customer_id,
            coalesce(conversation_id, customer_id, {only}, party) AS party)
        FROM ({typed})
    """


def _with_party(typed: str) -> str:
    """Give the messages of a transcript the customer who wrote last before them, else first after."""
    before = "last_value(customer_id IGNORE NULLS) OVER (ORDER BY row_no)"
    after = (
        "first_value(customer_id IGNORE NULLS) OVER"
        " (ORDER BY row_no ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"
    )
    return f"""
        SELECT * REPLACE (coalesce(conversation_id, customer_id, '') AS party)
        FROM (SELECT * REPLACE (coalesce(customer_id, {before}, {after}) AS customer_id)
              FROM ({typed}))
    """


def _typed(
    staging: Staging, roles: Roles, layer: str, day: date | None, *, has_threads: bool
) -> str:
    """Return the SELECT of all columns but the keys."""
    value, role, sender = staging.value, roles.role, roles.sender
    conversation, customer = value("conversation_id"), value("customer_id")
    own_conversation = conversation
    if has_threads:
        conversation = f"coalesce({conversation}, threads.root)"
        customer = f"coalesce({customer}, threads.customer_id)"
    shop_side = ", ".join(literal(name) for name in SHOP_SIDE)
    if sender != "NULL":
        own = f"CASE WHEN {role} = 'customer' THEN {sender} END"
        customer = f"coalesce({value('customer_id')}, {own}, {customer})"
    if "_to" in staging.columns:
        # A masked name is of no use where the customer's own stands in the same file.
        to = value("_to")
        named = f"CASE WHEN {role} IN ({shop_side}) AND NOT contains({to}, '*') THEN {to} END"
        customer = f"coalesce({customer}, {named})"
    # Without any party the sender keeps the chats of different files apart. Where a chain of
    # replies begins depends on how much of it the file holds, so it is no part of the key.
    party = "''" if has_threads else f"coalesce({own_conversation}, {customer}, {sender}, '')"
    agent = f"coalesce({value('agent_id')}, CASE WHEN {role} IN ({shop_side}) THEN {sender} END)"
    occurred, precision, instant = _time(staging, day)
    copied = ", ".join(f"{value(name)} AS {name}" for name in _COPIED)
    return f"""
        SELECT layer.row_no, coalesce({value("shop_id")}, '') AS shop_id,
            {conversation} AS conversation_id, {customer} AS customer_id,
            {agent if sender != "NULL" else value("agent_id")} AS agent_id, {role} AS sender_role,
            {occurred} AS occurred_at, {precision} AS time_precision, {instant} AS instant_ms, {copied},
            {extra_value(staging)} AS extra, {party} AS party
        FROM {layer}
    """


def _time(staging: Staging, day: date | None) -> tuple[str, str, str]:
    """Return the time of a row, its precision, and its instant where the cell fixes one."""
    column = staging.columns.get("occurred_at")
    if column is None:
        return f"TIMESTAMP '{day} 00:00:00'", "'date'", NO_INSTANT
    if column.is_plain:
        return column.value, "'second'", NO_INSTANT
    form, shape = column.form, column.shape
    instant = f"instant_of_shape({form}, {shape})"
    zone = staging.match.source.preset.timezone
    if zone:
        moment = f"timezone({literal(zone)}, time_of_shape({form}, {shape}, NULL))"
        instant = f"coalesce({instant}, CASE WHEN has_naive_clock({shape}) THEN {moment} END)"
    return column.value, f"time_precision_of({form}, {shape})", f"epoch_ms({instant})"


@dataclass(frozen=True, slots=True)
class _Rows:
    """The acceptable rows of a file; `keyed` is the SELECT of all columns with `message_key`."""

    con: duckdb.DuckDBPyConnection
    keyed: str
    total: int
    first_at: datetime | None
    last_at: datetime | None
    has_ids: bool
    elapsed_ms: str

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, staging: Staging, typed: str) -> _Rows:
        """Give every row its key; equal rows of one file are told apart by their ordinal."""
        total, first_at, last_at = con.execute(
            f"SELECT count(*), min(occurred_at), max(occurred_at) FROM ({typed})"
        ).fetchone() or (0, None, None)
        column = staging.columns.get("message_id")
        has_ids = column is not None
        all_ids = column is not None and column.is_plain and not column.has_null
        keyed = _numbered(con, typed, has_ids=has_ids, all_ids=all_ids)
        elapsed = staging.zones.elapsed_ms(con, first_at, last_at)
        return cls(con, keyed, total, first_at, last_at, has_ids, elapsed)

    def write(self, numbering: Numbering, loading: Loading) -> Written:
        """Insert what the table does not hold yet, and settle what exports say differently."""
        period = {"first_at": self.first_at, "last_at": self.last_at}
        span = "occurred_at BETWEEN $first_at AND $last_at"
        known_count = self.con.execute(
            f"SELECT count(*) FROM messages WHERE {span}", period
        ).fetchone()
        has_known = bool(known_count and known_count[0])
        updated = 0
        unknown = ""
        if has_known:
            self.con.execute(
                "CREATE OR REPLACE TEMP TABLE known_messages AS"
                f" SELECT message_key FROM messages WHERE {span}",
                period,
            )
            unknown = "ANTI JOIN known_messages USING (message_key)"
            if loading.may_update:
                updated = self._settle(numbering, loading)
        inserted = self.con.execute(
            f"""
            INSERT INTO messages BY NAME
            SELECT message_key, shop_id, channel, conversation_id, message_id, customer_id,
                agent_id, sender_role, occurred_at,
                CASE WHEN time_precision <> 'date' THEN {self.elapsed_ms} END AS occurred_ms,
                time_precision, message_kind, is_transfer, order_id, text,
                text_hash_of(text) AS text_hash, extra, {loading.file_id} AS file_id,
                {numbering.source_row} AS source_row
            FROM ({self.keyed}) AS keyed {unknown} {numbering.join}
            """
        ).fetchone()
        accepted = int(inserted[0] if inserted else 0) + updated
        return Written(
            accepted,
            self.total - accepted,
            self.first_at,
            self.last_at,
            exported_at=self.last_at,
        )

    def _settle(self, numbering: Numbering, loading: Loading) -> int:
        """Bring messages that another export knows too up to what the latest says of them."""
        compared = ", ".join(
            f"CAST(keyed.{name} AS {'BOOLEAN' if name == 'is_transfer' else 'VARCHAR'}) AS {name}"
            for name in _COMPARED
        )
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE changed_messages AS
            SELECT keyed.row_no, keyed.message_key, {compared},
                {numbering.source_row} AS source_row
            FROM ({self.keyed}) AS keyed JOIN messages AS known USING (message_key)
                {numbering.join}
            WHERE known.occurred_at BETWEEN $first_at AND $last_at
            """,
            {"first_at": self.first_at, "last_at": self.last_at},
        )
        if not count(self.con, "changed_messages"):
            return 0
        rank = Rank(loading.file_id, self.last_at, loading.sha256)
        Versions(self.con, rank).settle(
            "messages",
            ("message_key",),
            _COMPARED,
            "changed_messages",
            {"text_hash": "text_hash_of(chosen.text)"},
        )
        return count(self.con, "settled_rows")


def _numbered(con: duckdb.DuckDBPyConnection, typed: str, *, has_ids: bool, all_ids: bool) -> str:
    key, likeness = _keys(has_ids=has_ids, all_ids=all_ids)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE repeated AS
        SELECT likeness FROM (SELECT {likeness} AS likeness FROM ({typed}))
        GROUP BY likeness HAVING count(*) > 1
        """
    )
    if not count(con, "repeated"):
        first = key if all_ids else f"{key} || '#1'"
        if has_ids and not all_ids:
            first = f"{key} || CASE WHEN message_id IS NULL THEN '#1' ELSE '' END"
        return f"SELECT *, md5_number({first}) AS message_key FROM ({typed})"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ordinals AS
        SELECT row_no, row_number() OVER (PARTITION BY base_key ORDER BY row_no) AS nth,
            count(*) OVER (PARTITION BY base_key) AS equals
        FROM (SELECT row_no, md5_number({key}) AS base_key FROM ({typed})
              WHERE {likeness} IN (SELECT likeness FROM repeated))
        """
    )
    ordinal = "CASE WHEN message_id IS NULL THEN '#' || coalesce(nth, 1) ELSE '' END"
    # Of rows with one id, the last is what the export says at its end.
    return f"""
        SELECT *, md5_number({key} || {ordinal}) AS message_key
        FROM ({typed}) LEFT JOIN ordinals USING (row_no)
        WHERE message_id IS NULL OR nth IS NULL OR nth = equals
    """


def _keys(*, has_ids: bool, all_ids: bool) -> tuple[str, str]:
    """What tells messages apart, and a far cheaper likeness that equal keys share."""
    moment = "CAST(epoch_us(occurred_at) AS VARCHAR)"
    known_by = ["shop_id", "coalesce(message_id, '')", "party", moment, "sender_role"]
    said = ["shop_id", "party", moment, "sender_role", "coalesce(text, '')"]
    by_id, by_text = (f"concat_ws(chr(31), {', '.join(p)})" for p in (known_by, said))
    by_name, by_content = "hash(message_id, party)", "hash(party, occurred_at, text)"
    if all_ids:
        return by_id, by_name
    if not has_ids:
        return by_text, by_content
    return (
        f"CASE WHEN message_id IS NULL THEN {by_text} ELSE {by_id} END",
        f"CASE WHEN message_id IS NULL THEN {by_content} ELSE {by_name} END",
    )
