"""Claims on articles, so that two processes never score the same one."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from stance.scoring.ledger.keeping import dealt_with
from stance.scoring.ledger.owners import is_gone, this_owner
from stance.scoring.ledger.pieces import PIECE, pieces
from stance.scoring.ledger.store import Store
from stance.scoring.ledger.tables import claims


@dataclass(frozen=True, slots=True)
class Claims:
    """What one owner has claimed in a ledger.

    A claim ends when its lease runs out, when it is released, when the article is kept,
    or when its owner's process on this host has ended.

    Attributes:
        store: The database.
        lease: Seconds that a claim holds, from when it is made or renewed.
        owner: Who claims.
        clock: Gives the time of an SQLite ledger; PostgreSQL asks the server, since hosts
            may disagree.
    """

    store: Store
    lease: float
    owner: str = field(default_factory=this_owner)
    clock: Callable[[], float] = time.time

    def claim(self, hashes: Iterable[str], model_hash: str, *, gated: bool = True) -> set[str]:
        """Take those that nobody holds and that are not scored yet.

        Args:
            hashes: Content hashes.
            model_hash: The model that is to score them.
            gated: Whether those that were screened out before it count as scored.

        Returns:
            Those that are now this owner's, or were before.

        Raises:
            StoreError: The database cannot be written.
        """

        def take(wanted: Collection[str], connection: Connection) -> set[str]:
            now = self._now(connection)
            taken = self._held_by_others(connection, wanted, model_hash, now)
            done = dealt_with(connection, wanted, model_hash, gated=gated)
            free = set(wanted) - taken - done
            connection.execute(delete(claims).where(_these(free, model_hash)))
            mark = {"model_hash": model_hash, "owner": self.owner, "until": now + self.lease}
            if free:
                rows = [mark | {"content_hash": each} for each in sorted(free)]
                connection.execute(insert(claims), rows)
            return free

        return self._each(hashes, take)

    def renew(self, hashes: Iterable[str], model_hash: str) -> set[str]:
        """Hold claims for another lease.

        Args:
            hashes: Content hashes.
            model_hash: The model that scores them.

        Returns:
            Those still held; of the others the lease ran out and somebody else took them.

        Raises:
            StoreError: The database cannot be written.
        """

        def prolong(wanted: Collection[str], connection: Connection) -> set[str]:
            mine = _these(wanted, model_hash) & (claims.c.owner == self.owner)
            until = self._now(connection) + self.lease
            connection.execute(update(claims).where(mine).values(until=until))
            return set(connection.scalars(select(claims.c.content_hash).where(mine)))

        return self._each(hashes, prolong)

    def release(self, hashes: Iterable[str], model_hash: str) -> None:
        """Give claims up.

        Args:
            hashes: Content hashes.
            model_hash: The model that was to score them.

        Raises:
            StoreError: The database cannot be written.
        """

        def give_up(wanted: Collection[str], connection: Connection) -> set[str]:
            mine = _these(wanted, model_hash) & (claims.c.owner == self.owner)
            connection.execute(delete(claims).where(mine))
            return set()

        self._each(hashes, give_up)

    def _each(
        self,
        hashes: Iterable[str],
        work: Callable[[Collection[str], Connection], set[str]],
    ) -> set[str]:
        done: set[str] = set()
        for piece in pieces(sorted(set(hashes)), PIECE):
            done |= self.store.write(partial(work, piece))
        return done

    def _now(self, connection: Connection) -> float:
        if connection.dialect.name == "postgresql":
            seconds = func.extract("epoch", func.clock_timestamp())
            return float(connection.scalar(select(seconds)) or 0.0)
        return self.clock()

    def _held_by_others(
        self, connection: Connection, hashes: Collection[str], model_hash: str, now: float
    ) -> set[str]:
        rows = connection.execute(
            select(claims.c.content_hash, claims.c.owner).where(
                _these(hashes, model_hash), claims.c.until > now, claims.c.owner != self.owner
            )
        ).all()
        gone = {owner for owner in {row.owner for row in rows} if is_gone(owner)}
        return {row.content_hash for row in rows if row.owner not in gone}


def _these(hashes: Collection[str], model_hash: str) -> ColumnElement[bool]:
    return claims.c.content_hash.in_(hashes) & (claims.c.model_hash == model_hash)
