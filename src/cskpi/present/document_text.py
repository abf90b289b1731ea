"""A document on a terminal or in a pipe: chapter by chapter, its tables as every table is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.present.cleaning import one_line
from cskpi.present.document import DefinitionList, Note, Sentences
from cskpi.present.streams import write_stdout
from cskpi.present.tables import block_tables
from cskpi.present.terminal import table_text, terminal_width
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.present.document import Document, Section


def document_text(document: Document, *, width: int | None = None, is_styled: bool = False) -> str:
    """Return a document as text; without a width nothing is cut."""
    title = one_line(say("trace.fact", label=document.title, text=document.subtitle))
    lines = [title]
    lines += [say("trace.fact", label=f.label, text=f.cell.text) for f in document.facts]
    parts = ["".join(f"{line}\n" for line in lines)]
    parts += [_section(section, width, is_styled=is_styled) for section in document.sections]
    return "\n".join(parts)


def write_document(document: Document) -> None:
    """Print a document to stdout: coloured on a terminal, plain in a pipe.

    Definitions are left out: `cskpi explain` tells them one by one.
    """
    width = terminal_width()
    told = tuple(section for section in document.sections if not _is_reference(section))
    text = document_text(replace(document, sections=told), width=width, is_styled=width is not None)
    write_stdout(text.encode())


def _is_reference(section: Section) -> bool:
    return all(isinstance(block, DefinitionList) for block in section.blocks)


def _section(section: Section, width: int | None, *, is_styled: bool) -> str:
    lines = [f"{say('board.heading', title=one_line(section.title))}\n"]
    if section.lead:
        lines.append(f"{one_line(section.lead)}\n")
    for block in section.blocks:
        if isinstance(block, Sentences):
            lines += [f"{one_line(sentence.text)}\n" for sentence in block.items]
        elif isinstance(block, Note):
            lines.append(f"{one_line(block.text)}\n")
        else:
            lines += [table_text(t, width=width, is_styled=is_styled) for t in block_tables(block)]
    return "".join(lines)
