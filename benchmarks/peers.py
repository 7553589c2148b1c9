"""Macro-F1 of what else one would reach for, on the splits that the shipped model is measured on.

    python benchmarks/peers.py --json benchmarks/results/peers.json
    python benchmarks/peers.py --peer fine-tuned --limit 300
    python benchmarks/peers.py --predictions FOLDER    # what peers gave is kept, and taken over

Peers learn from the shipped model's own training and validation articles, and see a sentence by
itself, as those tools are used. Intervals resample articles; the margin is taken on the same draws.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.utils import shuffle

from stance.corpus.collection import load_split, load_training
from stance.corpus.schema import AnnotatedArticle
from stance.errors import CorpusError
from stance.learning.base import BaseEncoder, find_base
from stance.learning.baselines import BASELINES, baseline_probabilities, sentences_with_labels
from stance.learning.dataset import LABELS
from stance.learning.evaluation import score_units
from stance.learning.fingerprint import articles_sha256
from stance.learning.intervals import Figure, Outcome, figures, margin
from stance.learning.metrics import MacroF1
from stance.learning.pipeline import LIBRARIES, training_device
from stance.model.calibration import softmax
from stance.model.folder import GRAPH, default_folder, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime

Array = NDArray[np.float64]
Sentences = tuple[list[str], list[int]]
"""Sentences by themselves, and their labels as indices into `LABELS`."""

ROOT = Path(__file__).resolve().parent.parent
SPLITS = ("wire_test", "wire_later", "seeds", "test", "new_conflict", "contrast_test")
LONGEST = 128
"""Tokens of a sentence that a peer reads: the default of `run_classification.py`."""
CUT = {"truncation": True, "max_length": LONGEST}
STRENGTHS = tuple(product((0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0), (None, "balanced")))
"""What validation chooses from for the frozen embeddings: C, and the weights of classes."""
PAIRED, PAIRS = 4000, 5
"""Sentences that SetFit pairs, and like and unlike pairs of each. It lists all there are first:
of 4,000 sentences 8 million, of the whole training data more than 23 GB hold."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a peer learns from; validation decides where there is something to choose."""

    train: Sentences
    validation: Sentences
    base: BaseEncoder
    seed: int


@dataclass(frozen=True, slots=True)
class Exam:
    """A split's sentences, and what the shipped model gave on them."""

    texts: list[str]
    shipped: Outcome


SETFIT = ("setfit", "sentence-transformers")

Peer = Callable[[Lesson, list[str]], Array]
"""Learns from a lesson, and gives probabilities over `LABELS` for sentences."""


def main() -> None:
    """Measure every peer asked for, and print it beside the shipped model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--peer", action="append", choices=list(PEERS))
    parser.add_argument("--split", action="append", choices=SPLITS)
    parser.add_argument("--limit", type=int, help="train on so few units, to see that it runs")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--predictions", type=Path, help="keep and reuse what peers gave here")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.limit and (given.json or given.predictions):
        parser.error("a run with --limit is not recorded: leave out --json and --predictions")
    for row in peer_rows(given):
        print_row(row)
        if given.json:
            record(given.json, row)


def peer_rows(given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A row for every peer asked for.

    Raises:
        CorpusError: The training data is not what the shipped model was trained on.
    """
    folder = default_folder()
    manifest = read_manifest(folder)
    train, validation = (load_training(given.data, s)[0] for s in ("train", "validation"))
    if articles_sha256([*train, *validation]) != manifest.origin["data_sha256"]:
        raise CorpusError(
            f"{given.data}: not what {manifest.name} was trained on, and peers must learn from "
            "the same: complete the data (stance corpus hydrate), or train a model on this"
        )
    exams = {
        split: exam_on(folder, load_split(ROOT / split if split == "seeds" else given.data, split))
        for split in given.split or SPLITS
    }
    first, second = (sample(part, given.limit, given.seed) for part in (train, validation))
    lesson = Lesson(first, second, find_base(), given.seed)
    for name in given.peer or PEERS:
        if name == "setfit" and find_spec("setfit") is None:
            print("setfit: left out, the package is not installed: pip install setfit")
        else:
            row = measured(name, lesson, exams, given.predictions)
            yield row | {"model": manifest.name}


def sample(articles: Sequence[AnnotatedArticle], limit: int | None, seed: int) -> Sentences:
    """The sentences of articles; with a limit, so many of them at most, drawn at random."""
    texts, labels = sentences_with_labels(articles)
    if limit is not None:
        texts, labels = shuffle(texts, labels, n_samples=min(limit, len(texts)), random_state=seed)
    return texts, labels


