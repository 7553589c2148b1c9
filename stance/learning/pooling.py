"""A layer that lets a classifier hear all tokens of an encoder that speaks through their mean.

Sentence encoders such as MiniLM are trained to put a sentence's meaning into the
mean of its tokens, while plain BERT classifiers listen to the first token only.
One more BERT layer, which starts as an exact mean and is trained on, joins them,
and the model still loads as a plain BERT classifier. Starting a deeper network
from one that computes the same is Net2Net's idea (Chen et al., ICLR 2016).
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SHARE = 2.0
"""Weight of the mean beside the first token's own state, which the residual adds."""


def speaks_through_mean(source: str) -> bool:
    """Whether an encoder says that it pools by mean, as sentence-transformers writes it.

    Args:
        source: A folder or a name on the hub.
    """
    from transformers.utils.hub import cached_file

    found = cached_file(
        source,
        "1_Pooling/config.json",
        _raise_exceptions_for_gated_repo=False,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    if found is None:
        return False
    return bool(json.loads(Path(found).read_text("utf-8")).get("pooling_mode_mean_tokens"))


def add_mean_layer(network: PreTrainedModel) -> PreTrainedModel:
    """Append a layer after which the first token holds the mean of all tokens.

    Queries are zero, so attention is even over all tokens that the layer sees;
    values and output pass the states on; the feed-forward part adds nothing.
    The pooler starts as the identity. Everything is trained from there.

    Args:
        network: A BERT sequence classifier; changed in place.

    Returns:
        The network.
    """
    import torch

    bert: Any = network.bert
    layer = copy.deepcopy(bert.encoder.layer[-1])
    attention, output = layer.attention.self, layer.attention.output
    identity = torch.eye(network.config.hidden_size)
    with torch.no_grad():
        for part in (attention.query, layer.output.dense):
            part.weight.zero_()
            part.bias.zero_()
        for part, weight in (
            (attention.value, identity),
            (output.dense, SHARE * identity),
            (bert.pooler.dense, identity),
        ):
            part.weight.copy_(weight)
            part.bias.zero_()
        for norm in (output.LayerNorm, layer.output.LayerNorm):
            norm.weight.fill_(1)
            norm.bias.zero_()
    bert.encoder.layer.append(layer)
    network.config.num_hidden_layers += 1
    return network
