"""Writes the generated parts of README.md and docs/: commands, KPIs, tables, exports; `--check` compares.

A generated block stands between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import emotion_quality
import inspection_quality
import kpi_quality
import shop_quality
import text_quality
from exports_page import columns, platforms
from typer.testing import CliRunner

from cskpi.cli import app
from cskpi.metrics.catalog import load_catalog
from cskpi.present.formatting import format_target
from cskpi.store.migrations import steps
from cskpi.texts import Lang, say, set_language

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric

ROOT = Path(__file__).parents[1]
FIX = "make docs rewrites it"
COMMANDS = (
    *(
        "demo",
        "load",
        "map",
        "report",
        "findings",
        "kpi",
        "rank",
        "explain",
        "check",
        "control",
        "gaming",
    ),
    *("board", "pack", "run", "qa", "sentiment"),
    *("agents", "platform", "query", "status", "catalog", "purge"),
)


def commands(lang: Lang) -> str:
    """Return the list of commands."""
    set_language(lang)
    lines = [f"- `cskpi {name}`：{say(f'help.{name}')}" for name in COMMANDS]
    return "\n".join(lines if lang == "zh" else [line.replace("：", ": ", 1) for line in lines])


def kpi_table(lang: Lang) -> str:
    """Return the table of KPIs."""
    set_language(lang)
    catalog = load_catalog()
    heads = {
        "zh": "| 分组 | 指标 | 名称 | 含义 | 目标 |",
        "en": "| Group | KPI | Name | Meaning | Target |",
    }[lang]
    rows = [
        f"| {catalog.groups[m.group][lang]} | {m.labels[lang]}{' ★' if m.headline else ''} "
        f"| `{m.name}` | {m.descriptions[lang]} | {_target(m)} |"
        for m in catalog.own()
    ]
    return "\n".join([heads, "|---|---|---|---|---|", *rows])


def kpi_pages() -> str:
    """Return every KPI with formula, parameters, source and SQL."""
    set_language("zh")
    return "\n".join(_kpi_page(metric) for metric in load_catalog().metrics)


def cli_reference() -> str:
    """Return the help of every command, as the program prints it."""
    set_language("zh")
    pages = []
    for words in ((), *((name,) for name in COMMANDS)):
        # A fixed width and no colour keep the text the same on every machine.
        result = CliRunner().invoke(
            app,
            [*words, "--help"],
            prog_name="cskpi",
            env={"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"},
        )
        text = "\n".join(line.rstrip() for line in result.stdout.strip("\n").splitlines())
        pages.append(f"## cskpi {' '.join(words)}".rstrip() + f"\n\n```text\n{text}\n```\n")
    return "\n".join(pages).rstrip("\n")


def table_reference() -> str:
    """Return the tables of the database with their columns and meanings."""
    with duckdb.connect() as con:
        for _, step in steps():
            con.execute(step.read_text(encoding="utf-8"))
        tables = con.execute(
            "SELECT table_name, comment FROM duckdb_tables() ORDER BY table_oid"
        ).fetchall()
        columns = con.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns()"
            " WHERE schema_name = 'main' AND NOT internal ORDER BY table_oid, column_index"
        ).fetchall()
    lines = []
    for table, comment in tables:
        lines += [
            f"## {table}",
            "",
            comment or "",
            "",
            "| column | type | meaning |",
            "|---|---|---|",
        ]
        lines += [
            f"| `{c}` | {kind} | {text or ''} |" for t, c, kind, text in columns if t == table
        ]
        lines.append("")
    return "\n".join(lines).rstrip("\n")


BLOCKS: dict[str, Callable[[], str]] = {
    "commands-zh": lambda: commands("zh"),
    "commands-en": lambda: commands("en"),
    "kpis-zh": lambda: kpi_table("zh"),
    "kpis-en": lambda: kpi_table("en"),
    "kpi-pages": kpi_pages,
    "cli": cli_reference,
    "tables": table_reference,
    "exports-zh": lambda: platforms("zh"),
    "exports-en": lambda: platforms("en"),
    "exports-columns": columns,
    "text-quality": text_quality.page,
    "emotion-quality": emotion_quality.page,
    "inspection-quality": lambda: f"{inspection_quality.page()}\n\n{shop_quality.page()}",
    "kpi-quality": kpi_quality.page,
}


def _kpi_page(metric: Metric) -> str:
    parameters = ", ".join(f"`{name}` = {_shown(item)}" for name, item in metric.params.items())
    facts = [
        f"**{metric.labels['zh']}** / {metric.labels['en']}",
        f"- {metric.descriptions['zh']}",
        f"- {metric.descriptions['en']}",
        f"- 公式 / formula: {metric.formula['zh']} / {metric.formula['en']}",
        f"- 统计单位 / counted: {metric.grain}; 类型 / type: {metric.type} ({metric.unit})",
        f"- 数据 / needs: {', '.join(f'`{source}`' for source in metric.sources)}",
        f"- 依据 / source: {metric.origin}; v{metric.version}",
    ]
    if parameters:
        facts.append(f"- 参数 / parameters: {parameters}")
    if metric.profile is not None:
        facts += _profile_facts(metric)
    if metric.target:
        facts.append(f"- 目标 / target: {_target(metric)}")
    body = "\n".join(facts)
    return f"## {metric.name}\n\n{body}\n\n```sql\n{metric.body}\n```\n"


def _profile_facts(metric: Metric) -> list[str]:
    differs = metric.differs or {"zh": "", "en": ""}
    since, until = metric.effective_from or "?", metric.effective_to or "…"
    return [
        f"- 口径 / whose: {metric.profile}; 衡量 / measures: {metric.measures}",
        f"- 可靠程度 / evidence: {metric.evidence}; 有效期 / in force: {since} – {until}",
        f"- 与本店口径的不同 / differs: {differs['zh']} / {differs['en']}",
    ]


def _shown(item: object) -> str:
    return f"setting `{item['setting']}`" if isinstance(item, dict) else f"`{item}`"


def _target(metric: Metric) -> str:
    if metric.target is None:
        return ""
    return format_target(metric.target.good, metric.unit, metric.direction)


def _rendered(text: str) -> str:
    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n{BLOCKS[match[2]]()}\n{match[3]}"

    pattern = re.compile(r"(<!-- generated: ([\w-]+) -->)\n.*?(<!-- end -->)", re.DOTALL)
    return pattern.sub(fill, text)


def _pages() -> Iterable[Path]:
    yield from (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def main() -> int:
    """Rewrite the pages, or with `--check` say which are out of date."""
    stale = []
    pages = {path: _rendered(path.read_text(encoding="utf-8")) for path in _pages()}
    for path, fresh in {**pages, kpi_quality.FILE: kpi_quality.stated()}.items():
        text = path.read_text(encoding="utf-8")
        if fresh != text:
            stale.append(path.relative_to(ROOT))
            if "--check" not in sys.argv:
                path.write_text(fresh, encoding="utf-8")
    if "--check" in sys.argv and stale:
        print(f"out of date: {', '.join(map(str, stale))}; {FIX}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
