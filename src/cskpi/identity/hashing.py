"""Keyed hashes of ids: the same id always gives the same text, which nobody without the key can undo.

A plain hash of a nick is undone by trying nicks; HMAC-SHA256 with a random key is not. The key lies
outside the database, so that the file alone gives nobody away.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_config_path

from cskpi.errors import UsageError

if TYPE_CHECKING:
    from cskpi.settings import Settings

KEY_BYTES = 32
BLOCK_BYTES = 64
"""Block size of SHA-256, to which HMAC fills up the key."""

PREFIX = "h_"
KEPT_DIGITS = 32
HASHED = "^h_[0-9a-f]{32}$"
"""What a hashed id looks like."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Keyed hashes, in SQL for tables and in Python for one id; both give the same."""

    key: bytes

    def hash_sql(self, sql: str) -> str:
        """Return the SQL of the hash of a VARCHAR expression: `h_` and 32 hex digits; NULL is NULL."""
        inner, outer = (self._pad(byte).hex() for byte in (0x36, 0x5C))
        digest = f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode({sql}))))"
        return f"('{PREFIX}' || left({digest}, {KEPT_DIGITS}))"

    def customer_sql(self, sql: str) -> str:
        """Return the SQL of a customer's id as it is stored.

        A masked nick (`t**1`) stays as it is: it names nobody, and hashed it would no longer be
        known as one that joins nothing. What is a hash already stays too. NULL is NULL.
        """
        return (
            f"CASE WHEN contains({sql}, '*') OR {sql} = '' OR regexp_matches({sql}, '{HASHED}')"
            f" THEN {sql} ELSE {self.hash_sql(sql)} END"
        )

    def purged_sql(
        self, shop: str, *, customer: str = "NULL", conversation: str = "NULL", order: str = "NULL"
    ) -> str:
        """Return the SQL condition under which a row to be loaded is of somebody purged.

        Args are SQL expressions of the ids as the export gives them; never NULL itself. Worth asking
        only where `purged_ids` holds rows: it hashes every id.
        """
        kept = "SELECT shop_id || chr(31) || id_hash FROM purged_ids WHERE id_kind"
        ids = {"customer": customer, "conversation": conversation, "order": order}
        tests = [
            f"coalesce({shop} || chr(31) || {self.stored_sql(sql)} IN ({kept} = '{kind}'), FALSE)"
            for kind, sql in ids.items()
            if sql != "NULL"
        ]
        if customer != "NULL":
            anywhere = f"chr(31) || {self.stored_sql(customer)}"
            tests.append(f"coalesce({anywhere} IN ({kept} = 'customer'), FALSE)")
        return f"({' OR '.join(tests)})" if tests else "FALSE"

    def stored_sql(self, sql: str) -> str:
        """Return the SQL of an id as `purged_ids` keeps it: hashed, unless it is a hash already."""
        return (
            f"CASE WHEN regexp_matches({sql}, '{HASHED}') THEN {sql} ELSE {self.hash_sql(sql)} END"
        )

    def hash(self, text: str) -> str:
        """Return the hash of one id."""
        digest = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        return f"{PREFIX}{digest[:KEPT_DIGITS]}"

    def _pad(self, byte: int) -> bytes:
        return bytes(part ^ byte for part in self.key.ljust(BLOCK_BYTES, b"\0"))


def key_path(settings: Settings) -> Path:
    """Return where the key lies: the setting `pii.key_file`, else beside the user's settings."""
    told = settings.text("pii.key_file")
    return Path(told) if told else user_config_path("cskpi") / "pii.key"


def pseudonyms(settings: Settings) -> Pseudonyms:
    """Return the hashes under the user's key, which is made at first use, for its owner alone.

    Raises:
        UsageError: the key file holds no key, or cannot be read or made.
    """
    path = key_path(settings)
    try:
        _make_key(path)
        text = path.read_text(encoding="ascii").strip()
        key = bytes.fromhex(text)
    except (OSError, ValueError) as error:
        raise UsageError("key_unreadable", path=path, cause=type(error).__name__) from None
    if len(key) != KEY_BYTES:
        raise UsageError("key_unreadable", path=path, cause=f"{len(key)} bytes")
    return Pseudonyms(key)


def known_forms(customer: str, settings: Settings) -> list[str]:
    """Return an id as given and, where there is a key, as it is stored hashed."""
    if not key_path(settings).exists():
        return [customer]
    return [customer, pseudonyms(settings).hash(customer)]


def _make_key(path: Path) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: of two processes at once the first one's key stands, and
    # nobody ever reads half a key.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(KEY_BYTES)}\n")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
