"""Stand-off labels: offsets into texts that belong to their publishers.

The rows carry no text. Who has the texts fills them in (`hydrate`); who has not
goes without. A text is recognised by its SHA-256; in another copy of it, single
sentences are recognised by theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from stance.corpus.schema import (
    AnnotatedArticle,
    Unit,
    read_jsonl,
    sentence_sha256,
    text_sha256,
    unit_from_json,
)
from stance.errors import CorpusError

Segmenter = Callable[[str], Iterable[tuple[int, int]]]
"""Gives the half-open spans of a text's sentences."""


@dataclass(frozen=True, slots=True)
class StandoffRow:
    """The label of one unit of a text that is not here.

    Attributes:
        document: Name of the text.
        sha256: SHA-256 of the text.
        unit: Offsets and label.
        split: The split that the text belongs to.
        sentence_sha256: Hash of the unit (`schema.sentence_sha256`), if recorded.
        meta: Where the text is to be found, and what else is known of it.
    """

    document: str
    sha256: str
    unit: Unit
    split: str
    sentence_sha256: str | None
    meta: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hydrated:
    """What came of filling in texts.

    Attributes:
        articles: Annotated articles with their text.
        by_text: How many documents were found by the hash of the whole text.
        by_sentence: How many units were found by their own hash, in other copies.
        missing: Documents of which no unit was found.
    """

    articles: tuple[AnnotatedArticle, ...]
    by_text: int
    by_sentence: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text that a user has, with the headline where it stands apart."""

    text: str
    headline: str | None = None


_UNIT = {"start", "end", "kind", "label", "relevant", "mixed", "holder", "confidence"}
_OWN = {"votes", "adjudicated", "split", "sentence_sha256", "i"}
_NAMES = {"id", "document", "text_sha256", "document_sha256"}


def read_rows(path: Path) -> list[StandoffRow]:
    """Read stand-off rows.

    Raises:
        CorpusError: With file, line, fault and mend.
    """
    rows = []
    for number, row in read_jsonl(path):
        try:
            rows.append(
                StandoffRow(
                    document=row["id"] if "id" in row else row["document"],
                    sha256=row["text_sha256"] if "text_sha256" in row else row["document_sha256"],
                    unit=unit_from_json(row),
                    split=row.get("split", "test"),
                    sentence_sha256=row.get("sentence_sha256"),
                    meta={k: v for k, v in row.items() if k not in _UNIT | _OWN | _NAMES},
                )
            )
        except CorpusError as error:
            raise CorpusError(f"{path}:{number}: {error}") from None
        except KeyError as error:
            raise CorpusError(f"{path}:{number}: no {error.args[0]!r}: add the field") from None
    return rows


def hydrate(
    rows: Sequence[StandoffRow], texts: Iterable[Text], segmenter: Segmenter | None = None
) -> Hydrated:
    """Fill in texts: by document hash first, by sentence hash second.

    Args:
        rows: Stand-off rows, those of one document together.
        texts: The texts that the user has.
        segmenter: Cuts texts that no document hash knows, to look their
            sentences up; without it only whole texts are recognised.
    """
    known = {text_sha256(t.text): t for t in texts}
    wanted = {row.sha256 for row in rows}
    copies = [t for sha, t in known.items() if sha not in wanted] if segmenter else []
    where = _sentence_index(copies, segmenter) if segmenter else {}
    articles, missing, by_text, by_sentence = [], [], 0, 0
    for (document, sha), group in groupby(rows, key=lambda r: (r.document, r.sha256)):
        units = list(group)
        if sha in known:
            by_text += 1
            articles.append(_article(units, known[sha], [r.unit for r in units]))
            continue
        found = [(r, where[r.sentence_sha256]) for r in units if r.sentence_sha256 in where]
        by_sentence += len(found)
        if not found:
            missing.append(document)
        for text in {id(hit[0]): hit[0] for _, hit in found}.values():
            moved = [
                replace(r.unit, start=start, end=end)
                for r, (owner, start, end) in found
                if owner is text
            ]
            articles.append(_article(units, text, sorted(moved, key=lambda u: u.start)))
    return Hydrated(tuple(articles), by_text, by_sentence, tuple(missing))


def _article(rows: Sequence[StandoffRow], text: Text, units: Sequence[Unit]) -> AnnotatedArticle:
    first = rows[0]
    return AnnotatedArticle(
        first.document, text.text, tuple(units), first.split, text.headline, first.meta
    )


def _sentence_index(
    texts: Iterable[Text], segmenter: Segmenter
) -> dict[str | None, tuple[Text, int, int]]:
    return {
        sentence_sha256(t.text[start:end]): (t, start, end)
        for t in texts
        for start, end in segmenter(t.text)
    }


def read_texts(source: Path) -> list[Text]:
    """The texts of a folder of `.txt` files, or of a JSON Lines file.

    Args:
        source: A folder, or a file of objects with `text` and maybe `headline`.

    Raises:
        CorpusError: There is nothing of the kind, or a file is not UTF-8.
    """
    if source.is_dir():
        paths = sorted(source.rglob("*.txt"))
        try:
            # newline="" keeps line ends as they are: offsets and hashes need them.
            return [Text(_exact(path)) for path in paths]
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"{source}: a text is not UTF-8 ({error}): save it as UTF-8"
            ) from None
    texts = []
    for number, row in read_jsonl(source):
        if not isinstance(row.get("text"), str):
            raise CorpusError(f"{source}:{number}: no 'text': add the field")
        headline = row.get("headline")
        # A feed's text begins with its headline; then it does not stand apart.
        apart = headline and not row["text"].startswith(headline)
        texts.append(Text(row["text"], headline if apart else None))
    return texts


def _exact(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()
