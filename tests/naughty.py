"""Words that are dangerous somewhere: in spreadsheets, browsers, terminals, SQL, templates, paths."""

from __future__ import annotations

NAMES = (
    '=HYPERLINK("http://evil.example","点我")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "＝1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "'; DROP TABLE messages; --",
    "%s {0} {name} ${7*7} $period_start",
    "\x1b]52;c;cm0gLXJm\x07小明",
    "\x1b[31m红\x1b[0m \x9b2J",
    "[/b][link=http://x]点我[/link]",
    "客服\u202e员工\u2066",
    "../../etc/passwd",
    "a/b\\c:*?<>|",
    "CON",
    "NaN",
    "👩‍👩‍👧‍👦🏳️‍🌈",
)
"""Names of agents and of customers."""

TEXTS = (
    *NAMES,
    "javascript:alert(1)",
    "]]><!--",
    "&lt;b&gt;&#x3c;",
    "Z̶̭̈́a̷l̸g̵o̷ ﷽",
    "长" * 4000,
    "我的手机13812345678，身份证11010119900307803X",
    "1e309",
    "null",
)
"""What is said in chats."""

FILE_NAMES = (
    "=cmd|'聊天<img src=x onerror=alert(1)>.csv",
    "聊天\x1b[31m\u202e{{7*7}} $(touch x) 13812345678.csv",
)
"""Names of exports, as far as a file system takes them."""

MARKERS = ("alert(1)", "evil.example", "DROP TABLE", "13812345678", "小明", "{{", "passwd")
"""None of these may reach a log or leave the machine."""

CONTROLS = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""What terminals and readers' eyes obey."""
