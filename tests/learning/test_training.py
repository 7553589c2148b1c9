from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from stance.corpus.collection import load_split
from stance.learning.base import find_base, load_network
from stance.learning.dataset import encode_articles
from stance.learning.training import TrainingConfig, fit, predict_logits
from stance.model.inputs import InputBuilder, InputFormat


def test_network_trained_in_bfloat16_computes_in_float(
    data: Path, encoder: Path, tmp_path: Path
) -> None:
    base = find_base(str(encoder))
    builder = InputBuilder.from_folder(encoder, InputFormat())
    train, validation = (
        encode_articles(load_split(data, s), builder) for s in ("train", "validation")
    )
    config = TrainingConfig(epochs=1, batch_size=8, learning_rate=1e-2, bf16=True)
    network = fit(load_network(base), train, validation, config, tmp_path / "checkpoints")
    network.save_pretrained(tmp_path / "saved")
    again = load_network(find_base(str(tmp_path / "saved")))
    given, expected = predict_logits(network, validation), predict_logits(again, validation)
    assert np.array_equal(given, expected)
    assert np.abs(given - given.mean(axis=0)).max() > 0


def test_best_epoch_is_kept(data: Path, encoder: Path, tmp_path: Path) -> None:
    """At a rate that wrecks the network later, the result is as good as its best epoch."""
    import json

    builder = InputBuilder.from_folder(encoder, InputFormat())
    train, validation = (
        encode_articles(load_split(data, s), builder) for s in ("train", "validation")
    )
    config = TrainingConfig(epochs=3, layouts=False, batch_size=8, learning_rate=0.05)
    start = load_network(find_base(str(encoder)))
    network = fit(start, train, validation, config, tmp_path / "run")
    last = max((tmp_path / "run").glob("checkpoint-*"), key=lambda p: int(p.name.split("-")[1]))
    log = json.loads((last / "trainer_state.json").read_text())["log_history"]
    best = max(row["eval_macro_f1"] for row in log if "eval_macro_f1" in row)
    from stance.learning.training import validation_macro_f1

    assert validation_macro_f1(network, validation) == best


def test_options_of_training_work_together(data: Path, encoder: Path, tmp_path: Path) -> None:
    """Contrast groups in one batch and rates that fall by layer change what is learnt."""
    builder = InputBuilder.from_folder(encoder, InputFormat())
    train, validation = (
        encode_articles(load_split(data, s), builder) for s in ("train", "validation")
    )
    plain = TrainingConfig(epochs=1, batch_size=4, learning_rate=1e-2)
    grouped = replace(plain, groups_together=True)
    found = []
    for number, config in enumerate((plain, grouped, replace(grouped, layer_falloff=0.5))):
        start = load_network(find_base(str(encoder)))
        network = fit(start, train, validation, config, tmp_path / str(number))
        found.append(predict_logits(network, validation))
    assert not np.allclose(found[0], found[1])
    assert not np.allclose(found[1], found[2])
