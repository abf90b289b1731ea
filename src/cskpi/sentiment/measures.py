"""How well scores tell classes apart: AUC with its interval, accuracy, macro-F1, calibration error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]

RESAMPLES = 500
BINS = 10


def auc(hits: Any, scores: Any) -> float | None:
    """Return the chance that a hit scores above a miss, ties count half; None without both."""
    import numpy as np

    hit = np.asarray(hits, dtype=bool)
    found, missed = int(hit.sum()), int((~hit).sum())
    if not found or not missed:
        return None
    _, place, size = np.unique(np.asarray(scores, float), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(size) - (size - 1) / 2)[place]
    return float((ranks[hit].sum() - found * (found + 1) / 2) / (found * missed))


def auc_interval(
    hits: Any, scores: Any, groups: Any, seed: int
) -> tuple[float, float] | tuple[None, None]:
    """Return the 95 % interval of an AUC: whole groups (dialogues, customers) drawn anew."""
    import numpy as np

    hit, score = np.asarray(hits, bool), np.asarray(scores, float)
    group = np.unique(np.asarray(groups), return_inverse=True)[1]
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0])
    parts = np.split(order, starts[1:])
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([parts[i] for i in draw.integers(0, len(parts), len(parts))])
        value = auc(hit[rows], score[rows])
        if value is not None:
            found.append(value)
    if len(found) < RESAMPLES / 2:
        return None, None
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def accuracy(labels: Any, chosen: Any) -> float | None:
    """Return the share of labels met; None without labels."""
    import numpy as np

    told = np.asarray(labels)
    return float((told == np.asarray(chosen)).mean()) if told.size else None


def macro_f1(labels: Any, chosen: Any) -> float | None:
    """Return the mean of the classes' F1; classes neither told nor chosen are left out."""
    import numpy as np

    told, guess = np.asarray(labels), np.asarray(chosen)
    scores = []
    for name in np.union1d(told, guess):
        both = int(((told == name) & (guess == name)).sum())
        scores.append(2 * both / (int((told == name).sum()) + int((guess == name).sum())))
    return float(np.mean(scores)) if scores else None


def calibration_error(hits: Any, chances: Any) -> float | None:
    """Return the expected calibration error: told against found shares in ten parts, equals together."""
    import numpy as np

    hit, chance = np.asarray(hits, float), np.asarray(chances, float)
    if not hit.size:
        return None
    _, place, size = np.unique(chance, return_inverse=True, return_counts=True)
    middle = (np.cumsum(size) - size / 2)[place]
    part = (BINS * middle / hit.size).astype(int)
    return float(sum(abs((hit - chance)[part == name].sum()) for name in range(BINS)) / hit.size)
