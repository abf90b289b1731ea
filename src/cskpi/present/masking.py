"""Personal data in shown chat text, masked unless the user asks to see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPACED = r"[ \-]?"
_MOBILE = re.compile(
    rf"(?<!\d)((?:\+?86{_SPACED})?1[3-9]\d){_SPACED}\d{{4}}{_SPACED}(\d{{4}})(?!\d)"
)
_IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_EMAIL = re.compile(r"([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+\.[A-Za-z]{2,})")
_LANDLINE = re.compile(rf"(?<!\d)(0\d{{2,3}}){_SPACED}\d{{3,4}}\d{{4}}(?!\d)")
_LONG_NUMBER = re.compile(r"(?<![\dA-Za-z])([A-Za-z]{0,3}\d{3})\d{5,}(\d{3})(?!\d)")
_PLACE = r"[\u4e00-\u9fffA-Za-z0-9]{1,12}"
_ADDRESS = re.compile(
    rf"(?:{_PLACE}?(?:省|自治区|市|区|县|镇|乡|街道|路|街|大道|巷|弄|村|小区|花园|公寓|广场|大厦)){{1,}}"
    rf"{_PLACE}?\d+(?:号|栋|幢|座|楼|单元|室|弄)[\u4e00-\u9fffA-Za-z0-9\-]{{0,20}}"
)
_NAMED = re.compile(
    r"((?:收件人|收货人|联系人|姓名|名字|地址|收货地址|recipient|name|address)\s*(?:是|为|改成|改为|is\s|[:：])[:：\s]*)"
    r"(?=[^\s，。,;；!！?？])([^，。,;；\n!！?？]{2,40})"
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def mask_text(text: str) -> str:
    """Return text with mobile numbers, identity numbers and e-mail addresses masked."""
    plain = text.translate(_FULL_WIDTH)
    plain = _MOBILE.sub(r"\1****\2", plain)
    plain = _IDENTITY.sub(r"\1********\2", plain)
    return _EMAIL.sub(r"\1***\2", plain)


def mask_quote(text: str, names: Iterable[str] = ()) -> str:
    """Return a quoted message with personal data masked, rather too much than too little.

    Beyond `mask_text`: landlines, long numbers (orders, parcels, cards), addresses, what is said to
    be a name or an address, and the customer's own `names`.
    """
    plain = mask_text(text)
    for name in sorted({name for name in names if name}, key=len, reverse=True):
        plain = plain.replace(name, mask_name(name))
    plain = _NAMED.sub(lambda match: f"{match[1]}{mask_name(match[2])}", plain)
    plain = _ADDRESS.sub(lambda match: mask_name(match[0]), plain)
    plain = _LANDLINE.sub(r"\1****", plain)
    return _LONG_NUMBER.sub(r"\1****\2", plain)


def mask_name(name: str) -> str:
    """Return a customer's name or nick with only its first character left."""
    return f"{name[:1]}***" if name else ""
