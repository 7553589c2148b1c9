"""Teaching a network to tell neutral sentences on the subject from those about something else.

A fourth output stands for what does not bear on Chinese mediation. Outside training, the
network over passages adds it to neutral again (`stance.model.network.folded`), so a model
made this way is used like any other.

After training, whatever the outputs, a probe is fitted that tells which neutral sentences
are irrelevant (Alain and Bengio, 2016, arXiv:1610.01644). It moves no stance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance.corpus.schema import AnnotatedArticle, Unit
from stance.learning.dataset import LABELS, labelled_passages
from stance.model.inputs import InputBuilder
from stance.records import Label

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

IRRELEVANT = "irrelevant"
FINE = (*map(str, LABELS), IRRELEVANT)
"""Names of the outputs of a network that tells relevance."""
PROBED = 2000
"""A probe is fitted on so many articles, or up to twice as many: enough for a straight line."""


def fine_label(unit: Unit) -> int:
    """The index of a unit's label in `FINE`."""
    return LABELS.index(unit.label) if unit.relevant else FINE.index(IRRELEVANT)


def add_relevance(network: PreTrainedModel) -> PreTrainedModel:
    """Give a classifier over `LABELS` a fourth output, which shares neutral's probability.

    Args:
        network: The classifier; changed in place. Folded, it says what it said before.

    Returns:
        The network.
    """
    import torch

    whole: Any = network
    owner, name = (whole, "classifier")
    if not isinstance(whole.classifier, torch.nn.Linear):
        owner, name = (whole.classifier, "out_proj")
    narrow = getattr(owner, name)
    neutral = FINE.index("neutral")
    wide = torch.nn.Linear(narrow.in_features, len(FINE))
    with torch.no_grad():
        wide.weight.copy_(narrow.weight[[*range(len(LABELS)), neutral]])
        wide.bias.copy_(narrow.bias[[*range(len(LABELS)), neutral]])
        wide.bias[[neutral, FINE.index(IRRELEVANT)]] -= math.log(2)
    setattr(owner, name, wide)
    network.config.id2label = dict(enumerate(FINE))
    network.config.label2id = {name: i for i, name in enumerate(FINE)}
    return network


def fit_probe(
    network: PreTrainedModel,
    builder: InputBuilder,
    train: Sequence[AnnotatedArticle],
    validation: Sequence[AnnotatedArticle],
) -> torch.nn.Linear | None:
    """Fit a probe that tells which neutral units are irrelevant, on a network as it is.

    Args:
        network: The trained network; not changed.
        builder: The network's input builder.
        train: Training articles; evenly many of them are read (see `PROBED`).
        validation: Articles to scale its log-odds on (Platt, 1999).

    Returns:
        A layer from the network's states to the log-odds that a neutral unit is irrelevant,
        in float16's numbers; None where either part has neutral units of one sort only.
    """
    import torch
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    some = train[:: max(1, len(train) // PROBED)]
    states, irrelevant = _neutral_states(network, builder, some)
    new_states, truth = _neutral_states(network, builder, validation)
    if any(part.all() or not part.any() for part in (irrelevant, truth)):
        return None
    scaler, line = StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)
    probe = make_pipeline(scaler, line).fit(states, irrelevant)
    scaled = LogisticRegression(C=np.inf).fit(probe.decision_function(new_states)[:, None], truth)
    slope, shift = float(scaled.coef_[0, 0]), float(scaled.intercept_[0])
    weight = slope * line.coef_[0] / scaler.scale_
    layer = torch.nn.Linear(len(weight), 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight)[None])
        layer.bias.fill_(float(slope * line.intercept_[0] - weight @ scaler.mean_ + shift))
    return layer.half().float()


def _neutral_states(
    network: PreTrainedModel, builder: InputBuilder, articles: Sequence[AnnotatedArticle]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """States of the neutral units, and whether each is irrelevant; a row a window."""
    from stance.model.network import PassageNetwork, passage_states

    rows = list(labelled_passages(articles, builder))
    units = [None if u is None else articles[r.article].units[u] for r in rows for u in r.units]
    neutral = [u is not None and u.label is Label.NEUTRAL for u in units]
    irrelevant = [not u.relevant for u in units if u and u.label is Label.NEUTRAL]
    states = passage_states(PassageNetwork(network), [r.passage for r in rows], 32)
    return states[neutral], np.array(irrelevant, dtype=np.bool_)
