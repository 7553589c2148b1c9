"""Fitting the floors of label sets on validation units (see `model/conformal.py`).

Conformity scores and thresholds are MAPIE's; only numbers go into the manifest. The
calibration units are those of all validation splits, and every label has its own
threshold. On halves of the validation articles (`benchmarks/coverage.py --validation`)
one threshold for all labels keeps what it promises over all units by covering the many
neutral ones: asked for 0.9, its sets held 0.49 of the hopeful and 0.71 of the skeptical
sentences of real news. One threshold a label held 0.62 and 0.85, in sets of 1.16 labels
instead of 1.06. Thresholds from real news alone would rest on 25 hopeful and 31
skeptical units: too few for the upper levels, where every set becomes full.

Validation also chose the best epoch and the temperature, so the scores are a little
kinder than those of unseen text, and sentences of one article are not independent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.corpus.schema import AnnotatedArticle
from stance.errors import CorpusError, MissingExtraError
from stance.learning.dataset import LABELS
from stance.learning.evaluation import score_units
from stance.learning.fingerprint import articles_sha256
from stance.learning.splits import learning_data
from stance.model.conformal import LEVELS
from stance.model.folder import GRAPH, Manifest, check_files, read_manifest, seal
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.model.runtime import Runtime

Floors = dict[str, tuple[float, ...]]


def add_coverage(folder: Path, data: Path) -> Manifest:
    """Fit the floors of a model folder anew, and seal it with them; no other file changes.

    Args:
        folder: A model folder, with floors or without.
        data: The data folder that the model was trained with, real news hydrated
            where the model had it.

    Raises:
        ModelError: The folder is no model, or an altered one.
        CorpusError: The validation articles are not those that the model had.
    """
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    train, articles, parts = learning_data(data)
    if articles_sha256([*train, *articles]) != manifest.origin.get("data_sha256"):
        raise CorpusError(
            f"{data} holds {', '.join(parts)}, as they are now, and the model had "
            f"{', '.join(manifest.origin.get('data', ()))}, as they were: bring the data back to "
            "that"
        )
    builder = InputBuilder.from_folder(folder, manifest.form)
    floors = floors_on(manifest, builder, OnnxRuntime(folder / GRAPH), articles)
    return seal(folder, replace(manifest, floors=floors))


def floors_on(
    manifest: Manifest,
    builder: InputBuilder,
    runtime: Runtime,
    articles: Sequence[AnnotatedArticle],
) -> Floors:
    """The floors from articles that the model was not trained on.

    Args:
        manifest: The model's manifest.
        builder: Its input builder.
        runtime: Its runtime.
        articles: Annotated articles.

    Raises:
        MissingExtraError: MAPIE is not installed.
    """
    return fit_floors(*scored_units(manifest, builder, runtime, articles))


def scored_units(
    manifest: Manifest,
    builder: InputBuilder,
    runtime: Runtime,
    articles: Sequence[AnnotatedArticle],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probabilities and true labels of the units that the model scores, furniture left out.

    Returns:
        Shapes (n, labels) and (n,), in the order of `LABELS`.
    """
    found = score_units(manifest, builder, runtime, articles)
    references = np.array([LABELS.index(u.label) for a in articles for u in a.units])
    # Only what is neutral by rule is wholly certain; no softmax over finite logits is.
    asked = found.max(axis=1) < 1
    return found[asked], references[asked]


def fit_floors(probabilities: NDArray[np.float64], references: NDArray[np.int64]) -> Floors:
    """For every label, the least probability at which it joins the set, at each level.

    With n units of a label, the threshold is the ceil((n + 1) * level)-th smallest
    conformity score of theirs; where n is too few for that, the floor is 0 and the
    label is in every set.

    Args:
        probabilities: Shape (n, labels), from units that were not trained on.
        references: Shape (n,), the true label's index.

    Raises:
        MissingExtraError: MAPIE is not installed.
    """
    try:
        from mapie.conformity_scores import LACConformityScore
    except ImportError:
        raise MissingExtraError("mapie", "train") from None
    measure = LACConformityScore()
    scores = measure.get_conformity_scores(references, probabilities, y_enc=references)[:, 0]
    floors = {}
    for index, label in enumerate(LABELS):
        own = scores[references == index]
        misses = np.round(1 - np.array(LEVELS), 2)
        within = misses[np.ceil((len(own) + 1) * (1 - misses)) <= len(own)]
        found = (
            measure.get_conformity_score_quantiles(own, within, cv="prefit") if within.size else ()
        )
        # Rounded down: a floor may only let more in.
        reached = [math.floor(1e6 * max(0.0, 1 - float(q))) / 1e6 for q in found]
        floors[str(label)] = (*reached, *[0.0] * (len(LEVELS) - len(reached)))
    return floors
