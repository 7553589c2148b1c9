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
"""About how many articles a probe is fitted on: more add minutes, and nothing else."""


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
    network: PreTrainedModel, articles: Sequence[AnnotatedArticle], builder: InputBuilder
) -> torch.nn.Linear | None:
    """Fit a probe that tells which neutral units are irrelevant, on a network as it is.

    Args:
        network: The trained network; not changed.
        articles: Training articles; evenly many of them are read, about `PROBED`.
        builder: The network's input builder.

    Returns:
        A layer from the network's states to the log-odds that a neutral unit is
        irrelevant; None where the articles do not have neutral units of both sorts.
    """
    import torch
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from stance.model.network import PassageNetwork, passage_states

    some = articles[:: max(1, len(articles) // PROBED)]
    rows = list(labelled_passages(some, builder))
    units = [None if u is None else some[r.article].units[u] for r in rows for u in r.units]
    neutral = [u is not None and u.label is Label.NEUTRAL for u in units]
    irrelevant = np.array([not u.relevant for u in units if u and u.label is Label.NEUTRAL])
    if len(set(irrelevant.tolist())) < len({True, False}):
        return None
    states = passage_states(PassageNetwork(network), [r.passage for r in rows], 32)[neutral]
    scaler, line = StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)
    make_pipeline(scaler, line).fit(states, irrelevant)
    weight = line.coef_[0] / scaler.scale_
    probe = torch.nn.Linear(len(weight), 1)
    with torch.no_grad():
        probe.weight.copy_(torch.tensor(weight)[None])
        probe.bias.fill_(float(line.intercept_[0] - weight @ scaler.mean_))
    return probe
