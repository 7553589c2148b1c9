"""The one path from text to stances, for a notebook, a command or a service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from stance.errors import DeviceError, ModelError
from stance.model.calibration import probabilities
from stance.model.conformal import floors_at, label_sets
from stance.model.folder import (
    GRAPH,
    MANIFEST,
    Manifest,
    check_files,
    default_folder,
    read_manifest,
)
from stance.model.inputs import InputBuilder
from stance.model.runtime import Runtime
from stance.reading.segmentation import segment
from stance.records import Article, ArticleStance, Label, Sentence, SentenceStance
from stance.scoring.given import given_articles

if TYPE_CHECKING:
    import pandas as pd

BATCH_ARTICLES = 256


class Model:
    """A loaded model folder."""

    def __init__(self, manifest: Manifest, builder: InputBuilder, runtime: Runtime) -> None:
        """Put a model together from its parts; `load` does it for a folder.

        Args:
            manifest: What the model's folder says of it.
            builder: Its input builder.
            runtime: Runs its network.
        """
        self.manifest = manifest
        self._builder = builder
        self._runtime = runtime

    @overload
    # A str is a sequence of str too; the first signature that fits is the one meant.
    def predict(  # type: ignore[overload-overlap]
        self, texts: str | Article, *, coverage: float | None = None
    ) -> ArticleStance: ...
    @overload
    def predict(
        self, texts: Sequence[str | Article] | pd.DataFrame, *, coverage: float | None = None
    ) -> list[ArticleStance]: ...
    def predict(
        self,
        texts: str | Article | Sequence[str | Article] | pd.DataFrame,
        *,
        coverage: float | None = None,
    ) -> ArticleStance | list[ArticleStance]:
        """Score articles, sentence by sentence.

        Args:
            texts: A text or an `Article`; a sequence of either; or a pandas
                table with a column `text` and, if it has them, `headline`,
                `outlet`, `published`, `language` and `url`.
            coverage: Also give every sentence the set of labels that it may
                have, such that about this share of sets holds the true label,
                within each label too (`stance/model/conformal.py`); 0.5 to 0.99.

        Returns:
            One `ArticleStance`, or a list of them in the order given.

        Raises:
            InputError: Something else than text was given, or a coverage out of bounds.
            EmptyTextError: A text holds nothing but white space.
            ModelError: A coverage is asked of a model folder that has no floors.
        """
        if isinstance(texts, str | Article):
            return next(self.stream([texts], coverage=coverage))
        return list(self.stream(given_articles(texts), coverage=coverage))

    def stream(
        self,
        texts: str | Article | Sequence[str | Article],
        *,
        coverage: float | None = None,
    ) -> Iterator[ArticleStance]:
        """Score articles as they are asked for, a few hundred at a time.

        Args:
            texts: Texts or articles.
            coverage: Also give label sets (see `predict`).

        Yields:
            One `ArticleStance` an article, in order.

        Raises:
            InputError: Something else than text was given, or a coverage out of bounds.
            EmptyTextError: A text holds nothing but white space.
            ModelError: A coverage is asked of a model folder that has no floors.
        """
        floors = None if coverage is None else self._floors(coverage)
        articles = given_articles([texts] if isinstance(texts, str | Article) else texts)
        for first in range(0, len(articles), BATCH_ARTICLES):
            yield from self._batch(articles[first : first + BATCH_ARTICLES], floors)

    def _floors(self, coverage: float) -> NDArray[np.float64]:
        """The floors at a coverage, in the order of the model's labels."""
        if not self.manifest.floors:
            raise ModelError(
                f"{self.manifest.name}: no floors of label sets in {MANIFEST}: fit them with "
                "stance.learning.coverage.add_coverage, or leave out coverage"
            )
        found = floors_at(self.manifest.floors, coverage)
        return np.array([found[name] for name in self.manifest.labels])

    def _batch(
        self, articles: Sequence[Article], floors: NDArray[np.float64] | None
    ) -> Iterator[ArticleStance]:
        cut = [segment(a.text) for a in articles]
        laid_out = [
            list(self._builder.build(sentences, a.headline))
            for a, sentences in zip(articles, cut, strict=True)
        ]
        logits = self._runtime.logits([p for group in laid_out for p in group])
        neutral = self.manifest.labels.index(Label.NEUTRAL)
        rows = probabilities(logits, self.manifest.temperature, neutral)
        by_rule = np.eye(rows.shape[1])[neutral]
        done = 0
        for article, sentences, group in zip(articles, cut, laid_out, strict=True):
            units = [u for passage in group for u in passage.units]
            scored = _by_unit(units, rows[done : done + len(units)])
            done += len(units)
            stances = (
                self._stance(s, scored.get(i, (by_rule, 0)), floors)
                for i, s in enumerate(sentences)
            )
            yield ArticleStance(article, tuple(stances), self.manifest.name)

    def _stance(
        self,
        sentence: Sentence,
        scored: tuple[NDArray[np.float64], int],
        floors: NDArray[np.float64] | None,
    ) -> SentenceStance:
        row, windows = scored
        names = self.manifest.labels
        odds, told = row[: len(names)], row[len(names) :]
        return SentenceStance(
            text=sentence.text,
            start=sentence.start,
            end=sentence.end,
            kind=sentence.kind,
            label=Label(names[int(odds.argmax())]),
            probabilities={x.value: float(odds[names.index(x)]) for x in Label},
            by_rule=windows == 0,
            windows=windows,
            labels=self._labels(odds, floors, by_rule=windows == 0),
            relevant=float(told[0]) if told.size else None,
        )

    def _labels(
        self, row: NDArray[np.float64], floors: NDArray[np.float64] | None, *, by_rule: bool
    ) -> tuple[Label, ...] | None:
        if floors is None:
            return None
        if by_rule:
            # A floor of 0 lets every label in, and a rule leaves no doubt.
            return (Label.NEUTRAL,)
        among = {self.manifest.labels[i] for i in np.flatnonzero(label_sets(row, floors))}
        return tuple(x for x in Label if x in among)


