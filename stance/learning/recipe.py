"""Everything that decides what training makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from stance.learning.base import MINILM
from stance.learning.training import TrainingConfig
from stance.model.inputs import InputFormat


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what `train_model` makes.

    Attributes:
        base: The encoder to start from.
        form: How inputs are made.
        config: How the network is fine-tuned on stance.
        warmup: How it is trained on sentiment before, if it is.
        sentiment: A file of NewsMTSC for that, or None for no warm-up.
        real_copies: How often the real articles are met each epoch; originals once.
        seeds: How many networks are fine-tuned, from different seeds; the
            weights of those that help are averaged (`souping.greedy_soup`), with those
            of the model that training goes on from, if it is one of ours.
    """

    base: str = MINILM
    form: InputFormat = field(default_factory=InputFormat)
    config: TrainingConfig = field(default_factory=TrainingConfig)
    warmup: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=2, layouts=False, learning_rate=5e-5, batch_size=32, class_weight=0
        )
    )
    sentiment: Path | None = None
    real_copies: int = 1
    seeds: int = 1
