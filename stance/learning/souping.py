"""Averaging the weights of networks that were fine-tuned from one start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def average_weights(networks: Sequence[PreTrainedModel]) -> PreTrainedModel:
    """A uniform model soup (Wortsman et al., ICML 2022).

    Args:
        networks: Networks of one shape, fine-tuned from the same start; at least one.

    Returns:
        The first network, with every weight the mean over all.
    """
    import torch

    first = networks[0]
    if len(networks) > 1:
        states = [n.state_dict() for n in networks]
        mean = {
            name: torch.stack([s[name].float() for s in states]).mean(dim=0).to(value.dtype)
            for name, value in states[0].items()
        }
        first.load_state_dict(mean)
    return first
