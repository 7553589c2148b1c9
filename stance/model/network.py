"""The network over passages: a plain sequence classifier that answers at every mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from stance.errors import ModelError
from stance.model.folder import PROBE, read_manifest
from stance.model.inputs import Passage
from stance.records import Label

if TYPE_CHECKING:
    from transformers import PreTrainedModel


POOLED_BY_BASE = frozenset({"bert"})
POOLED_BY_HEAD = frozenset({"deberta", "deberta-v2"})
OUTPUTS = len(Label)
ONE_HEAD = frozenset({"roberta", "xlm-roberta", "camembert", "electra"})


class PassageNetwork(nn.Module):
    """Runs a sequence classifier once over a passage, and its head at every mark.

    The weights are the classifier's own. In BERT's last layer a token attends to
    its own sentence only, so a passage of one sentence gives what plain
    `transformers` gives for that sentence. Other encoders read the whole passage in
    every layer.
    """

    def __init__(self, classifier: PreTrainedModel, probe: nn.Linear | None = None) -> None:
        """Wrap a classifier.

        Args:
            classifier: A sequence classifier of `transformers` whose head reads
                the first token.
            probe: Reads the same states, and gives the log-odds that what is neutral is
                irrelevant; None where the model does not tell.

        Raises:
            ModelError: Its head reads something else, or is not known here.
        """
        super().__init__()
        kind = classifier.config.model_type
        known = POOLED_BY_BASE | POOLED_BY_HEAD | ONE_HEAD
        if kind not in known:
            raise ModelError(
                f"an encoder of type {kind!r}: expected one whose head reads the first token: "
                f"choose among {', '.join(sorted(known))}"
            )
        self.classifier = classifier
        self.probe = probe

    @property
    def outputs(self) -> int:
        """Columns of its logits outside training."""
        return OUTPUTS + (self.probe is not None)

    def forward(self, input_ids: Tensor, sentence: Tensor, marks: Tensor) -> dict[str, Tensor]:
        """Logits at every mark.

        Args:
            input_ids: Token ids; shape (passages, tokens).
            sentence: The number of every token's sentence, 0 for padding; same shape.
            marks: Where the scored pieces begin; shape (passages, marks). Where a
                passage has fewer, any place may stand.

        Returns:
            `logits` of shape (passages, marks, labels), with the probe's log-odds as a
            last column where there is one. A classifier with an output for what is
            irrelevant shows it in training only; else it is `folded`.
        """
        states = self.states(input_ids, sentence, marks).flatten(0, 1)
        logits = self._head(states)
        if not self.training:
            logits = folded(logits)
            if self.probe is not None:
                logits = torch.cat([logits, self.probe(states)], dim=1)
        return {"logits": logits.unflatten(0, marks.shape)}

    def states(self, input_ids: Tensor, sentence: Tensor, marks: Tensor) -> Tensor:
        """Hidden states of the last layer at every mark; shape (passages, marks, hidden)."""
        states = self._encoded(input_ids, sentence)
        return states.gather(1, marks[:, :, None].expand(-1, -1, states.shape[2]))

    def _encoded(self, input_ids: Tensor, sentence: Tensor) -> Tensor:
        """Hidden states of the last layer; shape (passages, tokens, hidden)."""
        base: Any = self.classifier.base_model
        states: Tensor
        if self.classifier.config.model_type != "bert":
            states = base(input_ids, attention_mask=(sentence > 0).long()).last_hidden_state
            return states
        states = base.embeddings(input_ids=input_ids)
        everywhere = _mask((sentence > 0)[:, None, None, :], states)
        within = _mask((sentence[:, None, :, None] == sentence[:, None, None, :]), states)
        *layers, last = base.encoder.layer
        for layer in layers:
            states = layer(states, everywhere)
        states = last(states, within)
        return states

    def _head(self, states: Tensor) -> Tensor:
        """The classifier's own head on states of its first token; shape (n, labels)."""
        whole: Any = self.classifier
        first = states[:, None]
        logits: Tensor
        if whole.config.model_type in ONE_HEAD:
            logits = whole.classifier(first)
            return logits
        in_base = whole.config.model_type in POOLED_BY_BASE
        pooler = whole.base_model.pooler if in_base else whole.pooler
        logits = whole.classifier(whole.dropout(pooler(first)))
        return logits