def _by_unit(
    units: Sequence[int], rows: NDArray[np.float64]
) -> dict[int, tuple[NDArray[np.float64], int]]:
    """For every unit that was scored, its mean row and over how many windows."""
    found = {}
    for unit, group in groupby(zip(units, rows, strict=True), key=itemgetter(0)):
        pieces = [row for _, row in group]
        found[unit] = (np.mean(pieces, axis=0), len(pieces))
    return found


def load(path_or_hub_id: str | Path | None = None, device: str = "auto") -> Model:
    """Load a model.

    Args:
        path_or_hub_id: A model folder, or a name on the Hugging Face hub; the
            model that ships with the package if None.
        device: `cpu` (ONNX Runtime, int8), `cuda` (PyTorch, bf16), or `auto`:
            `cuda` where PyTorch is installed and sees one, else `cpu`.

    Returns:
        A model with `predict`.

    Raises:
        ModelError: The folder is no model, or a file in it is missing or altered.
        DeviceError: The device is unknown or not present.
    """
    folder = model_folder(path_or_hub_id)
    manifest = read_manifest(folder)
    chosen = _device(device)
    check_files(folder, manifest)
    builder = InputBuilder.from_folder(folder, manifest.form)
    if chosen == "cpu":
        from stance.model.onnx_runtime import OnnxRuntime

        return Model(manifest, builder, OnnxRuntime(folder / GRAPH))
    from stance.model.torch_runtime import TorchRuntime

    return Model(manifest, builder, TorchRuntime(folder, chosen))


@overload
def predict(  # type: ignore[overload-overlap]
    texts: str | Article,
    *,
    model: str | Path | Model | None = None,
    device: str = "auto",
    coverage: float | None = None,
) -> ArticleStance: ...
@overload
def predict(
    texts: Sequence[str | Article] | pd.DataFrame,
    *,
    model: str | Path | Model | None = None,
    device: str = "auto",
    coverage: float | None = None,
) -> list[ArticleStance]: ...
def predict(
    texts: str | Article | Sequence[str | Article] | pd.DataFrame,
    *,
    model: str | Path | Model | None = None,
    device: str = "auto",
    coverage: float | None = None,
) -> ArticleStance | list[ArticleStance]:
    """Score articles, sentence by sentence, for stance toward Chinese mediation.

    Args:
        texts: A text or an `Article`; a sequence of either; or a pandas table
            with a column `text`.
        model: A model folder, a hub name or a loaded `Model`; the shipped model
            if None. A folder is loaded once and kept.
        device: `auto`, `cpu` or `cuda` (see `load`); a loaded model keeps its own.
        coverage: Also give label sets that hold the true label about this often,
            0.5 to 0.99 (see `Model.predict`).

    Returns:
        One `ArticleStance`, or a list of them in the order given.

    Raises:
        InputError: Something else than text was given, an empty text, or a
            coverage out of bounds.
        ModelError: The folder is no model, a file in it is missing or altered,
            or a coverage is asked of a folder without floors.
        DeviceError: The device is unknown or not present.
    """
    return _loaded(model, device).predict(texts, coverage=coverage)


def _loaded(model: str | Path | Model | None, device: str) -> Model:
    if isinstance(model, Model):
        return model
    folder = model_folder(model).resolve()
    manifest = folder / MANIFEST
    written = manifest.stat().st_mtime_ns if manifest.is_file() else 0
    return _kept(folder, device, written)


@lru_cache(maxsize=4)
def _kept(folder: Path, device: str, written: int) -> Model:  # noqa: ARG001
    """A model once loaded; `written` tells a folder that was trained anew from the old."""
    return load(folder, device)


def model_folder(path_or_hub_id: str | Path | None) -> Path:
    """The folder of a model that is named by its path or its name on the Hugging Face hub.

    Raises:
        ModelError: The hub has no such model.
    """
    if path_or_hub_id is None:
        return default_folder()
    path = Path(path_or_hub_id)
    looks_like_hub = str(path_or_hub_id).count("/") == 1 and not str(path_or_hub_id).startswith(
        (".", "/")
    )
    if path.exists() or not looks_like_hub or path.parent.exists():
        return path
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(str(path_or_hub_id)))
    except Exception as error:  # noqa: BLE001 - the client raises many kinds
        raise ModelError(
            f"{path_or_hub_id}: neither a folder with {MANIFEST} nor to be had from the hub "
            f"({type(error).__name__}): check the name"
        ) from None


def _device(device: str) -> str:
    if device == "cpu" or device.partition(":")[0] == "cuda":
        return device
    if device != "auto":
        raise DeviceError(f"unknown device {device!r}: use 'auto', 'cpu' or 'cuda'")
    from importlib.util import find_spec

    if find_spec("torch") is None or find_spec("transformers") is None:
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
