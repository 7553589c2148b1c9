"""Writes what was met and what was scored."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import Connection, Insert, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stance.reading.items import Located
from stance.records import ArticleStance, Label, sentence_rows
from stance.scoring.ledger.copies import content_hash, signature, similarity
from stance.scoring.ledger.grouping import add_to_groups
from stance.scoring.ledger.pieces import PIECE, pieces
from stance.scoring.ledger.scored import Scored
from stance.scoring.ledger.tables import claims, documents, scorings, sentences, sightings, storable

SCORED = "scored"
SCREENED = "screened"

Row = dict[str, object]

_SENTENCES = 5_000
# Texts that have nothing to do with one another share no run of five words, or hardly one.
_SOMETHING_IN_COMMON = 0.05
_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """An article that was dealt with, and what is computed from its text.

    Attributes:
        scored: The article.
        content_hash: See `copies.content_hash`.
        signature: See `copies.signature`.
    """

    scored: Scored
    content_hash: str
    signature: bytes


def entry(scored: Scored) -> Entry:
    """Compute what needs no database.

    Args:
        scored: An article that was dealt with.

    Raises:
        MissingExtraError: `datasketch` is not installed.
    """
    article = scored.located.article
    return Entry(scored, content_hash(article), signature(article))


def write_entries(
    connection: Connection, entries: Sequence[Entry], model_hash: str, model: str
) -> None:
    """Write documents, sightings, scorings and sentences, and end the claims on them.

    What is there already is left as it is, but a score takes the place of a screening.

    Args:
        connection: In a transaction that is the only writer's.
        entries: Articles that were dealt with, in the order to be kept in.
        model_hash: Tells the model from every other.
        model: Its name, for people.
    """
    for piece in pieces(entries, PIECE):
        first: dict[str, Entry] = {}
        for each in piece:
            first.setdefault(each.content_hash, each)
        write_sightings(connection, [(e.content_hash, e.scored.located) for e in piece])
        known = document_ids(connection, first)
        _write_documents(connection, [e for e in first.values() if e.content_hash not in known])
        _write_scorings(connection, first.values(), known.values(), (model_hash, model))
        connection.execute(
            delete(claims).where(
                claims.c.content_hash.in_(first), claims.c.model_hash == model_hash
            )
        )


def write_sightings(connection: Connection, met: Iterable[tuple[str, Located]]) -> None:
    """Write where contents were met; a place that is known is left as it is.

    Args:
        connection: In a transaction that is the only writer's.
        met: Content hashes, each with an article and where it stood.
    """
    rows = [
        {
            "content_hash": content,
            # A source and a position can be longer than a key of PostgreSQL may be.
            "place": hashlib.sha256(
                f"{located.source}\0{located.position}".encode("utf-8", "replace")
            ).hexdigest(),
            "source": located.source,
            "position": located.position,
        }
        for content, located in met
    ]
    if rows:
        connection.execute(_insert_missing(connection, sightings), rows)


def write_met(
    connection: Connection, met: Sequence[tuple[str, Located]], model_hash: str, *, gated: bool
) -> set[str]:
    """Write where contents were met, and say which of them a model has dealt with.

    Args:
        connection: In a transaction that is the only writer's.
        met: Content hashes, each with an article and where it stood.
        model_hash: The model.
        gated: As in `dealt_with`.

    Returns:
        Content hashes.
    """
    done: set[str] = set()
    for piece in pieces(met, PIECE):
        write_sightings(connection, piece)
        done |= dealt_with(connection, [content for content, _ in piece], model_hash, gated=gated)
    return done


def dealt_with(
    connection: Connection, hashes: Collection[str], model_hash: str, *, gated: bool
) -> set[str]:
    """Which contents a model has scored.

    Args:
        connection: Any.
        hashes: Content hashes, a few hundred at most.
        model_hash: The model.
        gated: Whether those that were screened out before it count, too.
    """
    query = (
        select(documents.c.content_hash)
        .join(scorings, scorings.c.document_id == documents.c.id)
        .where(documents.c.content_hash.in_(hashes), scorings.c.model_hash == model_hash)
    )
    if not gated:
        query = query.where(scorings.c.status == SCORED)
    return set(connection.scalars(query))


def document_ids(connection: Connection, hashes: Collection[str]) -> dict[str, int]:
    """The numbers of the documents that are there, by content hash.

    Args:
        connection: Any.
        hashes: Content hashes, a few hundred at most.
    """
    query = select(documents.c.content_hash, documents.c.id)
    found = connection.execute(query.where(documents.c.content_hash.in_(hashes)))
    return {row.content_hash: row.id for row in found}


def _write_documents(connection: Connection, fresh: Sequence[Entry]) -> None:
    if not fresh:
        return
    connection.execute(insert(documents), [_document_row(e) for e in fresh])
    numbers = document_ids(connection, [e.content_hash for e in fresh])
    _link_edits(connection, {numbers[e.content_hash]: e for e in fresh})
    add_to_groups(connection, [(numbers[e.content_hash], e.signature) for e in fresh])


def _document_row(each: Entry) -> Row:
    located, date = each.scored.located, each.scored.date
    article = located.article
    moment = date.moment and date.moment.astimezone(UTC)
    return {
        "content_hash": each.content_hash,
        "text": article.text,
        "headline": article.headline,
        "outlet": article.outlet,
        "author": article.author,
        "published": article.published,
        "published_at": moment and moment.isoformat(timespec="seconds"),
        "date_flag": date.flag,
        "language": article.language,
        "url": article.url,
        "retrieved": article.retrieved,
        "group_key": each.content_hash,
        "signature": each.signature,
        "source": located.source,
        "position": located.position,
    }


def _link_edits(connection: Connection, fresh: Mapping[int, Entry]) -> None:
    """Point each document to the newest one before it with the same address, if it is like it.

    Items of a live blog, or of a feed whose links lead home, share an address and no more.
    """
    older = select(documents.c.id, documents.c.signature).order_by(documents.c.id.desc())
    for number, each in fresh.items():
        url = each.scored.located.article.url
        if url is None:
            continue
        here = (documents.c.url == storable(url)) & (documents.c.id < number)
        for row in connection.execute(older.where(here).limit(_VERSIONS)).all():
            if similarity(each.signature, row.signature) >= _SOMETHING_IN_COMMON:
                this = update(documents).where(documents.c.id == number)
                connection.execute(this.values(previous_id=row.id))
                break


def _write_scorings(
    connection: Connection,
    entries: Iterable[Entry],
    known: Collection[int],
    named: tuple[str, str],
) -> None:
    model_hash, model = named
    by_content = {e.content_hash: e.scored for e in entries}
    numbers = document_ids(connection, by_content)
    seen = [n for key, n in numbers.items() if by_content[key].result]
    connection.execute(
        delete(scorings).where(
            scorings.c.document_id.in_(seen),
            scorings.c.model_hash == model_hash,
            scorings.c.status == SCREENED,
        )
    )
    there = _scoring_ids(connection, numbers.values(), model_hash)
    fresh = {n: by_content[key] for key, n in numbers.items() if n not in there}
    if not fresh:
        return
    texts = _texts(connection, set(known) & set(fresh))
    rows = [
        {
            "document_id": number,
            "model_hash": model_hash,
            "model": model,
            "text": _other_text(scored.located.article.text, texts.get(number)),
            **_figures(scored.result),
        }
        for number, scored in fresh.items()
    ]
    connection.execute(insert(scorings), rows)
    written = _scoring_ids(connection, fresh, model_hash)
    found = (row for n, scored in fresh.items() for row in _sentence_rows(written[n], scored))
    for piece in pieces(found, _SENTENCES):
        connection.execute(insert(sentences), piece)


def _texts(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    query = select(documents.c.id, documents.c.text).where(documents.c.id.in_(numbers))
    return {row.id: row.text for row in connection.execute(query)}


def _other_text(scored: str, kept: str | None) -> str | None:
    """The text that was scored, if a double is kept that differs in case or layout."""
    return None if kept is None or storable(scored) == kept else scored


def _scoring_ids(
    connection: Connection, numbers: Collection[int], model_hash: str
) -> Mapping[int, int]:
    query = select(scorings.c.document_id, scorings.c.id).where(
        scorings.c.document_id.in_(numbers), scorings.c.model_hash == model_hash
    )
    return {row.document_id: row.id for row in connection.execute(query)}


def _figures(result: ArticleStance | None) -> Row:
    if result is None:
        return {"status": SCREENED, "score": None, **{label.value: None for label in Label}}
    return {"status": SCORED, "score": result.score, **result.counts}


def _sentence_rows(scoring_id: int, scored: Scored) -> Iterator[Row]:
    found = scored.result.sentences if scored.result else ()
    for number, row in enumerate(sentence_rows(found)):
        del row["text"]
        # Rows written together must have the same columns.
        yield {"relevant": None} | row | {"scoring_id": scoring_id, "number": number}


def _insert_missing(connection: Connection, table: Table) -> Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
