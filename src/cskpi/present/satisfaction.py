"""Satisfaction read from chats, in words: how good the scores are, and what a model says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cskpi.present.cells import dimension_cell, number_cell, text_cell
from cskpi.present.document import Column, Row, Table
from cskpi.present.formatting import format_count, format_moment, format_value
from cskpi.present.masking import mask_quote
from cskpi.present.outputs import show_tables, write_bytes
from cskpi.present.silent import measures_text, three
from cskpi.present.streams import content_bytes, md_bytes
from cskpi.texts import say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.metrics.satisfaction import SureSession
    from cskpi.sentiment.scoring import Chat

Words = tuple[Sequence[tuple[str, float]], Sequence[tuple[str, float]]]
Measured = Mapping[str, Mapping[str, Any]]


def write_evaluation(measured: Measured, output_format: str, path: Path | None) -> None:
    """Write the measures of turns and dialogues as table, json or md."""
    if output_format == "json":
        write_bytes(content_bytes(dict(measured)), path)
    elif output_format == "md":
        write_bytes(md_bytes(evaluation_table(measured)), path)
    else:
        show_tables([evaluation_table(measured)], path)


def evaluation_table(measured: Measured) -> Table:
    """Return a row for turns and one for whole dialogues, SnowNLP beside ours."""
    columns = (
        Column(say("sentiment.level")),
        Column(say("sentiment.auc_dissatisfied")),
        Column(say("sentiment.snownlp"), rank=2),
        Column(say("sentiment.auc_satisfied")),
        Column(say("sentiment.snownlp"), rank=3),
        Column(say("sentiment.accuracy")),
        Column(say("sentiment.macro_f1")),
        Column(say("sentiment.labelled")),
    )
    rows = tuple(_row(level, values) for level, values in measured.items())
    mode = next(iter(measured.values()))["mode"]
    return Table(columns, rows, note=say(f"sentiment.mode_{mode}"))


def _row(level: str, values: Mapping[str, Any]) -> Row:
    found = [_with_interval(values, name) for name in ("auc_dissatisfied", "auc_satisfied")]
    base = [three(values["snownlp"][name]) for name in ("auc_dissatisfied", "auc_satisfied")]
    cells = [say(f"sentiment.level_{level}"), found[0], base[0], found[1], base[1]]
    cells += [three(values["accuracy"]), three(values["macro_f1"]), str(values["n"])]
    return Row(tuple(text_cell(cell) for cell in cells))


def _with_interval(values: Mapping[str, Any], name: str) -> str:
    low, high = values["intervals"][name]
    found = three(values[name])
    return found if low is None else f"{found} [{three(low)}, {three(high)}]"


def write_surest(
    happy: Sequence[SureSession], unhappy: Sequence[SureSession], *, reveal: bool
) -> None:
    """Print the silent sessions surest to be satisfied and surest not to be; text masked unless `reveal`."""
    columns = (
        Column(say("trace.session_id")),
        Column(say("dimension.shop"), rank=3),
        Column(say("dimension.agent"), rank=2),
        Column(say("trace.time"), rank=1),
        Column(say("silent.expected"), "percent"),
        Column(say("silent.telling")),
    )
    rows = tuple(
        Row(
            (
                text_cell(item.session_id),
                text_cell(item.shop_id),
                dimension_cell("agent", item.agent_id),
                text_cell(format_moment(item.started_at)),
                number_cell(item.expected, "percent"),
                text_cell(_quote(item.text, reveal=reveal)),
            ),
            group=say(f"silent.{direction}"),
        )
        for direction, items in (("happy", happy), ("unhappy", unhappy))
        for item in items
    )
    if rows:
        table = Table(
            columns, rows, caption=say("silent.surest"), group_title=say("silent.direction")
        )
        write_bytes(b"\n", None)
        show_tables([table])


def _quote(text: str | None, *, reveal: bool) -> str:
    if text is None:
        return say("format.none")
    return text if reveal else mask_quote(text)


def write_model(
    record: Mapping[str, Any], words: Words | None, output_format: str, path: Path | None
) -> None:
    """Write what is known of the model in use as table, json or md.

    Args:
        record: `model_record`, with snownlp_auc where that was measured.
        words: n-grams with their weights for and against, where there is a model.
        output_format: table, json or md.
        path: a file, else stdout.
    """
    if output_format == "json":
        named = dict(zip(("satisfied", "dissatisfied"), words or ((), ()), strict=True))
        write_bytes(content_bytes({**record, "words": named}), path)
        return
    facts = [*_facts(record), *(_words(words) if words else ())]
    columns = (Column(say("sentiment.fact")), Column(say("sentiment.told")))
    rows = tuple(Row((text_cell(name), text_cell(told))) for name, told in facts)
    _write(
        Table(columns, rows, note=say(f"sentiment.verdict_{record['basis']}")), output_format, path
    )


def write_chat(chat: Chat, output_format: str, path: Path | None) -> None:
    """Write the scores of one customer's messages as table, json or md."""
    if output_format == "json":
        messages = [asdict(said) for said in chat.messages]
        told = {"score": chat.score, "expected": chat.expected, "basis": chat.basis}
        write_bytes(content_bytes({"messages": messages, **told}), path)
        return
    columns = (
        Column(say("sentiment.message")),
        Column(say("sentiment.mood")),
        Column(say("sentiment.emotion")),
        Column(say("sentiment.score")),
    )
    rows = tuple(
        Row(
            (
                text_cell(said.text),
                text_cell(f"{said.mood:+.2f}"),
                text_cell(say(f"sentiment.{said.emotion}")),
                text_cell(f"{said.score:+.2f}"),
            )
        )
        for said in chat.messages
    )
    expected = format_value(chat.expected, "percent")
    note = say(f"sentiment.chat_{chat.basis}", score=f"{chat.score:+.2f}", expected=expected)
    _write(Table(columns, rows, note=note), output_format, path)


def _write(table: Table, output_format: str, path: Path | None) -> None:
    if output_format == "md":
        write_bytes(md_bytes(table), path)
    else:
        show_tables([table], path)


def _facts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield say("sentiment.version"), str(record["version"])
    for name in ("rated_count", "satisfied_count", "dissatisfied_count", "learnt_count"):
        yield say(f"sentiment.{name}"), format_count(record[name])
    if record["auc"] is not None:
        yield say("sentiment.measured"), measures_text(record)
        yield say("sentiment.model_auc"), three(record["model_auc"])
        yield say("sentiment.untrained_auc"), three(record["untrained_auc"])
    if "snownlp_auc" in record:
        yield say("sentiment.snownlp_auc"), three(record["snownlp_auc"])


def _words(words: Words) -> Iterator[tuple[str, str]]:
    for name, ranked in zip(("words_for", "words_against"), words, strict=True):
        yield say(f"sentiment.{name}"), " ".join(word for word, _ in ranked)
