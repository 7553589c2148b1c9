"""Keeps claims on articles alive while they are being scored."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from stance.errors import StoreError

if TYPE_CHECKING:
    from stance.scoring.ledger.claims import Claims


@contextmanager
def renewed(claims: Claims, hashes: Collection[str], model_hash: str) -> Iterator[None]:
    """Renew claims three times a lease, in a thread, for as long as the block runs.

    Args:
        claims: Who holds them.
        hashes: Content hashes.
        model_hash: The model that scores them.
    """
    done = Event()

    def renew() -> None:
        while not done.wait(claims.lease / 3):
            try:
                claims.renew(hashes, model_hash)
            except StoreError:
                # The block writes to the same database, and says what is wrong with it.
                return

    thread = Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
