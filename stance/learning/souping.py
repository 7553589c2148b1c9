"""Averaging the weights of networks that were fine-tuned from one start.

Sources: Wortsman et al., "Model soups", ICML 2022; with the start itself among them, Wortsman
et al., "Robust fine-tuning of zero-shot models", CVPR 2022.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def average_weights(networks: Sequence[PreTrainedModel]) -> PreTrainedModel:
    """A network whose every weight is the mean over all.

    Args:
        networks: Networks of one shape; at least one. They stay as they are.
    """
    import torch

    mean = copy.deepcopy(networks[0])
    states = [n.state_dict() for n in networks]
    mean.load_state_dict(
        {
            name: torch.stack([s[name].float() for s in states]).mean(dim=0).to(value.dtype)
            for name, value in states[0].items()
        }
    )
    return mean


def greedy_soup(
    networks: Sequence[PreTrainedModel], score: Callable[[PreTrainedModel], float]
) -> tuple[PreTrainedModel, list[int]]:
    """Average the best network with those that make it no worse, best first.

    Args:
        networks: Networks fine-tuned from the same start; at least one.
        score: Says how good a network is, on validation data.

    Returns:
        The average, and which networks are in it, by their indices, best first.
    """
    scores = [score(network) for network in networks]
    ranked = sorted(range(len(networks)), key=scores.__getitem__, reverse=True)
    soup, best = networks[ranked[0]], scores[ranked[0]]
    inside = [ranked[0]]
    for i in ranked[1:]:
        trial = average_weights([networks[k] for k in (*inside, i)])
        found = score(trial)
        if found >= best:
            inside.append(i)
            soup, best = trial, found
    return soup, inside
