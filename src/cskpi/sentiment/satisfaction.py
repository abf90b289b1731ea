"""Stage "satisfaction": what is expected of every session a human replied to, told or silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cskpi.sentiment import ngrams
from cskpi.sentiment.measures import auc, auc_interval, calibration_error
from cskpi.sentiment.session_features import DIGITS, session_features, session_score
from cskpi.sentiment.session_model import (
    DISSATISFIED,
    SATISFIED,
    Model,
    Sample,
    calibrate,
    fit,
    folds,
    make_sample,
    score,
    version_of,
)
from cskpi.sentiment.sessions import all_lines, customer_forms, lines_of, rated_sessions
from cskpi.store.frames import offered

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from cskpi.settings import Settings

VERSION = 1
"""Raised when the same messages and ratings give other numbers."""


@dataclass(frozen=True)
class Measured:
    """How the model and the untrained score did on rated sessions they were not taught."""

    basis: str
    reason: str | None
    counts: tuple[int, int, int, int]
    """Rated, satisfied, dissatisfied, learnt from."""
    auc: tuple[float | None, float | None, float | None] = (None, None, None)
    model_auc: float | None = None
    untrained_auc: float | None = None
    calibration_error: float | None = None


def satisfaction_recipe(settings: Settings) -> object:
    """Return what the stage depends on besides ratings and signals."""
    return [VERSION, settings.section("sentiment")]


def fill_satisfaction(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Learn from rated sessions, and write what is expected of all of them."""
    import polars as pl

    forms = customer_forms(con)
    rated = rated_sessions(con)
    model, measured = learn_from_ratings(con, rated, forms, settings)
    con.execute("DELETE FROM session_satisfaction")
    con.execute("DELETE FROM satisfaction_models")
    _store(con, model, measured)
    if model and model.grams:
        forms = forms.with_columns(ngrams.weigh(forms["form"], model.grams).alias("gram_weight"))
    for lines in all_lines(con):
        features = with_features(lines, forms)
        if not features.height:
            continue
        told = _expected(features, model).join(
            rated.select(pl.col("session_no"), "rating"), on="session_no", how="left"
        )
        with offered(con, "expected_sessions", told):
            con.execute(_INSERT, {"basis": measured.basis})


_INSERT = """
INSERT INTO session_satisfaction
SELECT
    session_no, CASE WHEN rating IS NULL THEN $basis ELSE 'rated' END, rating, score, expected
FROM expected_sessions
ORDER BY session_no
"""


def with_features(lines: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Return `session_features` of sessions with their untrained score, gram_sum and letters."""
    import polars as pl

    joined = lines.lazy().join(forms.drop("form").lazy(), on="form_no", how="inner")
    sums = [pl.col("length").sum().cast(pl.Float64).alias("letters")]
    if "gram_weight" in forms.columns:
        sums.append(pl.col("gram_weight").sum().alias("gram_sum"))
    extra = joined.group_by("session").agg(*sums)
    features = session_features(joined).join(extra, on="session").sort("session").collect()
    return features.with_columns(session_score(features))


def rule(score: Any) -> Any:
    """Return the chance of satisfied by the fixed rule: −1 is 0, 1 is 1, straight between."""
    return (1 + score) / 2


def learn_from_ratings(
    con: duckdb.DuckDBPyConnection, rated: pl.DataFrame, forms: pl.DataFrame, settings: Settings
) -> tuple[Model | None, Measured]:
    """Return the model in use and how it did; None with too few ratings, or where it is no better."""
    import numpy as np

    seed, least = settings.whole("sentiment.seed"), settings.whole("sentiment.least_ratings")
    ratings = rated["rating"].to_numpy()
    happy, unhappy = int((ratings >= SATISFIED).sum()), int((ratings <= DISSATISFIED).sum())
    if min(happy, unhappy) < least:
        return None, Measured("rule", "too_few", (len(ratings), happy, unhappy, 0))
    most = settings.whole("sentiment.most_sessions")
    if len(ratings) > most:
        draw = np.sort(np.random.default_rng(seed).choice(len(ratings), most, replace=False))
        rated = rated[draw]
    lines = lines_of(con, rated)
    features = with_features(lines, forms)
    rated = rated.sort("session_no").join(
        features.select("session"), left_on="session_no", right_on="session", how="semi"
    )
    sample = make_sample(rated, features, lines, forms)
    counts = (len(ratings), happy, unhappy, features.height)
    return _best(sample, counts, seed)


def _best(sample: Sample, counts: tuple[int, int, int, int], seed: int) -> tuple[Model, Measured]:
    import numpy as np

    held = np.zeros(len(sample.ratings))
    parts = folds(sample.customers, seed)
    for left, out in parts:
        held[out] = score(fit(sample, left, seed), sample, out)
    plain = sample.features["score"].to_numpy()
    told, hit = sample.told, sample.ratings >= SATISFIED
    model_auc, plain_auc = auc(hit[told], held[told]), auc(hit[told], plain[told])
    is_better = (model_auc or 0) > (plain_auc or 0)
    scores = held if is_better else plain
    model = fit(sample, np.arange(len(held)), seed) if is_better else _plain_model()
    low, high = auc_interval(hit[told], scores[told], sample.customers[told], seed)
    measured = Measured(
        "model" if is_better else "calibrated",
        None if is_better else "not_better",
        counts,
        (model_auc if is_better else plain_auc, low, high),
        model_auc,
        plain_auc,
        _calibration(model, scores, sample, parts),
    )
    return calibrate(model, scores, sample.ratings), measured


def _plain_model() -> Model:
    """Return the untrained score as a model without n-grams."""
    return Model("calibrated", {"score": (0.0, 1.0, 1.0)}, {}, 0.0)


def _calibration(model: Model, scores: Any, sample: Sample, parts: list[tuple[Any, Any]]) -> Any:
    """Return the calibration error of curves that did not see the sessions they are held against."""
    import numpy as np

    said = np.zeros(len(scores))
    for left, out in parts:
        curve = calibrate(model, scores[left], sample.ratings[left])
        said[out] = curve.chances(scores[out])
    return calibration_error(sample.ratings >= SATISFIED, said)


def _expected(features: pl.DataFrame, model: Model | None) -> pl.DataFrame:
    import polars as pl

    score = features["score"].to_numpy()
    chances = rule(score) if model is None else model.chances(model.scores(features))
    told = features.select(
        pl.col("session").alias("session_no"), "score", pl.Series("expected", chances)
    )
    return told.with_columns(pl.col("score", "expected").round(DIGITS - 2))


def _store(con: duckdb.DuckDBPyConnection, model: Model | None, measured: Measured) -> None:
    content = model.content() if model else None
    row = [
        *(version_of(content), measured.basis, measured.reason, *measured.counts, *measured.auc),
        *(measured.model_auc, measured.untrained_auc, measured.calibration_error, content),
    ]
    marks = ", ".join("?" for _ in row)
    con.execute(f"INSERT INTO satisfaction_models VALUES ({marks})", row)
