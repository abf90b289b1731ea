"""Names and addresses that a text announces as such: 收件人：张三."""

from __future__ import annotations

import re

_ANNOUNCED = re.compile(
    r"((?:收件人|收货人|联系人|姓名|名字|收货地址|地址|recipient|full name|address)\s*"
    r"(?:是|为|改成|改为|is\s|[:：])[:：\s]*)(?=[^\s，。,;；!！?？])([^，。,;；\n!！?？]{2,40})",
    re.IGNORECASE,
)


def announced(text: str) -> list[tuple[int, int]]:
    """Return where in a text stands what is said to be a name or an address, as (start, end)."""
    return [match.span(2) for match in _ANNOUNCED.finditer(text)]
