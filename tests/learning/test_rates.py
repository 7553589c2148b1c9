from __future__ import annotations

from pathlib import Path

import pytest

from stance.learning.base import find_base, load_network
from stance.learning.rates import layered_optimizer


def test_rates_fall_from_the_head_to_the_embeddings(encoder: Path) -> None:
    network = load_network(find_base(str(encoder)))
    depth = network.config.num_hidden_layers
    optimizer = layered_optimizer(network, 1.0, 0.5, 0.01)
    rate_of = {id(p): g["lr"] for g in optimizer.param_groups for p in g["params"]}
    rates = {name: rate_of[id(p)] for name, p in network.named_parameters()}
    assert rates["classifier.weight"] == 1.0
    for name, rate in rates.items():
        if "embeddings" in name:
            assert rate == pytest.approx(0.5 ** (depth + 1))
        if f"layer.{depth - 1}." in name:
            assert rate == pytest.approx(0.5)
        if "layer.0." in name:
            assert rate == pytest.approx(0.5**depth)


def test_every_parameter_is_trained_once_and_biases_do_not_decay(encoder: Path) -> None:
    network = load_network(find_base(str(encoder)))
    optimizer = layered_optimizer(network, 1.0, 0.9, 0.01)
    given = [id(p) for g in optimizer.param_groups for p in g["params"]]
    assert sorted(given) == sorted(id(p) for p in network.parameters())
    undecayed = {
        id(p) for g in optimizer.param_groups if not g["weight_decay"] for p in g["params"]
    }
    plain = {
        id(p) for n, p in network.named_parameters() if n.endswith(("bias", "LayerNorm.weight"))
    }
    assert undecayed == plain
