"""`cskpi sentiment evaluate`: how well labelled dialogues are told apart, with labels and without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cskpi.errors import InputError
from cskpi.sentiment.baseline import snownlp_scores
from cskpi.sentiment.decisions import EVEN, choose_cuts, decide
from cskpi.sentiment.lines import line_features
from cskpi.sentiment.measures import accuracy, auc, auc_interval, macro_f1
from cskpi.sentiment.session_features import (
    UNANSWERED,
    session_features,
    session_score,
)
from cskpi.sentiment.turn_model import MOST_MESSAGES, TurnModel, fit_turns

if TYPE_CHECKING:
    import polars as pl

    from cskpi.sentiment.dialogues import Dialogues

Mode = Literal["untrained", "trained", "cross_validated"]

SEED = 20_261
FOLDS = 10
STRENGTH = 0.01
"""Inverse regularisation of the dialogue model: a few hundred dialogues carry little."""

WHOLE = ("mood_mean", "mood_late", "glad_end", "unhappy_late", "happy_late", "unhappy_peak")
"""What the dialogue model looks at, of `session_features`: few, because labelled dialogues are."""

_CHANCES = ("unhappy", "happy")
_TURN_CUTS = (-0.2, 0.25)
_DIALOGUE_CUTS = (-0.1, 0.1)
"""Untrained scores below the first are dissatisfied, above the second satisfied."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What is said of items: how dissatisfied and satisfied they sound, and the class chosen."""

    unhappy: Any
    happy: Any
    chosen: Any


@dataclass(frozen=True)
class Learnt:
    """A turn model and the dialogue model on top of it."""

    turns: TurnModel
    scale: Any
    dialogues: tuple[Any, Any] | None
    cuts: tuple[float, float, float]


def evaluate_dialogues(
    told: Dialogues, train: Dialogues | None, *, cross_validate: bool = False
) -> dict[str, dict[str, Any]]:
    """Return the measures of turns and of whole dialogues.

    Without `train` nothing is learnt from `told` (the untrained scorer is measured), unless
    `cross_validate`: then each tenth of its dialogues is scored by what the others teach.

    Raises:
        InputError: there are no labels to measure by, or too few to learn from.
    """
    import numpy as np

    labels = told.turns["label"].to_numpy()
    if not (labels >= 0).any() and not any(label >= 0 for label in told.labels):
        raise InputError("dialogues_unlabelled")
    if train is not None:
        mode: Mode = "trained"
        turns, whole = judge(learn(train), told)
    elif cross_validate:
        mode = "cross_validated"
        turns, whole = _cross_validated(told)
    else:
        mode = "untrained"
        turns, whole = untrained(told)
    groups = told.turns["dialogue"].to_numpy()
    base = np.asarray(snownlp_scores(told.turns["customer"].to_list()))
    base_whole = np.asarray(
        [base[groups == n].mean() if (groups == n).any() else 0.5 for n in range(len(told.labels))]
    )
    numbers = np.arange(len(told.labels))
    return {
        "turn": _measured(labels, turns, groups, base, mode),
        "dialogue": _measured(np.asarray(told.labels), whole, numbers, base_whole, mode),
    }


def untrained(told: Dialogues) -> tuple[Guess, Guess]:
    """Return what is said of turns and dialogues by words, signs and silence alone."""
    import numpy as np

    lines = _lines(told).collect()
    after = lines["is_after_silence"].cast(float)
    score = (lines["score"] - UNANSWERED * after).to_numpy()
    whole = session_score(session_features(lines.lazy()).collect()).to_numpy()
    return (
        Guess(
            -score, score, 1 + (score > _TURN_CUTS[1]) - (score < _TURN_CUTS[0]).astype(np.int64)
        ),
        Guess(
            -whole,
            whole,
            1 + (whole > _DIALOGUE_CUTS[1]) - (whole < _DIALOGUE_CUTS[0]).astype(np.int64),
        ),
    )


def learn(train: Dialogues) -> Learnt:
    """Learn turns and dialogues; the dialogue model rests on held-out chances of its turns.

    Raises:
        InputError: fewer than two classes of turns are labelled.
    """
    import numpy as np

    labels = train.turns["label"].to_numpy()
    if len(np.unique(labels[labels >= 0])) < 3:  # noqa: PLR2004  all three classes
        raise InputError("dialogues_unlabelled")
    groups = train.turns["dialogue"].to_numpy()
    rows = np.flatnonzero(np.isin(groups, _learnt_from(groups)))
    said, before = train.turns["customer"], _before(train)
    model = fit_turns(said.gather(rows), before.gather(rows), labels[rows], groups[rows])
    chances = np.array(model.chances(said, before)) if len(rows) < len(labels) else model.held_out
    chances[rows] = model.held_out
    features = _features(train, chances)
    scale = (features.mean(0), features.std(0) + 1e-9)
    whole = np.asarray(train.labels)
    fits = _fit_dialogues(_scaled(features, scale), whole)
    cuts = EVEN
    if fits is not None:
        held = np.zeros((len(whole), 3))
        for left, out in _folds(len(whole)):
            part = _fit_dialogues(_scaled(features, scale)[left], whole[left])
            if part is not None:
                held[out] = _three(part, _scaled(features, scale)[out])
        known = whole >= 0
        cuts = choose_cuts(whole[known], held[known])
    return Learnt(model, scale, fits, cuts)


