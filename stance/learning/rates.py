"""Learning rates that fall from layer to layer, so that what is general changes least.

Source: discriminative fine-tuning (Howard and Ruder, ACL 2018).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

_UNDECAYED = ("bias", "LayerNorm.weight")


def layered_optimizer(
    network: PreTrainedModel, rate: float, falloff: float, weight_decay: float
) -> torch.optim.AdamW:
    """AdamW in which every layer has a share of the rate of the layer above.

    Args:
        network: A classifier of `transformers` whose encoder numbers its layers.
        rate: Rate of the head, and of what lies above the layers.
        falloff: Rate of a layer over that of the one above; the topmost over the head's.
            Embeddings count as the layer below the lowest.
        weight_decay: Decay of all weights but biases and norms.
    """
    import torch

    depth: int = network.config.num_hidden_layers
    groups: dict[tuple[int, bool], dict[str, Any]] = {}
    for name, parameter in network.named_parameters():
        below = _layers_below_head(name, depth)
        decayed = not name.endswith(_UNDECAYED)
        group = groups.setdefault(
            (below, decayed),
            {
                "params": [],
                "lr": rate * falloff**below,
                "weight_decay": weight_decay if decayed else 0.0,
            },
        )
        group["params"].append(parameter)
    return torch.optim.AdamW(list(groups.values()), lr=rate, fused=True)


def _layers_below_head(name: str, depth: int) -> int:
    parts = name.split(".")
    if "layer" in parts:
        return depth - int(parts[parts.index("layer") + 1])
    # What else an encoder has (projections, relative positions) feeds its lowest layer.
    below = any("embeddings" in part or part == "encoder" for part in parts)
    return depth + 1 if below else 0
