"""Gathers near-copies into groups, the same whatever order they come in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from stance.scoring.ledger.copies import THRESHOLD, band_keys, similarities
from stance.scoring.ledger.pieces import pieces
from stance.scoring.ledger.tables import bands, documents

_DOCUMENTS = 100
_NUMBERS = 10_000


def add_to_groups(connection: Connection, fresh: Sequence[tuple[int, bytes]]) -> None:
    """Put new documents into the groups of those that they are near-copies of.

    A group is what near-copies connect, and its key the smallest content hash in it. A
    document that is a near-copy of two in different groups makes one of them.

    Args:
        connection: In a transaction that is the only writer's.
        fresh: Number and signature of documents just written, each a group of its own yet.
    """
    for piece in pieces(fresh, _DOCUMENTS):
        keys = {number: band_keys(signed) for number, signed in piece}
        rows = [{"key": key, "document_id": number} for number in keys for key in keys[number]]
        connection.execute(insert(bands), rows)
        renamed = _renamed(_near_copies(connection, _sharing(connection, keys)))
        if renamed:
            moved = update(documents).where(documents.c.group_key == bindparam("old"))
            connection.execute(moved.values(group_key=bindparam("new")), renamed)


def _sharing(
    connection: Connection, keys: Mapping[int, Collection[str]]
) -> dict[int, frozenset[int]]:
    """The documents that share a band with each of these, itself among them."""
    # A join of the bands with themselves would be shorter, but right after many were
    # written PostgreSQL knows little of them, and may compare each with each.
    holders: dict[str, list[int]] = {key: [] for each in keys.values() for key in each}
    query = select(bands.c.key, bands.c.document_id).where(bands.c.key.in_(holders))
    for row in connection.execute(query):
        holders[row.key].append(row.document_id)
    return {
        number: frozenset(holder for key in each for holder in holders[key])
        for number, each in keys.items()
    }


def _near_copies(
    connection: Connection, sharing: Mapping[int, frozenset[int]]
) -> Iterator[tuple[str, str]]:
    """The keys of two groups that belong together, once for each pair of near-copies."""
    query = select(documents.c.id, documents.c.group_key, documents.c.signature)
    known = {
        row.id: row
        for piece in pieces(frozenset().union(*sharing.values()), _NUMBERS)
        for row in connection.execute(query.where(documents.c.id.in_(piece)))
    }
    for number, holders in sharing.items():
        others = [known[each] for each in holders]
        alike = similarities(known[number].signature, [each.signature for each in others])
        for other, found in zip(others, alike >= THRESHOLD, strict=True):
            if found and other.id != number:
                yield known[number].group_key, other.group_key


def _renamed(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """What each group's key becomes once the groups of every pair are one."""
    above: dict[str, str] = {}

    def smallest(key: str) -> str:
        while above.get(key, key) != key:
            key = above[key]
        return key

    for a, b in pairs:
        low, high = sorted((smallest(a), smallest(b)))
        above[high] = low
    return [{"old": key, "new": smallest(key)} for key in above if smallest(key) != key]
