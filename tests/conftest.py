"""A tiny encoder, a tiny corpus and a tiny model, made here so that tests run offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

ROOT = Path(__file__).resolve().parent.parent

_WORDS = """china beijing envoy talks peace plan kyiv called the empty a to and of it is was would
said welcomed rejected offered host mediation role war truce on monday ."""


def write_tiny_encoder(folder: Path) -> Path:
    """A BERT of a few thousand weights with a tokenizer, as `transformers` loads it."""
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = [chr(c) for c in range(33, 127)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_WORDS.split(), *letters]
    vocab = {w: i for i, w in enumerate(dict.fromkeys([*pieces, *("##" + x for x in letters)]))}
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocab),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


def article_row(number: int, split: str, lines: list[tuple[str, str]]) -> dict[str, Any]:
    """A corpus row: sentences with labels, joined by a blank line each."""
    text, units = "", []
    for i, (sentence, label) in enumerate(lines):
        text += ("\n\n" if i else "") + sentence
        holder = "none" if label == "neutral" else "author"
        units.append(
            {
                "start": len(text) - len(sentence),
                "end": len(text),
                "kind": "headline" if i == 0 else "body",
                "label": label,
                "relevant": i > 0 or label != "neutral",
                "mixed": False,
                "holder": holder,
                "confidence": 3,
                "votes": [label] * 3,
            }
        )
    return {
        "id": f"{split}-{number}",
        "split": split,
        "register": "wire",
        "headline": None,
        "text": text,
        "units": units,
    }


def tiny_articles(split: str, count: int) -> list[dict[str, Any]]:
    """Articles with one sentence a label; a mark in every few words keeps them apart."""
    rows = []
    for n in range(count):
        x = f"{split[:2]}{n}"
        lines = [
            (f"Envoy talks {x} of season {x}", "neutral"),
            (f"Beijing offered {x} to host {x} on Monday {x}.", "neutral"),
            (f"Kyiv rejected {x} as an empty {x} plan {x}.", "skeptical"),
            (f"A diplomat {x} welcomed the {x} role as {x}.", "hopeful"),
        ]
        rows.append(article_row(n, split, lines))
    return rows


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "corpus").mkdir()
    for split, count in (("train", 12), ("validation", 4), ("test", 4)):
        rows = tiny_articles(split, count)
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "corpus" / f"{split}.jsonl").write_text(text)
    return folder


@pytest.fixture(scope="session")
def tiny_model(data: Path, encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from stance.learning.pipeline import train_model
    from stance.learning.recipe import Recipe
    from stance.learning.training import TrainingConfig

    output = tmp_path_factory.mktemp("models") / "tiny"
    recipe = Recipe(
        base=str(encoder), config=TrainingConfig(epochs=2, batch_size=8, learning_rate=5e-3)
    )
    train_model(data, output, recipe)
    return output