def _learnt_from(groups: Any) -> Any:
    """Return the dialogues learnt from: all, or a seeded sample of MOST_MESSAGES messages."""
    import numpy as np

    names, sizes = np.unique(groups, return_counts=True)
    order = np.random.default_rng(SEED).permutation(len(names))
    return names[order][np.cumsum(sizes[order]) <= max(MOST_MESSAGES, sizes[order[0]])]


def judge(learnt: Learnt, told: Dialogues) -> tuple[Guess, Guess]:
    """Return what is said of turns and dialogues by what was learnt."""
    chances = learnt.turns.chances(told.turns["customer"], _before(told))
    turns = Guess(chances[:, 0], chances[:, 2], decide(chances, learnt.turns.cuts))
    features = _scaled(_features(told, chances), learnt.scale)
    if learnt.dialogues is None:
        return turns, untrained(told)[1]
    whole = _three(learnt.dialogues, features)
    return turns, Guess(whole[:, 0], whole[:, 2], decide(whole, learnt.cuts))


def _cross_validated(told: Dialogues) -> tuple[Guess, Guess]:
    import numpy as np

    size, count = told.turns.height, len(told.labels)
    turns = [np.zeros(size), np.zeros(size), np.zeros(size, dtype=np.int64)]
    whole = [np.zeros(count), np.zeros(count), np.zeros(count, dtype=np.int64)]
    groups = told.turns["dialogue"].to_numpy()
    for left, out in _folds(count):
        said = judge(learn(told.only(left.tolist())), told.only(out.tolist()))
        rows = np.flatnonzero(np.isin(groups, out))
        for into, place, guess in ((turns, rows, said[0]), (whole, np.sort(out), said[1])):
            for column, values in zip(
                into, (guess.unhappy, guess.happy, guess.chosen), strict=True
            ):
                column[place] = values
    return Guess(*turns), Guess(*whole)


def _folds(count: int) -> list[tuple[Any, Any]]:
    """Return ten ways to leave a part out, by a seeded shuffle; all parts sorted."""
    import numpy as np

    order = np.random.default_rng(SEED).permutation(count)
    parts = [np.sort(part) for part in np.array_split(order, min(FOLDS, count))]
    everything = np.arange(count)
    return [(np.setdiff1d(everything, part), part) for part in parts]


def _before(told: Dialogues) -> pl.Series:
    """Return the customer's message before each; empty for the first."""
    import polars as pl

    earlier = pl.col("customer").shift(1).over("dialogue").fill_null("")
    return told.turns.select(earlier)["customer"]


def _lines(told: Dialogues) -> Any:
    import polars as pl

    read = line_features(told.turns["customer"])
    silent = (pl.col("agent") == "").shift(1).over("dialogue").fill_null(value=False)
    return (
        told.turns.lazy()
        .with_columns(silent.alias("is_after_silence"), pl.col("dialogue").alias("session"))
        .with_columns(read["mood"], read["score"], read["emotion"])
    )


def _features(told: Dialogues, chances: Any) -> Any:
    import polars as pl

    columns = [
        pl.Series(name, chances[:, place].astype("float64"))
        for name, place in zip(_CHANCES, (0, 2), strict=True)
    ]
    lines = _lines(told).with_columns(*columns)
    return session_features(lines, _CHANCES).select(WHOLE).collect().to_numpy()


def _scaled(features: Any, scale: Any) -> Any:
    import numpy as np

    return np.clip((features - scale[0]) / scale[1], -3, 3)


def _fit_dialogues(features: Any, labels: Any) -> tuple[Any, Any] | None:
    """Return the models of dissatisfied and of satisfied dialogues, None without both."""
    from sklearn.linear_model import LogisticRegression

    known = labels >= 0
    fits = []
    for name in (0, 2):
        hit = labels[known] == name
        if not hit.any() or hit.all():
            return None
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=SEED)
        fits.append(model.fit(features[known], hit))
    return fits[0], fits[1]


def _three(fits: tuple[Any, Any], features: Any) -> Any:
    import numpy as np

    unhappy, happy = (fit.predict_proba(features)[:, 1] for fit in fits)
    return np.stack([unhappy, np.clip(1 - unhappy - happy, 0.02, 1), happy], axis=1)


def _measured(labels: Any, guess: Guess, groups: Any, base: Any, mode: Mode) -> dict[str, Any]:
    known = labels >= 0
    told, group = labels[known], groups[known]
    unhappy, happy, chosen = guess.unhappy[known], guess.happy[known], guess.chosen[known]
    return {
        "auc_dissatisfied": auc(told == 0, unhappy),
        "auc_satisfied": auc(told == 2, happy),  # noqa: PLR2004  the label
        "accuracy": accuracy(told, chosen),
        "macro_f1": macro_f1(told, chosen),
        "n": int(known.sum()),
        "mode": mode,
        "intervals": {
            "auc_dissatisfied": auc_interval(told == 0, unhappy, group, SEED),
            "auc_satisfied": auc_interval(told == 2, happy, group, SEED),  # noqa: PLR2004
        },
        "snownlp": {
            "auc_dissatisfied": auc(told == 0, -base[known]),
            "auc_satisfied": auc(told == 2, base[known]),  # noqa: PLR2004
        },
    }
