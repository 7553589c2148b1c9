"""The annotated set as a folder: which splits there are, and where they lie."""

from __future__ import annotations

import json
from pathlib import Path

from stance.corpus.schema import AnnotatedArticle, read_articles, write_articles
from stance.corpus.standoff import Hydrated, Segmenter, Text, hydrate, read_rows, read_texts
from stance.errors import CorpusError

CORPUS_SPLITS = ("train", "validation", "test", "new_conflict")
HYDRATED = "hydrated.jsonl"


def load_split(data: Path, split: str) -> list[AnnotatedArticle]:
    """The articles of one split.

    Args:
        data: A data folder, or the folder of the founding articles.
        split: A file in `corpus/` (`train`, `validation`, `test`,
            `new_conflict`); a file in `contrast/` with its folder's name before
            (`contrast_train`, `contrast_test`); or `wire_` and a split of the
            hydrated real news (`wire_train`, `wire_test`, ...).

    Raises:
        CorpusError: There is no such split here, or its text is not.
    """
    if not data.is_dir():
        raise CorpusError(f"{data}: no such folder: check the path")
    if (data / "manifest.json").is_file():
        return list(_founding(data).articles)
    if split.startswith("wire_"):
        wire = load_wire(data)
        found = [a for a in wire if f"wire_{a.split}" == split]
        if not found:
            have = ", ".join(sorted({f"wire_{a.split}" for a in wire}))
            raise CorpusError(f"{data}: no split {split!r}: there are {have}")
        return found
    path = data / "corpus" / f"{split}.jsonl"
    if split.startswith("contrast_"):
        path = data / "contrast" / f"{split.removeprefix('contrast_')}.jsonl"
    if not path.is_file():
        have = ", ".join(sorted(p.stem for p in (data / "corpus").glob("*.jsonl"))) or "none"
        raise CorpusError(f"{data}: no split {split!r}: there are {have}")
    return read_articles(path)


def load_training(data: Path, split: str) -> tuple[list[AnnotatedArticle], list[str]]:
    """The articles of a split, with its contrast groups and real news, where they are.

    Returns:
        The articles, and a line for every part saying whether it was there.
    """
    articles = load_split(data, split)
    said = [f"corpus {split}: {len(articles)} articles"]
    if (data / "contrast" / f"{split}.jsonl").is_file():
        contrast = load_split(data, f"contrast_{split}")
        articles += contrast
        said.append(f"contrast {split}: {len(contrast)} versions")
    wire = [a for a in load_wire(data, missing_ok=True) if a.split == split]
    articles += wire
    said.append(
        f"wire {split}: {len(wire)} articles"
        if wire
        else f"wire {split}: left out, its texts are not here (stance corpus hydrate)"
    )
    return articles, said


def load_wire(data: Path, *, missing_ok: bool = False) -> list[AnnotatedArticle]:
    """The hydrated real news.

    Raises:
        CorpusError: It has not been hydrated, unless `missing_ok`.
    """
    path = data / "wire" / HYDRATED
    if not path.is_file():
        if missing_ok:
            return []
        raise CorpusError(f"{path}: not here: run `stance corpus hydrate --texts DIR_OR_JSONL`")
    try:
        return read_articles(path)
    except CorpusError as error:
        raise CorpusError(f"{error}; or delete the file and hydrate again") from None


def hydrate_wire(data: Path, texts: Path, segmenter: Segmenter) -> Hydrated:
    """Fill the user's texts into the real news, and keep the result in `wire/`.

    Texts that were filled in before are there still, so they may come from several places,
    one at a time.

    Args:
        data: The data folder.
        texts: A folder of texts, or a JSON Lines file of them.
        segmenter: Cuts copies that no document hash knows into sentences.
    """
    rows = read_rows(data / "wire" / "annotations.jsonl")
    before = [Text(a.text, a.headline) for a in load_wire(data, missing_ok=True)]
    found = hydrate(rows, [*before, *read_texts(texts)], segmenter)
    if found.articles:
        path = data / "wire" / HYDRATED
        draft = path.with_suffix(".new")
        write_articles(draft, found.articles)
        draft.replace(path)
    return found


def _founding(folder: Path) -> Hydrated:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    missing = [name for name in manifest["documents"] if not (folder / name).is_file()]
    if missing:
        raise CorpusError(
            f"{folder}: {len(missing)} texts are not here ({', '.join(missing)}): "
            "run `stance corpus import-seeds DIR`"
        )
    found = hydrate(read_rows(folder / manifest["annotations"]), read_texts(folder))
    if found.missing:
        raise CorpusError(
            f"{folder}: altered texts ({', '.join(found.missing)}): "
            "bring them exactly as they were labelled"
        )
    return found