def exam_on(folder: Path, articles: Sequence[AnnotatedArticle]) -> Exam:
    """A split as the model in a folder scores it: in context, with its int8 graph."""
    manifest = read_manifest(folder)
    builder = InputBuilder.from_folder(folder, manifest.form)
    probabilities = score_units(manifest, builder, OnnxRuntime(folder / GRAPH), articles)
    texts, labels = sentences_with_labels(articles)
    owners = np.repeat(np.arange(len(articles)), [len(a.units) for a in articles])
    return Exam(texts, Outcome(probabilities, np.array(labels), owners))


def answers(
    name: str, lesson: Lesson, texts: list[str], folder: Path | None
) -> tuple[Array, dict[str, Any]]:
    """What a peer gives on sentences, and how that was made: minutes, device, libraries.

    Both are kept in the folder, if there is one, so that no lesson is given twice. One with
    other sentences, labels, encoder or seed is another; libraries and device are as they were.
    """
    placeless = replace(lesson, base=replace(lesson.base, source=""))
    asked = hashlib.sha256(repr((placeless, texts)).encode()).hexdigest()
    file = folder / f"{name}-{asked}.npz" if folder else None
    if file and file.is_file():
        with np.load(file) as before:
            return before["found"], json.loads(str(before["making"]))
    start = time.perf_counter()
    found = PEERS[name](lesson, texts)
    making = made(time.perf_counter() - start, SETFIT if name == "setfit" else ())
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(file, found=found, making=json.dumps(making))
    return found, making


def measured(
    name: str, lesson: Lesson, exams: Mapping[str, Exam], folder: Path | None = None
) -> dict[str, Any]:
    """Teach a peer, and measure it on every split beside the shipped model."""
    texts = [text for exam in exams.values() for text in exam.texts]
    found, making = answers(name, lesson, texts, folder)
    ends = np.cumsum([len(exam.texts) for exam in exams.values()])
    splits = {}
    for (split, exam), part in zip(exams.items(), np.split(found, ends[:-1]), strict=True):
        outcome = replace(exam.shipped, probabilities=part)
        splits[split] = {
            "peer": plain(figures(outcome)["macro_f1"]),
            "shipped": plain(figures(exam.shipped)["macro_f1"]),
            "shipped less peer": plain(margin(exam.shipped, outcome)),
        }
    of = {"name": name, "seed": lesson.seed, "units": len(lesson.train[0])}
    return of | {"splits": splits} | making


def baseline(name: str, lesson: Lesson, texts: list[str]) -> Array:
    """One of the baselines that every evaluation is run beside."""
    return baseline_probabilities(name, *lesson.train, texts)


def frozen_embeddings(lesson: Lesson, texts: list[str]) -> Array:
    """Logistic regression on embeddings of the encoder as it comes."""
    parts = (lesson.train[0], lesson.validation[0], texts)
    vectors = embeddings(lesson.base, [text for part in parts for text in part])
    ends = np.cumsum([len(part) for part in parts])
    train, validation, new = np.split(vectors, ends[:-1])
    heads = (
        LogisticRegression(C=c, class_weight=weights, max_iter=2000).fit(train, lesson.train[1])
        for c, weights in STRENGTHS
    )
    best = max(
        heads, key=lambda h: macro_f1(lesson.validation[1], h.predict(validation))["macro_f1"]
    )
    print(f"frozen: C {best.C}, class weights {best.class_weight}")
    return over_labels(best.predict_proba(new), best.classes_)


def embeddings(base: BaseEncoder, texts: list[str], batch_size: int = 64) -> Array:
    """The mean of each text's last states, at length 1, as sentence-transformers pools."""
    import torch
    import transformers as hf

    tokenizer = hf.AutoTokenizer.from_pretrained(base.source)
    encoder = hf.AutoModel.from_pretrained(base.source).eval()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    out = np.zeros((len(texts), encoder.config.hidden_size))
    for start in range(0, len(order), batch_size):
        where = order[start : start + batch_size]
        batch = tokenizer([texts[i] for i in where], **CUT, padding=True, return_tensors="pt")
        mask = batch["attention_mask"].unsqueeze(-1)
        with torch.inference_mode():
            states = encoder(**batch).last_hidden_state
            means = (states * mask).sum(1) / mask.sum(1)
            out[where] = torch.nn.functional.normalize(means).numpy()
    return out


