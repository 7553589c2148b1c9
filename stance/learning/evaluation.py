"""How well a model does on annotated articles, beside two baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.corpus.schema import AnnotatedArticle
from stance.errors import CorpusError
from stance.learning.baselines import BASELINES, baseline_probabilities, sentences_with_labels
from stance.learning.dataset import LABELS, labelled_passages
from stance.learning.fingerprint import articles_sha256
from stance.learning.intervals import Figure, Outcome, confusion_figures, draws, figures, margin
from stance.learning.mistakes import Mistake, surest_mistakes
from stance.model.calibration import probabilities
from stance.model.folder import Manifest
from stance.model.inputs import InputBuilder
from stance.model.runtime import Runtime
from stance.records import Label

ALARM_POOLS = frozenset({"mediation_other", "other"})
"""Pools of real news about other mediators or other things: a stance there is a false alarm."""


CHOSEN_ON = frozenset({"validation", "wire_validation"})
"""Splits that recipes are chosen on: their errors may be shown, their figures are none."""
RATES = {
    "false_alarms": "false alarms, share of units of items about other mediators or other things",
    "groups_right": "contrast groups wholly right",
    "relevant": "ROC AUC of relevance (0.5 is chance)",
}
"""How the rates of a split are called where they are printed (`Evaluation.rates`)."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one model on one split.

    Attributes:
        model: Name of the model.
        split: What was scored.
        articles: How many articles.
        units: How many units.
        data_sha256: Which data it was (`fingerprint.articles_sha256`).
        figures: Figures by classifier: `model`, `majority`, `tfidf`.
        margins: Macro-F1 of the model less each baseline's, on the same draws.
        confusion: Counts of the model by true label (rows) and given (columns).
        rates: What only some splits have: `false_alarms`, the share of units of
            `ALARM_POOLS` that the model calls skeptical or hopeful; `groups_right`,
            the share of contrast groups in which it has every unit right; `relevant`,
            the ROC AUC of relevance, where the model tells it.
        mistakes: The errors that the model is surest of, in originals of `CHOSEN_ON`:
            whoever read those of a test split would tune on it.
    """

    model: str
    split: str
    articles: int
    units: int
    data_sha256: str
    figures: Mapping[str, Mapping[str, Figure]]
    margins: Mapping[str, Figure]
    confusion: tuple[tuple[Figure, ...], ...]
    rates: Mapping[str, Figure]
    mistakes: tuple[Mistake, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as plain values, ready for JSON."""

        def plain(figure: Figure) -> dict[str, float]:
            return {k: round(getattr(figure, k), 4) for k in ("value", "low", "high")}

        return {
            "model": self.model,
            "split": self.split,
            "articles": self.articles,
            "units": self.units,
            "data_sha256": self.data_sha256,
            "figures": {
                name: {k: plain(f) for k, f in found.items()}
                for name, found in self.figures.items()
            },
            "margins": {name: plain(f) for name, f in self.margins.items()},
            "labels": [str(x) for x in LABELS],
            "confusion": [[plain(cell) for cell in row] for row in self.confusion],
            "rates": {name: plain(f) for name, f in self.rates.items()},
            "mistakes": [
                asdict(m) | {"probability": round(m.probability, 4)} for m in self.mistakes
            ],
        }


def evaluate_model(
    manifest: Manifest,
    builder: InputBuilder,
    runtime: Runtime,
    articles: Sequence[AnnotatedArticle],
    baseline_articles: Sequence[AnnotatedArticle],
    split: str,
) -> Evaluation:
    """Score a split with a model and with the baselines.

    Args:
        manifest: The model's manifest.
        builder: Its input builder.
        runtime: Its runtime.
        articles: The split.
        baseline_articles: What the baselines are fitted on: the model's own
            training articles, or the comparison is not fair.
        split: Name of the split.

    Raises:
        CorpusError: There is nothing to measure on, or nothing to fit the baselines on.
    """
    if not any(a.units for a in articles):
        raise CorpusError(f"{split}: no annotated units: choose a split that has some")
    references, owners = _truth(articles)
    rows = _unit_rows(manifest, builder, runtime, articles)
    given = {"model": rows[:, : len(LABELS)]}
    texts, labels = sentences_with_labels(baseline_articles)
    new_texts, _ = sentences_with_labels(articles)
    for name in BASELINES:
        given[name] = baseline_probabilities(name, texts, labels, new_texts)
    outcomes = {k: Outcome(p, references, owners) for k, p in given.items()}
    return Evaluation(
        model=manifest.name,
        split=split,
        articles=len(articles),
        units=len(references),
        data_sha256=articles_sha256(articles),
        figures={k: figures(o) for k, o in outcomes.items()},
        margins={k: margin(outcomes["model"], outcomes[k]) for k in BASELINES},
        confusion=confusion_figures(outcomes["model"]),
        rates=split_rates(articles, given["model"].argmax(axis=1), references)
        | _relevance_rate(articles, rows[:, len(LABELS) :]),
        mistakes=surest_mistakes(articles, given["model"]) if split in CHOSEN_ON else (),
    )


