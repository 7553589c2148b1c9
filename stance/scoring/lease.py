"""Keeps claims on articles alive while they are being scored."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from stance.errors import StoreError

if TYPE_CHECKING:
    from stance.scoring.ledger.claims import Claims


@contextmanager
def held(claims: Claims, hashes: Collection[str], model_hash: str) -> Iterator[None]:
    """Renew claims three times a lease, in a thread, for as long as the block runs.

    Where the block fails they are released, so that nobody waits for their end.

    Args:
        claims: Who holds them.
        hashes: Content hashes.
        model_hash: The model that scores them.
    """
    done = Event()

    def renew() -> None:
        while not done.wait(claims.lease / 3):
            # The block writes to the same database, and says what is wrong with it.
            with suppress(StoreError):
                claims.renew(hashes, model_hash)

    thread = Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        with suppress(StoreError):
            claims.release(hashes, model_hash)
        raise
    finally:
        done.set()
        thread.join()
