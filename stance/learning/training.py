"""Fine-tuning of an encoder on annotated articles, with the Hugging Face Trainer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from stance.errors import MissingExtraError, ModelError
from stance.learning.attention import plain_attention
from stance.learning.dataset import LABELS, UNLABELLED
from stance.learning.rates import layered_optimizer
from stance.learning.sampling import GroupedSampler
from stance.model.calibration import softmax
from stance.model.inputs import Passage
from stance.records import Label

if TYPE_CHECKING:
    import datasets
    import torch
    from transformers import EvalPrediction, PreTrainedModel, Trainer, TrainingArguments

    from stance.model.network import PassageNetwork


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How a model is fine-tuned.

    Attributes:
        epochs: Most passes over the training articles.
        layouts: The rows hold the articles once an epoch, laid out anew each time
            (`encode_articles`); else the same rows are met every epoch.
        learning_rate: Peak rate; it rises over the first tenth and falls to 0.
        batch_size: Passages a step.
        weight_decay: AdamW's weight decay.
        class_weight: Exponent on inverse label frequency in the loss: 0 for
            none, 1 for full balance.
        label_smoothing: Mass that the loss spreads over all labels.
        soft_labels: Learn from the annotators' votes, not from the label that counts, but
            where that was adjudicated; with `layouts` only.
        splices: Share of the articles without a stance that get one from a contrast group,
            another each time (`splicing.spliced`); with `layouts` only.
        relevance: Tell what is irrelevant apart in training (`relevance.FINE`).
        groups_together: Keep the versions of a contrast group in one batch.
        layer_falloff: Rate of a layer over the one above it (`layered_optimizer`).
        patience: Evaluations without a better validation macro-F1 before the end.
        seed: Seeds everything that is random.
        bf16: Compute in bfloat16.
    """

    epochs: int = 4
    layouts: bool = True
    learning_rate: float = 8e-5
    batch_size: int = 12
    weight_decay: float = 0.01
    class_weight: float = 0.5
    label_smoothing: float = 0.0
    soft_labels: bool = False
    splices: float = 0.0
    relevance: bool = False
    groups_together: bool = False
    layer_falloff: float = 1.0
    patience: int = 3
    seed: int = 13
    bf16: bool = False

    def __post_init__(self) -> None:
        """Refuse what would be passed over in silence.

        Raises:
            ModelError: Votes or splices are to be drawn, but nothing is laid out anew.
        """
        if not self.layouts and (self.soft_labels or self.splices):
            raise ModelError(
                "soft_labels and splices are drawn anew for every layout, and layouts is False: "
                "set layouts=True, or leave them out"
            )


def fit(
    network: PreTrainedModel,
    train: datasets.Dataset,
    validation: datasets.Dataset,
    config: TrainingConfig,
    checkpoints: Path,
    *,
    resume: bool = False,
) -> PreTrainedModel:
    """Fine-tune a network and return it at its best epoch on validation.

    Args:
        network: A sequence classifier over `LABELS`, or over `relevance.FINE`.
        train: Rows of `encode_articles`: with `config.layouts`, as many layouts
            as epochs, which are met in mixed order.
        validation: Likewise, laid out once; decides which epoch is kept, by macro-F1.
        config: The recipe.
        checkpoints: Folder for checkpoints, one an epoch.
        resume: Go on from the last checkpoint there, if any.

    Raises:
        MissingExtraError: torch or transformers is not installed.
    """
    try:
        from transformers import EarlyStoppingCallback, Trainer
        from transformers.trainer_utils import get_last_checkpoint

        from stance.model.network import PassageNetwork
    except ImportError as error:
        raise MissingExtraError(error.name or "transformers", "train") from None
    trainer = (_trainer_in_order(train, config) if config.groups_together else Trainer)(
        model=PassageNetwork(network),
        args=training_arguments(config, checkpoints, len(train)),
        train_dataset=train.remove_columns(["article", "group"]),
        eval_dataset=validation.remove_columns(["article", "group"]),
        optimizers=(_optimizer(network, config), None),
        data_collator=_collate,
        compute_loss_func=_weighted_loss(marked_labels(train), len(train), config),
        compute_metrics=_validation_metrics,
        callbacks=[EarlyStoppingCallback(config.patience)],
    )
    last = get_last_checkpoint(str(checkpoints)) if resume and checkpoints.is_dir() else None
    with plain_attention(network, wanted=config.bf16 and trainer.args.device.type == "cpu"):
        trainer.train(resume_from_checkpoint=last)
    # The Trainer leaves its casts to bfloat16 wrapped around `forward`.
    unwrapped = trainer.accelerator.unwrap_model(trainer.model, keep_fp32_wrapper=False)
    return cast("PassageNetwork", unwrapped).classifier


def _trainer_in_order(rows: datasets.Dataset, config: TrainingConfig) -> type[Trainer]:
    """A Trainer that keeps contrast groups in one batch."""
    from transformers import Trainer

    class OrderedTrainer(Trainer):
        def _get_train_sampler(self, train_dataset: Any = None) -> Any:  # noqa: ANN401, ARG002
            lengths = [len(ids) for ids in rows["input_ids"]]
            return GroupedSampler(lengths, rows["group"], config.batch_size, config.seed)

    return OrderedTrainer


