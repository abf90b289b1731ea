"""Parts of the report as documents of their own: a page an agent can be handed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.present.cleaning import one_line
from cskpi.present.document import AgentPage, DefinitionList, Document, Section

if TYPE_CHECKING:
    from cskpi.present.document import Row, Table

_NAME_CHARACTERS = 40


def agent_documents(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield a file name without ending, and the document, for each agent's page of a report.

    A page holds nobody else's numbers but the team's it is compared with, and the definitions of
    what stands on it.
    """
    pages = [b for s in document.sections for b in s.blocks if isinstance(b, AgentPage)]
    width = len(str(len(pages)))
    for number, page in enumerate(pages, start=1):
        section = Section(page.id, page.name, page.name, (page,))
        defined = tuple(_definitions(document, _refs(page)))
        yield (
            f"{number:0{width}}-{file_name(page.name)}",
            replace(document, subtitle=page.shop, sections=(section, *defined), examples=()),
        )


def file_name(text: str) -> str:
    """Return text as part of a file name: letters and digits only, whatever a file may be called."""
    words = re.findall(r"\w+", one_line(text))
    return "-".join(words)[:_NAME_CHARACTERS].strip("-_") or "_"


def _refs(page: AgentPage) -> set[str]:
    refs = {column.ref for column in page.scorecard.columns}
    refs |= {c.about.ref for row in page.scorecard.rows for c in row.cells if c.about}
    refs |= {s.ref.removeprefix("def-") for s in (*page.strengths, *page.weaknesses)}
    return refs - {""}


def _definitions(document: Document, refs: set[str]) -> Iterator[Section]:
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, DefinitionList):
                items = tuple(item for item in block.items if item.ref in refs)
                terms = {item.term for item in items}
                table = replace(block.table, rows=tuple(_rows_of(block.table, terms)))
                yield replace(section, blocks=(replace(block, items=items, table=table),))


def _rows_of(table: Table, terms: set[str]) -> list[Row]:
    return [row for row in table.rows if any(cell.text in terms for cell in row.cells)]
