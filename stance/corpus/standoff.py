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

from stance.corpus.lines import read_jsonl
from stance.corpus.schema import (
    AnnotatedArticle,
    Unit,
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


SHORTEST = 30
"""Code points of the shortest unit that tells a text by itself; "Share this" stands in many."""
LEAST_SHARE = 0.3
"""Least share of a document's units that must stand in a copy of it."""

_UNIT = {"start", "end", "kind", "label", "relevant", "mixed", "holder", "confidence"}
_OWN = {"votes", "adjudicated", "split", "sentence_sha256", "i", "focus"}
_NAMES = {"id", "document", "text_sha256", "document_sha256"}


def read_rows(path: Path) -> list[StandoffRow]:
    """Read stand-off rows.

    Raises:
        CorpusError: With file, line, fault and mend.
    """
    rows = []
    for number, row in read_jsonl(path):
        try:
            rows.append(row_from_json(row))
        except CorpusError as error:
            raise CorpusError(f"{path}:{number}: {error}") from None
    return rows


def row_from_json(row: Mapping[str, Any]) -> StandoffRow:
    """A stand-off row from its JSON form.

    Raises:
        CorpusError: A field is missing, or a value unknown.
    """
    try:
        return StandoffRow(
            document=row["id"] if "id" in row else row["document"],
            sha256=row["text_sha256"] if "text_sha256" in row else row["document_sha256"],
            unit=unit_from_json(row),
            split=row.get("split", "test"),
            sentence_sha256=row.get("sentence_sha256"),
            meta={k: v for k, v in row.items() if k not in _UNIT | _OWN | _NAMES},
        )
    except KeyError as error:
        raise CorpusError(f"a row has no {error.args[0]!r}: add the field") from None


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
    # Of two copies of a text the one that comes with its headline counts.
    known = {text_sha256(t.text): t for t in sorted(texts, key=lambda t: t.headline is not None)}
    wanted = {row.sha256 for row in rows}
    copies = [t for sha, t in known.items() if sha not in wanted] if segmenter else []
    spans = [_spans_by_hash(t, segmenter) for t in copies] if segmenter else []
    articles, missing, by_text, by_sentence = [], [], 0, 0
    for (document, sha), group in groupby(rows, key=lambda r: (r.document, r.sha256)):
        units = list(group)
        if sha in known:
            by_text += 1
            articles.append(_article(units, known[sha], [r.unit for r in units]))
            continue
        found = max((_moved(units, places) for places in spans), key=len, default=[])
        if len(found) < max(1, LEAST_SHARE * len(units)):
            missing.append(document)
            continue
        by_sentence += len(found)
        owner = copies[[_moved(units, places) for places in spans].index(found)]
        articles.append(_article(units, owner, found))
    return Hydrated(tuple(articles), by_text, by_sentence, tuple(missing))


def _spans_by_hash(text: Text, segmenter: Segmenter) -> dict[str, tuple[int, int]]:
    """Where a text's sentences stand, by their hash; of a repeated one, the first place."""
    places: dict[str, tuple[int, int]] = {}
    for start, end in segmenter(text.text):
        places.setdefault(sentence_sha256(text.text[start:end]), (start, end))
    return places


def _moved(rows: Sequence[StandoffRow], places: Mapping[str, tuple[int, int]]) -> list[Unit]:
    """The units that stand in another copy, at their places there, each place once."""
    units: dict[tuple[int, int], Unit] = {}
    for row in rows:
        long_enough = row.unit.end - row.unit.start >= SHORTEST
        span = places.get(row.sentence_sha256 or "")
        if long_enough and span:
            start, end = span
            units.setdefault((start, end), replace(row.unit, start=start, end=end))
    return [units[span] for span in sorted(units)]


def _article(rows: Sequence[StandoffRow], text: Text, units: Sequence[Unit]) -> AnnotatedArticle:
    first = rows[0]
    return AnnotatedArticle(
        first.document, text.text, tuple(units), first.split, text.headline, first.meta
    )


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
            texts = [Text(_exact(path)) for path in paths]
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"{source}: a text is not UTF-8 ({error}): save it as UTF-8"
            ) from None
        if not texts:
            raise CorpusError(f"{source}: no .txt file in it: give the folder that holds the texts")
        return texts
    texts = []
    for number, row in read_jsonl(source):
        if not isinstance(row.get("text"), str):
            raise CorpusError(f"{source}:{number}: no 'text': add the field")
        headline = row.get("headline")
        if not isinstance(headline, str | None):
            raise CorpusError(f"{source}:{number}: headline is {headline!r}: give a str or null")
        # A feed's text begins with its headline; then it does not stand apart.
        apart = headline and not row["text"].startswith(headline)
        texts.append(Text(row["text"], headline if apart else None))
    return texts


def _exact(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()
