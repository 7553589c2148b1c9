from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stance.learning.base import find_base, load_network
from stance.learning.pooling import add_mean_layer, speaks_through_mean


def test_first_token_starts_as_the_mean_and_its_own_state(encoder: Path) -> None:
    import torch

    network = add_mean_layer(load_network(find_base(str(encoder)))).eval()
    ids = torch.tensor([[2, 7, 8, 9, 3, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 1, 1, 0, 0]])
    with torch.no_grad():
        states = network.bert(ids, attention_mask=mask, output_hidden_states=True).hidden_states
    before, after = states[-2][0], states[-1][0, 0]
    expected = before[0] + 2 * before[:5].mean(dim=0)
    expected = torch.nn.functional.layer_norm(expected, expected.shape)
    assert torch.allclose(after, expected, atol=1e-4)


def test_encoders_that_pool_by_mean_get_the_layer(encoder: Path, tmp_path: Path) -> None:
    plain = load_network(find_base(str(encoder)))
    assert plain.config.num_hidden_layers == 2
    copy = tmp_path / "mean"
    shutil.copytree(encoder, copy)
    (copy / "1_Pooling").mkdir()
    (copy / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    deeper = load_network(find_base(str(copy)))
    assert deeper.config.num_hidden_layers == 3
    deeper.save_pretrained(tmp_path / "saved")
    again = load_network(find_base(str(tmp_path / "saved")))
    assert again.config.num_hidden_layers == 3


@pytest.mark.parametrize(
    ("pools", "found"), [({"pooling_mode_cls_token": True}, False), ({}, False)]
)
def test_other_encoders_do_not(tmp_path: Path, pools: dict[str, bool], found: bool) -> None:  # noqa: FBT001
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pools))
    assert speaks_through_mean(str(tmp_path)) is found


def test_packaged_encoder_speaks_through_its_mean() -> None:
    assert speaks_through_mean(find_base().source)
