"""Links inside the report: every one leads to a place that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.present.document import AgentPage, DefinitionList, Examples, Sentence, Sentences

if TYPE_CHECKING:
    from cskpi.present.document import Block, Section


def with_sound_links(
    sections: Sequence[Section], renamed: Mapping[str, str]
) -> tuple[Section, ...]:
    """Return sections whose sentences link to ids that exist; others lose their link.

    Args:
        sections: of the whole report.
        renamed: ids of the report by what insights call them.
    """
    known = set(_ids(sections))
    return tuple(
        replace(section, blocks=tuple(_linked(block, known, renamed) for block in section.blocks))
        for section in sections
    )


def _ids(sections: Iterable[Section]) -> Iterable[str]:
    for section in sections:
        yield section.id
        for block in section.blocks:
            if isinstance(block, AgentPage):
                yield block.id
                yield from (example.id for example in block.examples)
            elif isinstance(block, Examples):
                yield from (example.id for example in block.items)
            elif isinstance(block, DefinitionList):
                yield from (f"def-{item.ref}" for item in block.items)


def _linked(block: Block, known: set[str], renamed: Mapping[str, str]) -> Block:
    if isinstance(block, Sentences):
        return Sentences(tuple(_sound(item, known, renamed) for item in block.items))
    if isinstance(block, AgentPage):
        return replace(
            block,
            strengths=tuple(_sound(item, known, renamed) for item in block.strengths),
            weaknesses=tuple(_sound(item, known, renamed) for item in block.weaknesses),
        )
    return block


def _sound(sentence: Sentence, known: set[str], renamed: Mapping[str, str]) -> Sentence:
    ref = renamed.get(sentence.ref, sentence.ref)
    # An id of ours may hold names; an anchor must not.
    return replace(sentence, ref=ref if ref in known else "", id="")
