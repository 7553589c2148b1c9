from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from stance.scoring.ledger.claims import Claims
from stance.scoring.ledger.copies import content_hash
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.ledger.owners import this_owner
from stance.scoring.ledger.scored import Scored
from stance.scoring.ledger.store import Patience, Store

CLAIM = """
import sys
from stance.scoring.ledger.ledger import Ledger
with Ledger.open(sys.argv[1]) as ledger:
    print(sorted(ledger.claims.claim(["a", "b"], "m1")), flush=True)
    input()
"""


@pytest.fixture
def ledger(where: str) -> Iterator[Ledger]:
    with Ledger.open(where) as opened:
        yield opened


@pytest.fixture
def other(where: str, ledger: Ledger) -> Iterator[Ledger]:
    del ledger
    with Ledger.open(where) as opened:
        yield opened


def test_what_one_has_claimed_another_does_not_get(ledger: Ledger, other: Ledger) -> None:
    assert ledger.claims.claim(["a", "b"], "m1") == {"a", "b"}
    assert other.claims.claim(["a", "b", "c"], "m1") == {"c"}
    assert ledger.claims.claim(["b", "c"], "m1") == {"b"}


def test_claims_for_another_model_are_others(ledger: Ledger, other: Ledger) -> None:
    ledger.claims.claim(["a"], "m1")
    assert other.claims.claim(["a"], "m2") == {"a"}


def test_a_released_claim_is_free_and_anothers_cannot_be_released(
    ledger: Ledger, other: Ledger
) -> None:
    ledger.claims.claim(["a"], "m1")
    other.claims.release(["a"], "m1")
    assert not other.claims.claim(["a"], "m1")
    ledger.claims.release(["a"], "m1")
    assert other.claims.claim(["a"], "m1") == {"a"}


def test_a_claim_that_was_not_renewed_runs_out(where: str, ledger: Ledger) -> None:
    del ledger
    store = Store(where, Patience())
    ticks = count(step=25)
    lease = 1e-9 if "://" in where else 60.0
    slow = Claims(store, lease, clock=lambda: float(next(ticks)))
    quick = Claims(store, 60.0, clock=lambda: float(next(ticks)))
    assert slow.claim(["a"], "m1") == {"a"}
    if lease == 60.0:
        assert slow.renew(["a"], "m1") == {"a"}
        assert not quick.claim(["a"], "m1")
        next(ticks)
    assert quick.claim(["a"], "m1") == {"a"}
    assert not slow.renew(["a"], "m1")
    store.close()


def test_what_is_scored_cannot_be_claimed_and_its_claim_is_gone(
    ledger: Ledger, other: Ledger, scored: Callable[..., Scored]
) -> None:
    item = scored("Talks began on Monday in the old port.")
    key = content_hash(item.located.article)
    ledger.claims.claim([key], "m1")
    ledger.keep([item], "m1", "tiny")
    assert not other.claims.claim([key], "m1")
    assert not ledger.claims.renew([key], "m1")


def test_a_claim_of_a_killed_process_is_free_at_once(where: str, ledger: Ledger) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM, where],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "['a', 'b']\n"
        assert not ledger.claims.claim(["a"], "m1")
        process.kill()
    assert ledger.claims.claim(["a", "b"], "m1") == {"a", "b"}


def test_a_claim_from_another_host_holds_its_lease(where: str, ledger: Ledger) -> None:
    store = Store(where, Patience())
    far = Claims(store, 60.0, owner="elsewhere/1:1:1:aa")
    far.claim(["a"], "m1")
    store.close()
    assert not ledger.claims.claim(["a"], "m1")


def test_of_many_that_claim_at_once_each_gets_its_own(where: str, ledger: Ledger) -> None:
    del ledger
    hashes = [str(n) for n in range(1_200)]

    def take(_: int) -> set[str]:
        store = Store(where, Patience())
        try:
            return Claims(store, 60.0, owner=this_owner()).claim(hashes, "m1")
        finally:
            store.close()

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(take, range(6)))
    assert sum(map(len, taken)) == len(hashes)
    assert set().union(*taken) == set(hashes)


def test_no_claim_is_no_work(ledger: Ledger) -> None:
    assert ledger.claims.claim([], "m1") == set()