def split_rates(
    articles: Sequence[AnnotatedArticle], given: NDArray[np.int64], references: NDArray[np.int64]
) -> dict[str, Figure]:
    """The rates that a split has (see `Evaluation`), with intervals over articles or groups.

    Args:
        articles: The split.
        given: Shape (n,), the label given to each unit, as an index into `LABELS`.
        references: Shape (n,), the true one.
    """
    owners = [a for a in articles for _ in a.units]
    found = {}
    pooled = np.array([a.meta.get("pool") in ALARM_POOLS for a in owners])
    if pooled.any():
        names = np.array([a.id for a in owners])
        alarms = given != LABELS.index(Label.NEUTRAL)
        found["false_alarms"] = _share(alarms[pooled], names[pooled])
    groups = np.array([a.group or "" for a in owners])
    if (grouped := groups != "").any():
        names, places = np.unique(groups[grouped], return_inverse=True)
        right = np.ones(len(names), dtype=np.bool_)
        np.logical_and.at(right, places, (given == references)[grouped])
        found["groups_right"] = _share(right, names)
    return found


def _relevance_rate(
    articles: Sequence[AnnotatedArticle], told: NDArray[np.float64]
) -> dict[str, Figure]:
    """ROC AUC of relevance, resampling articles; nothing where it is not told or all alike.

    Args:
        articles: The split.
        told: Shape (n, 1), the probability of every unit; (n, 0) where there is none.
    """
    true = np.array([u.relevant for a in articles for u in a.units])
    if not told.size or true.all() or not true.any():
        return {}
    owners = np.array([i for i, a in enumerate(articles) for _ in a.units])
    order = np.argsort(told[:, 0])
    ties = np.flatnonzero(np.diff(told[order, 0], prepend=-1))
    drawn = np.vstack([np.ones(len(articles)), draws(len(articles), resamples=2000, seed=0)])
    weights = drawn[:, owners[order]]
    found = [np.add.reduceat(weights * part[order], ties, axis=1) for part in (true, ~true)]
    hits, others = found
    below = others.cumsum(axis=1) - others / 2
    pairs = hits.sum(axis=1) * others.sum(axis=1)
    # A draw of articles that are all alike ranks nothing.
    kept = pairs > 0
    areas = (hits * below).sum(axis=1)[kept] / pairs[kept]
    low, high = np.percentile(areas[1:], [2.5, 97.5])
    return {"relevant": Figure(float(areas[0]), float(low), float(high))}


def _share(hits: NDArray[np.bool_], owners: NDArray[np.str_]) -> Figure:
    """Share of hits, resampling whole owners."""
    _, places = np.unique(owners, return_inverse=True)
    sums = np.zeros((places.max() + 1, 2))
    np.add.at(sums, places, np.stack([hits, np.ones(len(hits))], axis=1))
    drawn = draws(len(sums), resamples=2000, seed=0) @ sums
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return Figure(float(hits.mean()), float(low), float(high))


def score_units(
    manifest: Manifest,
    builder: InputBuilder,
    runtime: Runtime,
    articles: Sequence[AnnotatedArticle],
) -> NDArray[np.float64]:
    """Probabilities for every annotated unit, as the scoring path gives them.

    Page furniture, as segmentation sees it, is neutral by rule; a long unit is
    scored over windows.

    Returns:
        Shape (units, labels), columns in the order of `LABELS`.
    """
    return _unit_rows(manifest, builder, runtime, articles)[:, : len(LABELS)]


def _unit_rows(
    manifest: Manifest,
    builder: InputBuilder,
    runtime: Runtime,
    articles: Sequence[AnnotatedArticle],
) -> NDArray[np.float64]:
    """`score_units`, with the probability of relevance as a last column where it is told."""
    rows = list(labelled_passages(articles, builder))
    logits = runtime.logits([r.passage for r in rows])
    columns = [manifest.labels.index(x) for x in LABELS]
    found = probabilities(logits, manifest.temperature, columns[LABELS.index(Label.NEUTRAL)])
    found = found[:, [*columns, *range(len(columns), found.shape[1])]]
    starts = np.cumsum([0, *(len(a.units) for a in articles)])
    places = np.array(
        [starts[r.article] + u if u is not None else -1 for r in rows for u in r.units],
        dtype=np.int64,
    )
    wanted = places >= 0
    sums = np.zeros((starts[-1], found.shape[1]))
    np.add.at(sums, places[wanted], found[wanted])
    by_rule = sums.sum(axis=1) == 0
    sums[by_rule, LABELS.index(Label.NEUTRAL)] = 1
    return np.asarray(sums / sums[:, : len(LABELS)].sum(axis=1, keepdims=True))


def _truth(articles: Sequence[AnnotatedArticle]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    units = [(LABELS.index(u.label), i) for i, a in enumerate(articles) for u in a.units]
    table = np.array(units, dtype=np.int64)
    return table[:, 0], table[:, 1]
