"""Satisfaction of sessions learnt from a shop's ratings: a linear model that a table can hold.

Score of a session = weights × untrained features + Σ weights of the character n-grams its customer
wrote ÷ √(letters). Being linear it is computed once per text, not once per session.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cskpi.sentiment import ngrams
from cskpi.sentiment.session_features import UNTRAINED

if TYPE_CHECKING:
    import polars as pl

SATISFIED, DISSATISFIED = 4.0, 2.0
"""Ratings from the first on are satisfied, up to the second dissatisfied, between them neither."""

FOLDS = 5
STRENGTH = 0.3
DENSE_WEIGHT = 0.3
LEAST_SPREAD = 1e-3
LEAST_SESSIONS = 4
"""An n-gram said in fewer sessions is left out."""


@dataclass(frozen=True)
class Model:
    """A linear score and the curve that turns it into a chance.

    `basis` "model": weights of features and n-grams; "calibrated": of the untrained score alone.
    """

    basis: str
    features: dict[str, tuple[float, float, float]]
    """Name -> mean, spread and weight."""
    grams: dict[str, float]
    intercept: float
    curve: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())

    def scores(self, features: pl.DataFrame) -> Any:
        """Return the linear score of sessions: the features' columns, gram_sum and letters."""
        import numpy as np

        total = np.full(features.height, self.intercept)
        for name, (mean, spread, weight) in self.features.items():
            told = np.clip((features[name].to_numpy() - mean) / spread, -3, 3)
            total = total + weight * told
        if self.grams:
            total = total + features["gram_sum"].to_numpy() / _root(features)
        return total

    def chances(self, scores: Any) -> Any:
        """Return the calibrated chance of a rating of 4 or more."""
        import numpy as np

        return np.interp(scores, *self.curve)

    def content(self) -> str:
        """Return the model as JSON."""
        told = {
            "basis": self.basis,
            "features": self.features,
            "grams": self.grams,
            "intercept": self.intercept,
            "curve": self.curve,
        }
        return json.dumps(told, ensure_ascii=False, sort_keys=True)


def read_model(content: str) -> Model:
    """Return a model from its JSON."""
    told = json.loads(content)
    features = {name: (row[0], row[1], row[2]) for name, row in told["features"].items()}
    xs, ys = told["curve"]
    return Model(told["basis"], features, told["grams"], told["intercept"], (tuple(xs), tuple(ys)))


def version_of(content: str | None) -> str:
    """Return the name of a model: a digest of its JSON."""
    return sha256((content or "rule").encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Sample:
    """Rated sessions to learn from, row by row: features, n-gram counts, rating, customer."""

    features: pl.DataFrame
    counts: Any
    words: list[str]
    ratings: Any
    customers: Any

    @property
    def told(self) -> Any:
        """Whether a row is clearly satisfied or dissatisfied."""
        return (self.ratings >= SATISFIED) | (self.ratings <= DISSATISFIED)


def make_sample(
    rated: pl.DataFrame, features: pl.DataFrame, lines: pl.DataFrame, forms: pl.DataFrame
) -> Sample:
    """Count the n-grams of rated sessions.

    Args:
        rated: session_no, rating, customer, in the order of `features`.
        features: `session_features` of these sessions.
        lines: their customer messages.
        forms: form_no and form of all that was said.
    """
    import polars as pl
    from scipy import sparse

    often = lines.group_by("form_no").agg(pl.col("session").n_unique().alias("often"))
    said = forms.join(often, on="form_no").sort("form_no")
    words = ngrams.vocabulary(said["form"], said["often"], LEAST_SESSIONS)
    found = ngrams.occurrences(said["form"], words)
    numbers = said.select("form_no").with_row_index("row")
    rows = features.select("session").with_row_index("place_no")
    counted = (
        lines.select("session", "form_no")
        .join(rows, on="session")
        .join(numbers, on="form_no")
        .join(found, on="row")
        .group_by("place_no", "gram")
        .agg(pl.col("count").sum())
        .sort("place_no", "gram")
    )
    counts = sparse.csr_matrix(
        (
            counted["count"].to_numpy().astype("float64"),
            (counted["place_no"].to_numpy(), counted["gram"].to_numpy()),
        ),
        shape=(features.height, len(words)),
    )
    return Sample(features, counts, words, rated["rating"].to_numpy(), rated["customer"].to_numpy())


def fit(sample: Sample, rows: Any, seed: int) -> Model:
    """Learn the linear score from the clearly satisfied and dissatisfied among these rows."""
    import numpy as np
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    chosen = rows[sample.told[rows]]
    dense = sample.features.select(UNTRAINED).to_numpy()
    mean, spread = dense[chosen].mean(0), dense[chosen].std(0) + LEAST_SPREAD
    scaled = DENSE_WEIGHT * np.clip((dense[chosen] - mean) / spread, -3, 3)
    root = _root(sample.features)[chosen]
    grams = sparse.diags(1 / root) @ sample.counts[chosen]
    taught = sparse.hstack([sparse.csr_matrix(scaled), grams]).tocsr()
    logistic = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=seed)
    logistic.fit(taught, sample.ratings[chosen] >= SATISFIED)
    weights = logistic.coef_[0]
    features = {
        name: (_kept(mean[n]), _kept(spread[n]), _kept(DENSE_WEIGHT * weights[n]))
        for n, name in enumerate(UNTRAINED)
    }
    said = {w: _kept(v) for w, v in zip(sample.words, weights[len(UNTRAINED) :], strict=True)}
    said = {word: weight for word, weight in said.items() if weight}
    return Model("model", features, said, _kept(logistic.intercept_[0]))


def score(model: Model, sample: Sample, rows: Any) -> Any:
    """Return the linear scores of these rows of a sample."""
    import numpy as np
    import polars as pl

    weights = np.asarray([model.grams.get(word, 0.0) for word in sample.words])
    sums = sample.counts[rows] @ weights if sample.words else np.zeros(len(rows))
    told = sample.features[rows].with_columns(pl.Series("gram_sum", sums))
    return model.scores(told)


def calibrate(model: Model, scores: Any, ratings: Any) -> Model:
    """Give a model its curve: isotonic, from scores of sessions it was not taught, to satisfied.

    Neither satisfied nor dissatisfied (3 of 5) counts as not satisfied, as in the satisfaction rate.
    A made-up contrary case at either end keeps few sessions from proving a chance of 0 or 1.
    """
    import numpy as np
    from sklearn.isotonic import IsotonicRegression

    ends = [float(np.min(scores)), float(np.max(scores))]
    curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    curve.fit(np.append(scores, ends), np.append(ratings >= SATISFIED, [1.0, 0.0]))
    return replace(
        model,
        curve=(
            tuple(_kept(x) for x in curve.X_thresholds_),
            tuple(_kept(y) for y in curve.y_thresholds_),
        ),
    )


def folds(customers: Any, seed: int) -> list[tuple[Any, Any]]:
    """Return five ways to leave out a fifth of the customers, seeded: rows left, rows out."""
    import numpy as np

    names, place = np.unique(customers, return_inverse=True)
    part = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    return [
        (np.flatnonzero(part[place] != n), np.flatnonzero(part[place] == n)) for n in range(FOLDS)
    ]


def _kept(number: Any) -> float:
    """Return a number without the last digits, which depend on the order of sums."""
    return round(float(number), 6)


def _root(features: pl.DataFrame) -> Any:
    import numpy as np

    return np.sqrt(ngrams.LONGEST * features["letters"].to_numpy() + 1.0)