def _optimizer(network: PreTrainedModel, config: TrainingConfig) -> torch.optim.Optimizer | None:
    """None where the Trainer's own optimizer will do."""
    if config.layer_falloff == 1:
        return None
    return layered_optimizer(
        network, config.learning_rate, config.layer_falloff, config.weight_decay
    )


def training_arguments(config: TrainingConfig, output: Path, rows: int) -> TrainingArguments:
    """The Trainer's arguments for a recipe over that many training rows."""
    import torch
    from transformers import TrainingArguments

    passes = 1 if config.layouts else config.epochs
    steps = max(1, passes * math.ceil(rows / config.batch_size))
    epoch = max(1, math.ceil(steps / config.epochs))
    return TrainingArguments(
        output_dir=str(output),
        num_train_epochs=passes,
        learning_rate=config.learning_rate,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=4 * config.batch_size,
        weight_decay=config.weight_decay,
        warmup_steps=max(1, steps // 10),
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        eval_strategy="steps",
        eval_steps=epoch,
        save_strategy="steps",
        save_steps=epoch,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="macro_f1",
        greater_is_better=True,
        logging_steps=50,
        report_to="none",
        seed=config.seed,
        bf16=config.bf16,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
        remove_unused_columns=True,
        label_names=["labels"],
    )


def predict_logits(
    network: PreTrainedModel,
    rows: datasets.Dataset,
    batch_size: int = 16,
    probe: torch.nn.Linear | None = None,
) -> NDArray[np.float32]:
    """Logits of a network in float32 at the labelled marks of `encode_articles`.

    Returns:
        Shape (n, outputs), in the order of `marked_labels`: the labels, and what the probe
        for relevance tells, if there is one.
    """
    from stance.model.network import PassageNetwork, passage_logits

    passages = [
        Passage(ids, sentence, marks, ())
        for ids, sentence, marks in zip(
            rows["input_ids"], rows["sentence"], rows["marks"], strict=True
        )
    ]
    found = passage_logits(PassageNetwork(network, probe), passages, batch_size)
    return found[[x != UNLABELLED for row in rows["labels"] for x in row]]


def marked_labels(rows: datasets.Dataset) -> NDArray[np.int64]:
    """The labels of the labelled marks of `encode_articles`, in order."""
    return np.array([x for row in rows["labels"] for x in row if x != UNLABELLED])


def validation_macro_f1(network: PreTrainedModel, rows: datasets.Dataset) -> float:
    """Macro-F1 of a network on rows of `encode_articles`."""
    from stance.learning.metrics import MacroF1

    given = predict_logits(network, rows).argmax(axis=1)
    found = MacroF1().compute(predictions=given, references=marked_labels(rows))
    return float(found["macro_f1"])


def class_weights(labels: Sequence[int] | NDArray[np.int64], exponent: float) -> list[float]:
    """Weight of each output in the loss: inverse frequency to a power, mean 1 over the rows.

    What is irrelevant counts as neutral, and has its weight.
    """
    neutral = LABELS.index(Label.NEUTRAL)
    counts = Counter(int(x) if x < len(LABELS) else neutral for x in labels)
    raw = [(len(labels) / max(1, counts[i])) ** exponent for i in range(len(LABELS))]
    mean = sum(raw[i] * counts[i] for i in range(len(LABELS))) / len(labels)
    weights = [w / mean for w in raw]
    return [*weights, weights[neutral]]


def _weighted_loss(
    labels: NDArray[np.int64], passages: int, config: TrainingConfig
) -> Callable[..., torch.Tensor]:
    """Cross-entropy in which every mark counts the same, in a long passage or a short one."""
    import torch

    weights = torch.tensor(class_weights(labels, config.class_weight))
    usual = config.batch_size * len(labels) / passages

    def loss(outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:  # noqa: ANN401, ARG001
        summed = torch.nn.functional.cross_entropy(
            outputs["logits"].float().flatten(0, 1),
            labels.flatten(),
            weight=weights[: outputs["logits"].shape[-1]].to(labels.device),
            label_smoothing=config.label_smoothing,
            ignore_index=UNLABELLED,
            reduction="sum",
        )
        count = usual if torch.is_grad_enabled() else int((labels != UNLABELLED).sum())
        return summed / count

    return loss


def _validation_metrics(prediction: EvalPrediction) -> dict[str, float]:
    from stance.learning.metrics import CalibrationError, MacroF1, Matthews

    references = np.asarray(prediction.label_ids)
    marked = references != UNLABELLED
    logits, references = np.asarray(prediction.predictions)[marked], references[marked]
    given = logits.argmax(axis=1)
    found: dict[str, float] = {}
    for metric in (MacroF1(), Matthews()):
        found |= metric.compute(predictions=given, references=references)
    found |= CalibrationError().compute(predictions=softmax(logits), references=references)
    return found


def _collate(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    import torch
    from torch.nn.utils.rnn import pad_sequence

    fills = {"input_ids": 0, "sentence": 0, "marks": 0, "labels": UNLABELLED}
    return {
        name: pad_sequence(
            [torch.tensor(row[name]) for row in rows], batch_first=True, padding_value=fill
        )
        for name, fill in fills.items()
    }
