"""Teaching a network to tell neutral sentences on the subject from those about something else.

A fourth output stands for what does not bear on Chinese mediation. Outside training, the
network over passages adds it to neutral again (`stance.model.network.folded`), so a model
made this way is used like any other.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from stance.corpus.schema import Unit
from stance.learning.dataset import LABELS

if TYPE_CHECKING:
    from transformers import PreTrainedModel

IRRELEVANT = "irrelevant"
FINE = (*map(str, LABELS), IRRELEVANT)
"""Names of the outputs of a network that tells relevance."""


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
