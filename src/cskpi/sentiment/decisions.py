"""From chances to a class: the chances are weighed so that rare classes are found, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cskpi.sentiment.measures import accuracy, macro_f1

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Cuts = tuple[float, float, float]
"""What the chances of dissatisfied, neutral and satisfied are multiplied with."""

EVEN: Cuts = (1.0, 1.0, 1.0)
_LEAST, _MOST, _STEPS = 0.6, 3.2, 22
"""Weights tried for the outer classes, in equal ratios."""
_SPREAD = 2.0
"""Steps over which the worth of neighbours is averaged: a single best pair is luck."""


def choose_cuts(labels: Any, chances: Any) -> Cuts:
    """Return weights with good accuracy and macro-F1 together, and so around them, on held-out chances."""
    import numpy as np
    from scipy.ndimage import gaussian_filter

    if not len(labels):
        return EVEN
    tried = [round(float(step), 3) for step in np.geomspace(_LEAST, _MOST, _STEPS)]
    worth = [[_worth(labels, chances, (low, 1.0, high)) for high in tried] for low in tried]
    smooth = gaussian_filter(np.asarray(worth), _SPREAD, mode="nearest")
    low, high = np.unravel_index(int(np.argmax(smooth.round(9))), smooth.shape)
    return tried[int(low)], 1.0, tried[int(high)]


def _worth(labels: Any, chances: Any, cuts: Cuts) -> float:
    chosen = decide(chances, cuts)
    return (accuracy(labels, chosen) or 0.0) + (macro_f1(labels, chosen) or 0.0)


def decide(chances: Any, cuts: Cuts) -> NDArray[np.int64]:
    """Return the class with the largest weighed chance."""
    import numpy as np

    return np.asarray(np.argmax(np.asarray(chances) * np.asarray(cuts), axis=1), dtype=np.int64)
