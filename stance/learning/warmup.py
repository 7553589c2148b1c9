"""Intermediate training on target-dependent sentiment, before the stance labels.

News sentiment toward a named target is a near neighbour of stance, and there is
more of it (NewsMTSC: Hamborg and Donnay, EACL 2021).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sklearn.model_selection import GroupShuffleSplit

from stance.corpus.lines import read_jsonl
from stance.errors import CorpusError
from stance.learning.base import BaseEncoder, load_network
from stance.learning.dataset import LABELS, LabelledPassage, as_dataset
from stance.learning.training import TrainingConfig, fit
from stance.model.folder import written_beside
from stance.model.inputs import InputBuilder
from stance.records import Kind, Label, Sentence

if TYPE_CHECKING:
    import datasets

_POLARITY = {2.0: Label.SKEPTICAL, 4.0: Label.NEUTRAL, 6.0: Label.HOPEFUL}


def encode_sentiment(path: Path, builder: InputBuilder) -> datasets.Dataset:
    """Rows of NewsMTSC as training rows: the sentence, with the target as its headline.

    Args:
        path: A JSON Lines file of NewsMTSC: `sentence_normalized` and `targets`
            with `mention` and `polarity` (2 negative, 4 neutral, 6 positive).
        builder: The input builder of the model to train.

    Returns:
        The columns of `encode_articles`, one row a target; negative, neutral and
        positive stand in the places of skeptical, neutral and hopeful.

    Raises:
        CorpusError: A row has another form.
    """
    found: list[LabelledPassage] = []
    for number, row in read_jsonl(path):
        try:
            for target in row["targets"]:
                text = row["sentence_normalized"]
                label = LABELS.index(_POLARITY[float(target["polarity"])])
                sentence = Sentence(text, 0, len(text), Kind.BODY)
                for passage in builder.build([sentence], target["mention"]):
                    units = passage.units
                    found.append(LabelledPassage(passage, units, (label,) * len(units), number))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CorpusError(
                f"{path}:{number}: no row of NewsMTSC ({error}): expected sentence_normalized, "
                "targets, mention and polarity 2, 4 or 6"
            ) from None
    return as_dataset(found)


def warmed_up(
    base: BaseEncoder,
    rows: datasets.Dataset,
    config: TrainingConfig,
    checkpoints: Path,
    *,
    resume: bool = False,
) -> BaseEncoder:
    """Train an encoder on sentiment; a finished one from an earlier run is taken over.

    Args:
        base: The encoder to start from.
        rows: Rows of `encode_sentiment`; a twentieth of the sentences decides
            which epoch is kept.
        config: The recipe.
        checkpoints: Folder for checkpoints and for the result.
        resume: Go on from the last checkpoint, or from the result.

    Returns:
        The trained encoder, as a folder, under the name of its base.
    """
    target = checkpoints.with_name(f"{checkpoints.name}-done")
    if not (resume and (target / "config.json").is_file()):
        cut = GroupShuffleSplit(1, test_size=0.05, random_state=config.seed)
        train, held_out = next(cut.split(range(len(rows)), groups=rows["article"]))
        network = fit(
            load_network(base, seed=config.seed),
            rows.select(train),
            rows.select(held_out),
            replace(config, layouts=False),
            checkpoints,
            resume=resume,
        )
        with written_beside(target) as draft:
            network.save_pretrained(draft)
    return replace(base, source=str(target))
