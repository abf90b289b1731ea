"""All that is read from a text alone, for many texts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.enrich.language import languages
from cskpi.enrich.lexicons import Lexicons, for_polars, load_lexicons
from cskpi.enrich.normalise import normalise
from cskpi.enrich.promises import CANDIDATE as TIME_NAMED
from cskpi.enrich.promises import DEED, find_promises
from cskpi.enrich.topics import topics

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

VERSION = 1
"""Raised when code (not word lists) reads other signals from the same forms."""

WORDS = {
    "is_greeting": ("talk", "greeting"),
    "is_closing": ("talk", "closing"),
    "is_question": ("talk", "question"),
    "is_empathy": ("talk", "empathy"),
    "is_apology": ("talk", "apology"),
    "is_refusal": ("talk", "refusal"),
    "offers_alternative": ("talk", "alternative"),
    "is_referral": ("talk", "referral"),
    "asks_human": ("talk", "human"),
    "refers_to_order": ("talk", "order"),
    "is_diversion": ("banned", "diversion"),
    "is_superlative": ("banned", "superlative"),
    "is_perfunctory": ("banned", "perfunctory"),
    "is_insult": ("banned", "insult"),
    "is_false_claim": ("banned", "false_claim"),
}
"""Signals read from a word class: column -> file and class."""

PERSONAL = {
    "has_mobile": "{mobile}",
    "has_landline": "{landline}",
    "has_id_number": "{id_number}",
    "has_bank_card": "{bank_card}",
    "has_email": "{email}",
    "has_social_account": "{social}",
    "has_address": "{address}",
    "has_parcel_number": "{parcel}",
}
"""Signals of personal data: column -> placeholder in the form."""

_IDLE = r"[ ,。.!~、…:;'\"“”()_-]"


def signals(texts: pl.Series, own: Path | None = None) -> pl.DataFrame:
    """Return the columns of `message_signals` (but form_no) for raw texts.

    Args:
        texts: raw texts.
        own: a shop's folder of word lists, read after the shipped ones.
    """
    return form_signals(normalise(texts), own)


def form_signals(forms: pl.Series, own: Path | None = None) -> pl.DataFrame:
    """Return the same for texts that are normalised already."""
    import polars as pl

    from cskpi.enrich.emotion import emotions

    lists = load_lexicons(own)
    forms = forms.fill_null("").rename("form")
    near = lists.near(forms)
    read = {name: lists[place].hits(forms, near[place]) for name, place in WORDS.items()}
    columns = [
        forms,
        languages(forms).rename("language"),
        topics(forms, lists, near).rename("topic"),
        *emotions(forms, own).get_columns(),
        *(hits.rename(name) for name, hits in read.items()),
        _fillers(forms, lists, read["is_greeting"] | read["is_closing"]).rename("is_filler"),
        *_promises(forms),
        *(forms.str.contains(word, literal=True).rename(name) for name, word in PERSONAL.items()),
    ]
    return pl.DataFrame(columns).with_columns(_agreed_emotion())


def _agreed_emotion() -> pl.Expr:
    """Return the emotion in agreement with the signals: abuse is anger, and only questions ask."""
    import polars as pl

    emotion, asks = pl.col("emotion"), pl.col("is_question")
    return (
        pl.when(pl.col("is_insult") & (emotion != "pleased"))
        .then(pl.lit("angry"))
        .when(asks & (emotion == "calm"))
        .then(pl.lit("asking"))
        .when(~asks & (emotion == "asking"))
        .then(pl.lit("calm"))
        .otherwise(emotion)
        .alias("emotion")
    )


def filler_pattern(lexicons: Lexicons, *others: str) -> str:
    """Return the pattern of a text that says nothing but courtesies, words of other classes among them."""
    parts = [lexicons["talk", name].words for name in ("filler", *others)]
    emoji = r"\{(?:smile|thanks|good|sad|angry|doubt|emoji)\}"
    return rf"^(?:{'|'.join(part for part in parts if part)}|{emoji}|{_IDLE})+$"


def _fillers(forms: pl.Series, lexicons: Lexicons, greets: pl.Series) -> pl.Series:
    plain = forms.str.contains(for_polars(filler_pattern(lexicons)))
    places = (greets & ~plain).arg_true()
    # Wishes and goodbyes make a large pattern: only what holds one is looked at so closely.
    courteous = for_polars(filler_pattern(lexicons, "greeting", "closing"))
    return plain.scatter(places, forms.gather(places).str.contains(courteous))


def _promises(forms: pl.Series) -> list[pl.Series]:
    """Return is_promise, promise_seconds and promise_days; the soonest deadline counts."""
    import polars as pl

    timed = forms.str.contains(for_polars(TIME_NAMED))
    places = (timed & forms.str.contains(for_polars(DEED))).arg_true()
    rows = []
    for place, form in zip(places, forms.gather(places), strict=True):
        found = find_promises(form)
        if found:
            first = min(
                found,
                key=lambda p: (
                    (p.seconds is None and p.days is None),
                    p.seconds if p.seconds is not None else (p.days or 0) * 86_400 + 86_399,
                ),
            )
            rows.append((place, True, first.seconds, first.days))
    schema = {
        "place": pl.UInt32,
        "is_promise": pl.Boolean,
        "promise_seconds": pl.Int32,
        "promise_days": pl.Int32,
    }
    found_rows = pl.DataFrame(rows, schema=schema, orient="row")
    everywhere = pl.DataFrame({"place": pl.int_range(forms.len(), dtype=pl.UInt32, eager=True)})
    joined = everywhere.join(found_rows, on="place", how="left", maintain_order="left")
    return joined.select(
        pl.col("is_promise").fill_null(False), "promise_seconds", "promise_days"
    ).get_columns()