def contrastive(lesson: Lesson, texts: list[str]) -> Array:
    """SetFit: the encoder tuned on like and unlike pairs, then logistic regression on all.

    Tunstall et al., 2022 (arXiv 2209.11055), with the package's defaults beside `PAIRS`.
    """
    setfit = importlib.import_module("setfit")
    model = setfit.SetFitModel.from_pretrained(lesson.base.source)
    model.model_body.max_seq_length = LONGEST
    some = min(PAIRED, len(lesson.train[0]))
    with tempfile.TemporaryDirectory() as folder:
        arguments = setfit.TrainingArguments(
            folder, num_iterations=PAIRS, save_strategy="no", report_to="none", seed=lesson.seed
        )
        trainer = setfit.Trainer(model=model, args=arguments)
        trainer.train_embeddings(
            *shuffle(*lesson.train, n_samples=some, random_state=lesson.seed), args=arguments
        )
        trainer.train_classifier(*lesson.train, args=arguments)
    found = np.asarray(model.predict_proba(texts, as_numpy=True), dtype=np.float64)
    return over_labels(found, model.model_head.classes_)


def fine_tuned(lesson: Lesson, texts: list[str]) -> Array:
    """The encoder as a plain sequence classifier, fine-tuned as `run_classification.py` does."""
    import datasets
    import torch
    import transformers as hf

    hf.set_seed(lesson.seed)
    source = lesson.base.source
    network = hf.AutoModelForSequenceClassification.from_pretrained(source, num_labels=len(LABELS))
    tokenizer = hf.AutoTokenizer.from_pretrained(source)
    train, validation, new = (
        datasets.Dataset.from_dict(dict(tokenizer(read, **CUT)) | {"labels": labels})
        for read, labels in (lesson.train, lesson.validation, (texts, [0] * len(texts)))
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = hf.Trainer(
            model=network,
            args=hf.TrainingArguments(
                output_dir=folder,
                num_train_epochs=3,
                learning_rate=5e-5,
                per_device_train_batch_size=32,
                train_sampling_strategy="group_by_length",
                eval_strategy="epoch",
                save_strategy="epoch",
                load_best_model_at_end=True,
                metric_for_best_model="macro_f1",
                report_to="none",
                seed=lesson.seed,
                dataloader_pin_memory=torch.cuda.is_available(),
            ),
            train_dataset=train,
            eval_dataset=validation,
            data_collator=hf.DataCollatorWithPadding(tokenizer),
            compute_metrics=lambda p: macro_f1(p.label_ids, np.asarray(p.predictions).argmax(1)),
        )
        trainer.train()
        trainer.args.train_sampling_strategy = "random"  # grouped, answers lose their order
        return softmax(np.asarray(trainer.predict(new).predictions))


def macro_f1(references: Any, given: Any) -> dict[str, float]:  # noqa: ANN401
    """Macro-F1 as the Trainer wants it; by it validation chooses."""
    return dict(MacroF1().compute(predictions=given, references=references))


def over_labels(found: Array, classes: Sequence[int]) -> Array:
    """Probabilities over all labels; a label that a peer never met has none."""
    out = np.zeros((len(found), len(LABELS)))
    out[:, np.asarray(classes)] = found
    return out


PEERS: dict[str, Peer] = {
    **{name: partial(baseline, name) for name in BASELINES},
    "frozen": frozen_embeddings,
    "setfit": contrastive,
    "fine-tuned": fine_tuned,
}


def made(seconds: float, others: Sequence[str] = ()) -> dict[str, Any]:
    """How figures were made: minutes, device, and libraries, `others` among them."""
    return {
        "minutes": round(seconds / 60, 1),
        "device": training_device(),
        "libraries": {x: importlib.metadata.version(x) for x in (*LIBRARIES, *others)},
    }


def plain(figure: Figure) -> dict[str, float]:
    """A figure for JSON."""
    return {k: round(getattr(figure, k), 4) for k in ("value", "low", "high")}


def print_row(row: Mapping[str, Any]) -> None:
    """Print one run, a line a split."""
    print(f"{row['name']}: {row['units']:,} units, {row['minutes']} minutes")
    for split, found in row["splits"].items():
        cells = (f"{k} {Figure(**f) if isinstance(f, dict) else f}" for k, f in found.items())
        print(f"  {split:14}", "   ".join(cells))


def record(path: Path, row: Mapping[str, Any]) -> None:
    """Append a run to a file of them, in place of an earlier one of that name and seed."""
    rows = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    kept = [r for r in rows if (r["name"], r["seed"]) != (row["name"], row["seed"])]
    path.write_text(json.dumps([*kept, row], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
