"""What `cskpi map` says: the candidates, and what each header of a file would be read as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cskpi.ingest.detect import describe_requirement
from cskpi.present.cells import text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Column, Row, Table
from cskpi.present.masking import mask_text
from cskpi.present.terminal import write_table
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.ingest.detect import Match
    from cskpi.ingest.proposal import ColumnProposal, Proposal

SAMPLE_CHARACTERS = 16
PEOPLE = frozenset({"customer_id", "_to", "_sender"})
"""Columns that name people: of their samples only the first character is shown."""


def write_proposals(proposals: Sequence[Proposal]) -> None:
    """Print the candidates of each table with their scores, then its columns with samples."""
    for proposal in proposals:
        write_table(_candidates(proposal))
        write_table(_columns(proposal))


def _candidates(proposal: Proposal) -> Table:
    columns = (
        Column(say("map.candidate")),
        Column(say("load.kind")),
        Column(say("map.score")),
        Column(say("map.missing")),
    )
    rows = tuple(
        Row(
            (
                text_cell(match.source.name),
                text_cell(match.source.target),
                text_cell(f"{match.score:g}"),
                text_cell(one_line(_missing(match)) or "–"),
            )
        )
        for match in proposal.candidates
    )
    return Table(columns, rows, caption=proposal.sheet or "", empty=say("map.nothing"))


def _missing(match: Match) -> str:
    return "; ".join(describe_requirement(match.source, need) for need in match.missing)


def _columns(proposal: Proposal) -> Table:
    columns = (
        Column(say("map.header")),
        Column(say("map.samples"), rank=2),
        Column(say("map.column")),
        Column(say("map.basis")),
    )
    rows = tuple(
        Row(
            (
                text_cell(one_line(column.header) or "–"),
                text_cell(say("format.list_comma").join(_samples(column)) or "–"),
                text_cell(column.column or "–"),
                text_cell(say(f"map_basis.{'private' if column.is_private else column.basis}")),
            )
        )
        for column in proposal.columns
    )
    return Table(columns, rows)


def _samples(column: ColumnProposal) -> list[str]:
    if column.is_private or column.column in PEOPLE:
        return [f"{sample.strip()[:1]}**" for sample in column.samples]
    return [mask_text(one_line(sample))[:SAMPLE_CHARACTERS] for sample in column.samples]
