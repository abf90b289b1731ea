"""Personal data in shown chat text, masked unless the user asks to see it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from cskpi.enrich.personal import KINDS, find_personal
from cskpi.enrich.recipients import announced

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPACED = r"[ \-]?"
_MOBILE = re.compile(
    rf"(?<!\d)((?:\+?86{_SPACED})?1[3-9]\d){_SPACED}\d{{4}}{_SPACED}(\d{{4}})(?!\d)"
)
_IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_EMAIL = re.compile(r"([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+\.[A-Za-z]{2,})")
_LONG_NUMBER = re.compile(r"(?<![\dA-Za-z*])([A-Za-z]{0,3}\d{3})\d{5,}(\d{3})(?!\d)")
_KEPT_ENDS = 3
_PRIVATE = frozenset((*KINDS, "shop_contact"))
_MADE_ID = re.compile(r"^(.+)@(\d{8}T\d{6}.*)$", re.DOTALL)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def mask_text(text: str) -> str:
    """Return text with mobile numbers, identity numbers and e-mail addresses masked."""
    plain = text.translate(_FULL_WIDTH)
    plain = _MOBILE.sub(r"\1****\2", plain)
    plain = _IDENTITY.sub(r"\1********\2", plain)
    return _EMAIL.sub(r"\1***\2", plain)


def mask_quote(text: str, names: Iterable[str] = ()) -> str:
    """Return a quoted message with personal data masked, rather too much than too little.

    Masked are the personal data the text engine finds, what is announced as a name or an address,
    the customer's own `names`, and every long number (orders, parcels, cards).
    """
    text = mask_personal(text)
    for name in sorted({name for name in names if name}, key=len, reverse=True):
        text = text.replace(name, mask_name(name))
    return _LONG_NUMBER.sub(r"\1****\2", text)


def mask_personal(text: str) -> str:
    """Return text with the personal data the text engine finds and announced names masked.

    Numbers that are no personal data (orders) stay readable.
    """
    folded = "".join(map(_folded, text))
    private = [(f.start, f.end) for f in find_personal(folded) if f.kind in _PRIVATE]
    # From the end, so that the places before stay where they are.
    for start, end in reversed(_joined([*private, *announced(text)])):
        text = f"{text[:start]}{_mask_piece(text[start:end])}{text[end:]}"
    return mask_text(text)


@lru_cache(maxsize=65_536)
def _folded(character: str) -> str:
    """Return a character as the text engine reads it, itself where it would become several."""
    plain = unicodedata.normalize("NFKC", character).lower()
    return plain if len(plain) == 1 else character


def _joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return places in order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _mask_piece(piece: str) -> str:
    """Of a number its ends stay, of anything else its first character."""
    plain = piece.translate(_FULL_WIDTH)
    if _MOBILE.fullmatch(plain):
        return mask_text(plain)
    digits = sum(character.isdecimal() for character in plain)
    if plain.isascii() and digits > 2 * _KEPT_ENDS and digits > len(plain) / 2:
        return f"{plain[:_KEPT_ENDS]}****{plain[-_KEPT_ENDS:]}"
    return mask_name(plain)


def mask_session_id(session_id: str) -> str:
    """Return a session's id, the customer masked in those made of him and the start."""
    return _MADE_ID.sub(lambda match: f"{mask_name(match[1])}@{match[2]}", session_id)


def mask_name(name: str) -> str:
    """Return a customer's name or nick with only its first character left."""
    return f"{name[:1]}***" if name else ""
