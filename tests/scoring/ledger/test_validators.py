from __future__ import annotations

from stance.scoring.ledger.ledger import Ledger

URL = "https://feeds.example.org/world.xml"


def test_validators_outlive_the_process_and_the_last_ones_count(where: str) -> None:
    with Ledger.open(where) as ledger:
        assert ledger.validators.get(URL) is None
        ledger.validators.set(URL, '"a1"', "Wed, 01 May 2024 10:00:00 GMT")
        ledger.validators.set(URL, '"a2"', None)
        ledger.validators.set(URL + "?x", None, None)
    with Ledger.open(where) as ledger:
        assert ledger.validators.get(URL) == ('"a2"', None)
        assert ledger.validators.get(URL + "?x") == (None, None)
