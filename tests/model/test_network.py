from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stance.errors import ModelError
from stance.learning.base import find_base, load_network
from stance.model.inputs import InputBuilder, InputFormat, Passage
from stance.model.network import PassageNetwork, padded, passage_logits
from stance.records import Kind, Sentence

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TEXTS = ["Kyiv called the plan empty.", "A diplomat welcomed the role.", "Talks began on Monday."]


def passages(encoder: Path, *texts: str) -> list[Passage]:
    builder = InputBuilder.from_folder(encoder, InputFormat())
    return list(builder.build([Sentence(t, 0, len(t), Kind.BODY) for t in texts]))


@pytest.fixture(scope="module")
def network(encoder: Path) -> PassageNetwork:
    return PassageNetwork(load_network(find_base(str(encoder))))


def test_a_row_does_not_depend_on_the_batch(network: PassageNetwork, encoder: Path) -> None:
    long, short = passages(encoder, *TEXTS), passages(encoder, TEXTS[1])
    together = passage_logits(network, [*short, *long], 2)
    alone = np.concatenate([passage_logits(network, p, 1) for p in (short, long)])
    assert together.shape == (4, 3)
    assert together == pytest.approx(alone, abs=1e-5)


def test_context_is_heard_but_not_in_the_last_layer(encoder: Path) -> None:
    """With one layer a sentence is alone; with two it hears its neighbours."""
    changed = passages(encoder, "Kyiv praised the plan.", *TEXTS[1:])
    for layers, same in ((1, True), (2, False)):
        classifier: Any = load_network(find_base(str(encoder)))
        del classifier.bert.encoder.layer[: 2 - layers]
        classifier.bert.embeddings.position_embeddings.weight.data.zero_()
        network = PassageNetwork(classifier)
        before = passage_logits(network, passages(encoder, *TEXTS), 1)
        after = passage_logits(network, changed, 1)
        assert np.allclose(before[1], after[1], atol=1e-6) == same
        assert not np.allclose(before[0], after[0], atol=1e-6)


@pytest.mark.parametrize("kind", ["Bert", "Roberta", "DebertaV2", "Electra"])
def test_one_sentence_is_what_plain_transformers_computes(kind: str) -> None:
    import torch
    import transformers

    torch.manual_seed(3)
    config = getattr(transformers, f"{kind}Config")(
        vocab_size=60,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=3,
    )
    classifier: PreTrainedModel = getattr(transformers, f"{kind}ForSequenceClassification")(config)
    classifier.eval()
    passage = Passage((5, 20, 21, 22, 6), (1,) * 5, (0,), (0,))
    given = passage_logits(PassageNetwork(classifier), [passage], 1)
    with torch.inference_mode():
        expected = classifier(torch.tensor([passage.ids])).logits.numpy()
    assert given == pytest.approx(expected, abs=1e-5)


def test_an_encoder_that_reads_otherwise_is_refused() -> None:
    from transformers import DistilBertConfig, DistilBertForSequenceClassification

    config = DistilBertConfig(vocab_size=60, dim=32, n_layers=1, n_heads=2, hidden_dim=64)
    with pytest.raises(ModelError, match=r"type 'distilbert': expected .*: choose among bert"):
        PassageNetwork(DistilBertForSequenceClassification(config))


def test_padding() -> None:
    batch = padded(
        [Passage((5, 6), (1, 1), (0,), (0,)), Passage((5, 7, 6), (1, 1, 2), (0, 2), (0, 1))]
    )
    assert batch["input_ids"].tolist() == [[5, 6, 0], [5, 7, 6]]
    assert batch["sentence"].tolist() == [[1, 1, 0], [1, 1, 2]]
    assert batch["marks"].tolist() == [[0, 0], [0, 2]]
