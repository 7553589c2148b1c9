from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    ElectraConfig,
    ElectraForSequenceClassification,
    PreTrainedModel,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from stance.learning.attention import NAME, plain_attention
from stance.learning.base import find_base, load_network
from stance.model.inputs import Passage
from stance.model.network import PassageNetwork, passage_logits

PASSAGES = [
    Passage((2, 5, 6, 3, 2, 7, 3), (1, 1, 1, 1, 2, 2, 2), (0, 4), (0, 1)),
    Passage((2, 8, 3), (1, 1, 1), (0,), (0,)),
]


KINDS: dict[str, tuple[Any, Any]] = {
    "bert": (BertForSequenceClassification, BertConfig),
    "roberta": (RobertaForSequenceClassification, RobertaConfig),
    "electra": (ElectraForSequenceClassification, ElectraConfig),
}


def small(kind: str) -> PreTrainedModel:
    """A random classifier of a kind; what its sizes leave out is as `transformers` has it."""
    made, config = KINDS[kind]
    sizes = {
        "vocab_size": 40,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    torch.manual_seed(1)
    network: PreTrainedModel = made(config(**sizes, num_labels=3, attention_probs_dropout_prob=0))
    network.eval()
    return network


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bf16", [False, True])
def test_plain_attention_gives_what_fused_attention_gives(kind: str, *, bf16: bool) -> None:
    """In a batch with padding, which encoders other than BERT mask through transformers."""
    network = small(kind)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        fused = passage_logits(PassageNetwork(network), PASSAGES, 2)
        with plain_attention(network):
            plain = passage_logits(PassageNetwork(network), PASSAGES, 2)
    assert np.isfinite(plain).all()
    assert plain == pytest.approx(fused, abs=0.02 if bf16 else 1e-5)


def test_plain_attention_is_named_while_it_lasts(encoder: Path) -> None:
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
    bert: Any = network.base_model
    weight = bert.encoder.layer[0].attention.self.query.weight
    found = []
    for wanted in (False, True):
        network.zero_grad()
        with plain_attention(network, wanted=wanted):
            PassageNetwork(network.eval())(ids, sentence, torch.tensor([[0, 4]]))["logits"][
                ..., 0
            ].sum().backward()
        found.append(weight.grad.clone())
    assert torch.allclose(found[0], found[1], atol=1e-6)
    assert found[0].abs().max() > 0
