"""Reads the ledger back: a row an article, a row a sentence, and a few totals."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from stance.scoring.ledger.keeping import SCORED, SCREENED
from stance.scoring.ledger.pieces import PIECE, pieces
from stance.scoring.ledger.tables import documents, scorings, sentences, sightings

Row = dict[str, Any]

_ARTICLES = 500
_TEXTS = 100
_OF_THE_ARTICLE = (
    *("id", "content_hash", "group", "representative", "outlet", "published_at"),
    *("language", "url", "model", "model_hash"),
)


def article_rows(connection: Connection, model_hash: str | None) -> Iterator[Row]:
    """One row a document and model, in the order of keeping; see `Ledger.article_rows`.

    Args:
        connection: One that reads; held until the last row is taken.
        model_hash: The model, or None for all.
    """
    query = _articles(model_hash).execution_options(yield_per=_ARTICLES)
    for row in connection.execute(query).mappings():
        yield dict(row)


def sentence_rows(connection: Connection, model_hash: str | None) -> Iterator[Row]:
    """One row a sentence, in the order of the articles; see `Ledger.sentence_rows`.

    Args:
        connection: One that reads; held until the last row is taken.
        model_hash: The model, or None for all.
    """
    query = _articles(model_hash).add_columns(
        scorings.c.id.label("scoring"),
        func.coalesce(scorings.c.text, documents.c.text).label("text"),
    )
    articles = connection.execute(
        query.where(scorings.c.status == SCORED).execution_options(yield_per=_TEXTS)
    )
    for part in articles.mappings().partitions():
        by_scoring = {article["scoring"]: article for article in part}
        inner = (
            select(sentences)
            .join(scorings, scorings.c.id == sentences.c.scoring_id)
            .where(sentences.c.scoring_id.in_(by_scoring))
            .order_by(scorings.c.document_id, scorings.c.id, sentences.c.number)
        )
        for found in connection.execute(inner.execution_options(yield_per=_ARTICLES)).mappings():
            row = dict(found)
            article = by_scoring[row.pop("scoring_id")]
            text = article["text"][row["start"] : row["end"]]
            yield {name: article[name] for name in _OF_THE_ARTICLE} | row | {"text": text}


def first_places(connection: Connection, hashes: Collection[str]) -> dict[str, tuple[str, str]]:
    """Where documents were first kept from; see `Ledger.places`.

    Args:
        connection: One that reads.
        hashes: Content hashes.
    """
    d = documents.c
    found: dict[str, tuple[str, str]] = {}
    for piece in pieces(sorted(set(hashes)), PIECE):
        query = select(d.content_hash, d.source, d.position).where(d.content_hash.in_(piece))
        for row in connection.execute(query):
            found[row.content_hash] = (row.source, row.position)
    return found


def model_names(connection: Connection) -> dict[str, str]:
    """Names of the models that scored, by their hashes, the first to score first.

    Args:
        connection: One that reads.
    """
    query = select(scorings.c.model_hash, func.min(scorings.c.model).label("model"))
    rows = connection.execute(
        query.group_by(scorings.c.model_hash).order_by(func.min(scorings.c.id))
    )
    return {row.model_hash: row.model for row in rows}


def totals(connection: Connection) -> dict[str, int]:
    """How much there is; see `Ledger.counts`.

    Args:
        connection: One that reads.
    """
    met = select(func.count()).select_from(
        sightings.join(documents, documents.c.content_hash == sightings.c.content_hash)
    )
    per_status = select(func.count()).select_from(scorings)
    queries = {
        "documents": select(func.count()).select_from(documents),
        "sightings": met,
        "groups": select(func.count(documents.c.group_key.distinct())),
        "scored": per_status.where(scorings.c.status == SCORED),
        "screened": per_status.where(scorings.c.status == SCREENED),
        "sentences": select(func.count()).select_from(sentences),
    }
    return {name: connection.scalar(query) or 0 for name, query in queries.items()}


def _articles(model_hash: str | None) -> Select[Any]:
    before, earlier = documents.alias(), scorings.alias()
    rank = _rank(model_hash)
    d, s = documents.c, scorings.c
    met = select(func.count()).where(sightings.c.content_hash == d.content_hash)
    query = (
        select(
            *(d.id, d.content_hash, d.group_key.label("group")),
            (rank.c.rank == 1).label("representative"),
            met.scalar_subquery().label("sightings"),
            *(d.headline, d.outlet, d.author, d.published, d.published_at, d.date_flag),
            *(d.language, d.url, d.retrieved, d.source, d.position),
            before.c.content_hash.label("previous"),
            *(s.model, s.model_hash, s.status, s.score, s.skeptical, s.neutral, s.hopeful),
            (s.score - earlier.c.score).label("score_change"),
        )
        .join(scorings, s.document_id == d.id)
        .join(rank, rank.c.id == s.id)
        .outerjoin(before, before.c.id == d.previous_id)
        .outerjoin(
            earlier, (earlier.c.document_id == before.c.id) & (earlier.c.model_hash == s.model_hash)
        )
        .order_by(d.id, s.id)
    )
    return query if model_hash is None else query.where(s.model_hash == model_hash)


def _rank(model_hash: str | None) -> Any:  # noqa: ANN401 - a subquery's columns have no type
    """The place of each scoring in its group; 1 is the one that stands for all."""
    place = func.row_number().over(
        partition_by=[scorings.c.model_hash, documents.c.group_key],
        order_by=[
            case((scorings.c.status == SCORED, 0), else_=1),
            documents.c.published_at.asc().nulls_last(),
            documents.c.content_hash,
        ],
    )
    query = select(scorings.c.id, place.label("rank")).join(
        documents, documents.c.id == scorings.c.document_id
    )
    return (
        query if model_hash is None else query.where(scorings.c.model_hash == model_hash)
    ).subquery()