def folded(logits: Tensor) -> Tensor:
    """Add the probability of what is irrelevant, the fourth output, to that of neutral.

    Args:
        logits: Shape (..., 4); of shape (..., 3) they are given back as they are.

    Returns:
        Shape (..., 3).
    """
    if logits.shape[-1] == OUTPUTS:
        return logits
    skeptical, neutral, hopeful, irrelevant = logits.unbind(-1)
    return torch.stack([skeptical, torch.logaddexp(neutral, irrelevant), hopeful], -1)


def _mask(seen: Tensor, states: Tensor) -> Tensor:
    """What to add to attention scores: nothing where a token is seen, much less elsewhere."""
    return torch.where(seen, 0.0, torch.finfo(states.dtype).min).to(states.dtype)


def padded(passages: Sequence[Passage]) -> dict[str, Tensor]:
    """The network's inputs for a batch of passages, filled up with zeros."""

    def column(rows: Sequence[Sequence[int]]) -> Tensor:
        return pad_sequence([torch.tensor(row) for row in rows], batch_first=True)

    return {
        "input_ids": column([p.ids for p in passages]),
        "sentence": column([p.sentence for p in passages]),
        "marks": column([p.marks for p in passages]),
    }


def passage_logits(
    network: PassageNetwork, passages: Sequence[Passage], batch_size: int
) -> NDArray[np.float32]:
    """Logits of a network, passages of like length together.

    Args:
        network: The network, on any device.
        passages: Passages in any order.
        batch_size: Most passages run at once.

    Returns:
        Shape (n, outputs): a row for every mark of every passage, in order.
    """
    empty = np.zeros((0, network.outputs), dtype=np.float32)
    found = _mark_rows(network, lambda feed: network(**feed)["logits"], passages, batch_size)
    return np.concatenate([empty, *found])


def passage_states(
    network: PassageNetwork, passages: Sequence[Passage], batch_size: int
) -> NDArray[np.float32]:
    """States of the last layer at every mark of at least one passage; shape (n, hidden)."""
    return np.concatenate(
        _mark_rows(network, lambda feed: network.states(**feed), passages, batch_size)
    )


def _mark_rows(
    network: PassageNetwork,
    run: Callable[[dict[str, Tensor]], Tensor],
    passages: Sequence[Passage],
    batch_size: int,
) -> list[NDArray[np.float32]]:
    """What the network gives at the marks of each passage, in their order."""
    device = network.classifier.device
    rows = [np.zeros((0, 0), dtype=np.float32)] * len(passages)
    order = sorted(range(len(passages)), key=lambda i: len(passages[i].ids))
    network.eval()
    with torch.inference_mode():
        for first in range(0, len(order), batch_size):
            chosen = order[first : first + batch_size]
            feed = {k: v.to(device) for k, v in padded([passages[i] for i in chosen]).items()}
            found = run(feed).float().cpu().numpy()
            for i, row in zip(chosen, found, strict=True):
                rows[i] = row[: len(passages[i].marks)]
    return rows


def save_probe(probe: nn.Linear, folder: Path) -> None:
    """Write a probe into a model folder."""
    from safetensors.torch import save_model

    save_model(probe, str(folder / PROBE))


def load_probe(folder: Path) -> nn.Linear | None:
    """The probe that a model folder's manifest lists, in float32; None where it lists none."""
    from safetensors.torch import load_file

    if PROBE not in read_manifest(folder).files:
        return None
    weights = load_file(folder / PROBE)
    probe = nn.Linear(weights["weight"].shape[1], 1)
    probe.load_state_dict(weights)
    return probe
