"""Personal data in shown chat text, masked unless the user asks to see it."""

from __future__ import annotations

import re

_SPACED = r"[ \-]?"
_MOBILE = re.compile(
    rf"(?<!\d)((?:\+?86{_SPACED})?1[3-9]\d){_SPACED}\d{{4}}{_SPACED}(\d{{4}})(?!\d)"
)
_IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_EMAIL = re.compile(r"([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+\.[A-Za-z]{2,})")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def mask_text(text: str) -> str:
    """Return text with mobile numbers, identity numbers and e-mail addresses masked."""
    plain = text.translate(_FULL_WIDTH)
    plain = _MOBILE.sub(r"\1****\2", plain)
    plain = _IDENTITY.sub(r"\1********\2", plain)
    return _EMAIL.sub(r"\1***\2", plain)
