"""The ledger: opened, asked what is new, written, and read back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from stance.errors import MissingExtraError
from stance.reading.items import Located
from stance.scoring.ledger.copies import content_hash
from stance.scoring.ledger.scored import Scored

if TYPE_CHECKING:
    from stance.scoring.ledger.claims import Claims
    from stance.scoring.ledger.store import Patience, Store
    from stance.scoring.ledger.validators import KeptValidators

LEASE = 60.0


@dataclass(frozen=True, slots=True)
class Ledger:
    """Scored articles in an SQLite file or a PostgreSQL database.

    Use it as a context manager; `Ledger.open` makes one. Many processes may work on one
    ledger, and any of them may be killed at any moment: what was kept stays whole, and
    what was not is done by whoever comes next.

    Attributes:
        claims: Which articles this process scores; see `Claims`.
        validators: What servers said of the versions of feeds.
    """

    claims: Claims
    validators: KeptValidators
    _store: Store

    @classmethod
    def open(
        cls, where: str | Path, *, lease: float = LEASE, patience: Patience | None = None
    ) -> Ledger:
        """Open a ledger, or make one; its tables are brought to the newest version.

        Args:
            where: A path for SQLite, or `postgresql://user:password@host/database`.
            lease: Seconds that a claim holds.
            patience: How long to wait for other writers, and for a server that is away.

        Raises:
            StoreError: It cannot be opened, is no ledger, or is of a newer version.
            MissingExtraError: A library for it is not installed.
        """
        try:
            from stance.scoring.ledger.claims import Claims
            from stance.scoring.ledger.schema import bring_up_to_date
            from stance.scoring.ledger.store import Patience, Store
            from stance.scoring.ledger.validators import KeptValidators
        except ImportError as error:
            raise MissingExtraError(error.name or "sqlalchemy", "feeds") from None
        store = Store(where, patience or Patience())
        try:
            bring_up_to_date(store)
        except BaseException:
            store.close()
            raise
        return cls(Claims(store, lease), KeptValidators(store), store)

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._store.close()

    def unscored(
        self, articles: Sequence[Located], model_hash: str, *, gated: bool = True
    ) -> list[Located]:
        """Which articles this model has not dealt with yet.

        Every article is noted as met where it stood, so that doubles can be counted.

        Args:
            articles: Articles and where they stood.
            model_hash: The model.
            gated: Whether those that were screened out before it count as dealt with.

        Returns:
            In the order given; of exact doubles the first.

        Raises:
            StoreError: The database cannot be written.
        """
        from stance.scoring.ledger.keeping import write_met

        met = [(content_hash(each.article), each) for each in articles]
        done = self._store.write(
            lambda connection: write_met(connection, met, model_hash, gated=gated)
        )
        fresh: dict[str, Located] = {}
        for content, each in met:
            if content not in done:
                fresh.setdefault(content, each)
        return list(fresh.values())

    def keep(self, scored: Sequence[Scored], model_hash: str, model_name: str) -> None:
        """Keep what was scored or screened out, all of it or, if that fails, nothing.

        Documents and scorings that are there already are left as they are, so keeping
        twice comes to the same as once; but a score takes the place of a screening. Claims
        on these articles end.

        Args:
            scored: Articles that were dealt with.
            model_hash: Tells the model from every other.
            model_name: Its name, for people.

        Raises:
            StoreError: The database cannot be written.
            MissingExtraError: `datasketch` is not installed.
        """
        from stance.scoring.ledger.keeping import entry, write_entries

        # What can be computed before the database is locked is computed before.
        entries = [entry(each) for each in scored]
        self._store.write(
            lambda connection: write_entries(connection, entries, model_hash, model_name)
        )

    def article_rows(self, model_hash: str | None = None) -> Iterator[dict[str, Any]]:
        """One row a document and model, in the order they were first kept.

        Rows are read as they are asked for, in bounded memory. Columns:

        - `id`, `content_hash`, `headline`, `outlet`, `author`, `published` (as given),
          `published_at` (UTC, ISO 8601; None if unknown), `date_flag`, `language`, `url`,
          `retrieved`, `source` and `position` (where it was first kept from);
        - `group`: the same for near-copies; `representative`: True for exactly one of a
          group, a scored one if there is one, then the earliest, then that of the smallest
          hash; figures over representatives count a syndicated text once;
        - `sightings`: in how many places the very same content was met;
        - `previous`: the content hash of the newest document kept before it from the same
          URL that has something in common with it, of which it is an edited version;
        - `model`, `model_hash`, `status` (`scored` or `screened`), `score`; `skeptical`,
          `neutral`, `hopeful` (sentences counted); `score_change` (from what the same
          model gave `previous`). The figures are None where it was screened out.

        Args:
            model_hash: The model, or None for all.

        Raises:
            StoreError: The database cannot be read.
        """
        from stance.scoring.ledger.rows import article_rows

        with self._store.reading() as connection:
            yield from article_rows(connection, model_hash)

    def sentence_rows(self, model_hash: str | None = None) -> Iterator[dict[str, Any]]:
        """One row a sentence, in the order of the articles and of the text.

        Rows are read as they are asked for, in bounded memory. Columns: `id`,
        `content_hash`, `group`, `representative`, `outlet`, `published_at`, `language`,
        `url`, `model` and `model_hash` as in `article_rows`; `number` (from 0), `start`
        and `end` (half-open, in code points of the document), `kind`, `label`,
        `skeptical`, `neutral`, `hopeful` (probabilities), `score`, `by_rule`,
        `windows`, `relevant` (a probability; None where the model does not tell) and `text`.

        Args:
            model_hash: The model, or None for all.

        Raises:
            StoreError: The database cannot be read.
        """
        from stance.scoring.ledger.rows import sentence_rows

        with self._store.reading() as connection:
            yield from sentence_rows(connection, model_hash)

    def places(self, hashes: Collection[str]) -> dict[str, tuple[str, str]]:
        """Source and position where documents were first kept from, by content hash.

        Args:
            hashes: Content hashes; those of no document are left out.

        Raises:
            StoreError: The database cannot be read.
        """
        from stance.scoring.ledger.rows import first_places

        with self._store.reading() as connection:
            return first_places(connection, hashes)

    def model_hashes(self) -> dict[str, str]:
        """Names of the models that scored, by their hashes, the first to score first.

        Raises:
            StoreError: The database cannot be read.
        """
        from stance.scoring.ledger.rows import model_names

        with self._store.reading() as connection:
            return model_names(connection)

    def counts(self) -> dict[str, int]:
        """How many `documents`, `sightings`, `groups`, `scored`, `screened`, `sentences`.

        Exact doubles are `sightings` less `documents`.

        Raises:
            StoreError: The database cannot be read.
        """
        from stance.scoring.ledger.rows import totals

        with self._store.reading() as connection:
            return totals(connection)
