"""Satisfaction of single customer messages learnt from labels.

A Gaussian process fitted by least squares: two messages are alike where they share character
n-grams, where the untrained features agree, and more so where the messages before them do. Labels
lean by dialogue: who labelled it, and how sparingly with anything but "neutral". So messages of one
dialogue share an offset, and dialogues labelled alike share a part of their own; both are learnt and
then left out. What is said of a training message without its dialogue follows in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cskpi.sentiment.decisions import Cuts, choose_cuts
from cskpi.sentiment.lines import line_features

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

MOST_MESSAGES = 6_000
"""Of more, a seeded sample is learnt from: the work grows with the cube."""

CLASSES = 3
NEUTRAL = 1
NOISE = 0.8
OFFSET = 0.1
"""How much dialogues differ in how they are labelled, against the noise of one label."""
HABIT = 1.5
"""How much more sparing and generous labelling differ than labels of one habit."""
HABIT_PRIOR = 2
"""Made-up average labels of each dialogue, lest few labels pass for a habit."""

_BIAS, _SHARED, _LIKE, _SIGNS, _BEFORE = 0.1, 0.3, 0.5, 0.3, 0.2
_EMOTIONS = ("calm", "asking", "anxious", "disappointed", "angry", "pleased")
_DENSE = (
    *("mood", "score", "thanks", "consents", "answers", "polite", "asks", "denies", "wordless"),
    *("log_length", "bangs", "is_short", *_EMOTIONS),
)


@dataclass(frozen=True)
class TurnModel:
    """What was learnt from `texts`, `signs` and those `before`; `held_out`: chances without one's dialogue."""

    vectoriser: Any
    texts: Any
    signs: Matrix
    before: Matrix
    scale: tuple[Matrix, Matrix]
    weights: Matrix
    shares: Matrix
    calibration: Any
    cuts: Cuts
    held_out: Matrix

    def chances(self, forms: pl.Series, before: pl.Series) -> Matrix:
        """Return the chances of dissatisfied, neutral and satisfied of messages, with those before."""
        import numpy as np

        texts = self.vectoriser.transform(_anchored(forms))
        here, back = (_unit(dense(series), self.scale) for series in (forms, before))
        alike = _alike((texts, here, back), (self.texts, self.signs, self.before))
        raw = alike @ self.weights + self.shares
        return np.asarray(self.calibration.predict_proba(raw), dtype=np.float32)


def fit_turns(forms: pl.Series, before: pl.Series, labels: Any, groups: Any) -> TurnModel:
    """Learn from normalised messages, those before them, labels 0, 1, 2 and their dialogues.

    Messages without a label (-1) teach nothing and get their `held_out` like the others.

    Raises:
        ValueError: one class only.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    known = np.flatnonzero(np.asarray(labels) >= 0)
    told, group = np.asarray(labels)[known], np.asarray(groups)
    vectoriser = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 3), use_idf=False, sublinear_tf=True, dtype=np.float32
    )
    texts = vectoriser.fit_transform(_anchored(forms))
    found = dense(forms)
    scale = (found.mean(0), found.std(0) + np.float32(1e-6))
    signs, back = _unit(found, scale), _unit(dense(before), scale)
    taught = texts[known], signs[known], back[known]
    wanted = np.eye(CLASSES, dtype=np.float32)[told]
    shares = wanted.mean(0)
    alike = _alike((texts, signs, back), taught)
    weights, held_out = _solve(alike, known, _habits(told, group[known]), wanted - shares, group)
    held_out += shares
    calibration = LogisticRegression(C=10.0, max_iter=1000).fit(held_out[known], told)
    chances = np.asarray(calibration.predict_proba(held_out), dtype=np.float32)
    cuts = choose_cuts(told, chances[known])
    return TurnModel(vectoriser, *taught, scale, weights, shares, calibration, cuts, chances)


def dense(forms: pl.Series) -> Matrix:
    """Return the untrained features of messages as numbers."""
    import polars as pl

    read = line_features(forms)
    return read.select(
        *(pl.col(name).cast(pl.Float32) for name in _DENSE[:9]),
        pl.col("length").cast(pl.Float32).log1p().alias("log_length"),
        pl.col("bangs").cast(pl.Float32),
        (pl.col("length") <= 2).cast(pl.Float32).alias("is_short"),  # noqa: PLR2004  two letters
        *(
            (pl.col("emotion") == name).cast(pl.Float32).fill_null(0).alias(name)
            for name in _EMOTIONS
        ),
    ).to_numpy()


def _anchored(forms: pl.Series) -> list[str]:
    return ("^" + forms.fill_null("").str.replace_all(r"\d+", "0") + "$").to_list()


def _unit(found: Matrix, scale: tuple[Matrix, Matrix]) -> Matrix:
    import numpy as np

    centred = (found - scale[0]) / scale[1]
    scaled: Matrix = centred / (np.linalg.norm(centred, axis=1, keepdims=True) + np.float32(1e-6))
    return scaled


def _alike(left: tuple[Any, Matrix, Matrix], right: tuple[Any, Matrix, Matrix]) -> Matrix:
    """Return how alike messages are, pair by pair: texts, signs, signs of the message before."""
    import numpy as np

    shared = np.asarray((left[0] @ right[0].T).toarray(), dtype=np.float32)
    close = np.exp(2 * (shared - 1))
    alike: Matrix = np.float32(_BIAS) + np.float32(_SHARED) * shared
    alike += np.float32(_SIGNS) * np.exp(2 * (left[1] @ right[1].T - 1))
    alike += close * (
        np.float32(_LIKE) + np.float32(_BEFORE) * np.exp(2 * (left[2] @ right[2].T - 1))
    )
    return alike


def _habits(told: Any, group: Any) -> Matrix:
    """Return for each message how sparingly its dialogue was labelled, -1 to 1, 0 on average."""
    import numpy as np

    _, place, size = np.unique(group, return_inverse=True, return_counts=True)
    neutral = told == NEUTRAL
    found = np.bincount(place, weights=neutral) + HABIT_PRIOR * neutral.mean()
    leaning = (found / (size + HABIT_PRIOR))[place]
    leaning -= leaning.mean()
    return np.asarray(leaning / max(np.abs(leaning).max(), 1e-6), dtype=np.float32)


def _solve(
    alike: Matrix, known: Any, habits: Matrix, wanted: Matrix, group: Any
) -> tuple[Matrix, Matrix]:
    """Return the weights, and for each row what is said of it when its group is left out.

    Args:
        alike: rows against the known ones.
        known: the rows with a label.
        habits: theirs.
        wanted: what they should be told, about 0.
        group: of every row.
    """
    import numpy as np
    from scipy.linalg import lapack

    kernel = alike[known] * (1 + np.float32(HABIT) * habits[:, None] * habits[None, :])
    kernel += np.float32(OFFSET) * (group[known][:, None] == group[known][None, :])
    kernel[np.diag_indices_from(kernel)] += np.float32(NOISE)
    factor, _ = lapack.spotrf(kernel, lower=1, overwrite_a=1)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    weights: Matrix = inverse @ wanted
    held_out = np.empty((len(group), CLASSES), dtype=np.float32)
    for name in np.unique(group):
        rows, own = np.flatnonzero(group == name), np.flatnonzero(group[known] == name)
        without = np.linalg.solve(inverse[np.ix_(own, own)], weights[own])
        held_out[rows] = alike[rows] @ (weights - inverse[:, own] @ without)
    return weights, held_out
