from __future__ import annotations

from pathlib import Path

import pytest
import torch

from stance.learning.attention import NAME, plain_attention
from stance.learning.base import find_base, load_network
from stance.model.inputs import Passage
from stance.model.network import PassageNetwork, passage_logits

PASSAGES = [
    Passage((2, 5, 6, 3, 2, 7, 3), (1, 1, 1, 1, 2, 2, 2), (0, 4), (0, 1)),
    Passage((2, 8, 3), (1, 1, 1), (0,), (0,)),
]


def test_plain_attention_gives_what_fused_attention_gives(encoder: Path) -> None:
    network = load_network(find_base(str(encoder)))
    fused = passage_logits(PassageNetwork(network), PASSAGES, 2)
    with plain_attention(network):
        assert network.config._attn_implementation == NAME
        plain = passage_logits(PassageNetwork(network), PASSAGES, 2)
    assert plain == pytest.approx(fused, abs=1e-5)


def test_what_was_used_before_is_put_back(encoder: Path) -> None:
    network = load_network(find_base(str(encoder)))
    before = network.config._attn_implementation
    with pytest.raises(RuntimeError, match="stopped"), plain_attention(network):
        raise RuntimeError("stopped")
    assert network.config._attn_implementation == before
    with plain_attention(network, wanted=False):
        assert network.config._attn_implementation == before


def test_gradients_are_those_of_fused_attention(encoder: Path) -> None:
    network = load_network(find_base(str(encoder)))
    ids = torch.tensor([[2, 5, 6, 3, 2, 7, 3]])
    sentence = torch.tensor([[1, 1, 1, 1, 2, 2, 2]])
    weight = network.base_model.encoder.layer[0].attention.self.query.weight
    found = []
    for wanted in (False, True):
        network.zero_grad()
        with plain_attention(network, wanted=wanted):
            PassageNetwork(network.eval())(ids, sentence, torch.tensor([[0, 4]]))["logits"][
                ..., 0
            ].sum().backward()
        found.append(weight.grad.clone())
    assert torch.allclose(*found, atol=1e-6)
    assert found[0].abs().max() > 0
