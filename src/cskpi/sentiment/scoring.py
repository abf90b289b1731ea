"""`cskpi sentiment train|show|score`: a model held against SnowNLP, its weights, single chats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.enrich.emotion import emotions
from cskpi.enrich.forms import own_lexicons
from cskpi.enrich.normalise import normalise
from cskpi.sentiment import ngrams
from cskpi.sentiment.baseline import snownlp_scores
from cskpi.sentiment.lines import line_features
from cskpi.sentiment.measures import auc
from cskpi.sentiment.satisfaction import rule, with_features
from cskpi.sentiment.session_model import DISSATISFIED, SATISFIED, Model, read_model
from cskpi.sentiment.sessions import customer_forms, lines_of, rated_sessions

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from cskpi.settings import Settings

SNOWNLP_SESSIONS = 300
"""SnowNLP reads some hundred texts a second: it is measured on so many rated sessions."""

SHOWN = 12
"""Words shown in each direction."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message: text, mood of its words (-1 to 1), emotion, and score with its signs."""

    text: str
    mood: float
    emotion: str
    score: float


@dataclass(frozen=True, slots=True)
class Chat:
    """Messages of one customer, the untrained score of all, and the chance of satisfied."""

    messages: tuple[Said, ...]
    score: float
    expected: float
    basis: str


def stored_model(con: duckdb.DuckDBPyConnection) -> Model | None:
    """Return the model in use, None where it is the rule."""
    row = con.execute("SELECT content FROM satisfaction_models").fetchone()
    return read_model(row[0]) if row and row[0] else None


def snownlp_auc(con: duckdb.DuckDBPyConnection, settings: Settings) -> float | None:
    """Return the AUC of SnowNLP (mean of a session's messages) on a seeded sample of rated sessions."""
    import numpy as np
    import polars as pl

    rated = rated_sessions(con)
    told = (pl.col("rating") >= SATISFIED) | (pl.col("rating") <= DISSATISFIED)
    rated = rated.filter(told).with_columns((pl.col("rating") >= SATISFIED).alias("hit"))
    if rated.height > SNOWNLP_SESSIONS:
        draw = np.random.default_rng(settings.whole("sentiment.seed"))
        rated = rated[np.sort(draw.choice(rated.height, SNOWNLP_SESSIONS, replace=False))]
    forms = customer_forms(con).select("form_no", "form")
    said = lines_of(con, rated).join(forms, on="form_no")
    scored = said.with_columns(pl.Series("snow", snownlp_scores(said["form"].to_list())))
    means = scored.group_by("session").agg(pl.col("snow").mean())
    joined = rated.join(means, left_on="session_no", right_on="session")
    return auc(joined["hit"].to_numpy(), joined["snow"].to_numpy())


def telling_words(model: Model) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """Return the n-grams that speak most for satisfied, and most against; ends of a text as ^ and $."""
    shown = {
        word.replace(ngrams.EDGE_START, "^").replace(ngrams.EDGE_END, "$"): weight
        for word, weight in model.grams.items()
    }
    ranked = sorted(shown.items(), key=lambda item: (-item[1], item[0]))
    happy = [item for item in ranked[:SHOWN] if item[1] > 0]
    return happy, [item for item in ranked[: -SHOWN - 1 : -1] if item[1] < 0]


def score_chat(texts: Sequence[str], model: Model | None, settings: Settings) -> Chat:
    """Score the messages of one customer in order, none of them unanswered."""
    import polars as pl

    own = own_lexicons(settings)
    forms = normalise(pl.Series("form", list(texts), dtype=pl.String))
    read = line_features(forms, told=emotions(forms, own))
    table = pl.DataFrame({"form_no": range(len(forms)), "form": forms}).hstack(
        read.select("mood", "score", "emotion", "length")
    )
    if model and model.grams:
        table = table.with_columns(ngrams.weigh(forms, model.grams).alias("gram_weight"))
    lines = pl.DataFrame(
        {
            "session": [0] * len(forms),
            "place": range(len(forms)),
            "form_no": range(len(forms)),
            "is_after_silence": [False] * len(forms),
        }
    )
    features = with_features(lines, table)
    whole = float(features["score"][0])
    chance = rule(whole) if model is None else float(model.chances(model.scores(features))[0])
    said = (
        Said(text, *row)
        for text, row in zip(texts, read.select("mood", "emotion", "score").rows(), strict=True)
    )
    return Chat(tuple(said), whole, chance, model.basis if model else "rule")
