"""What the ledger holds, as files: a table of sentences and one of articles."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stance.errors import InputError, MissingExtraError, StoreError
from stance.scoring.drafts import draft_of, replaced
from stance.scoring.ledger.pieces import pieces

if TYPE_CHECKING:
    from stance.scoring.ledger.ledger import Ledger

Row = Mapping[str, Any]
ROWS_AT_ONCE = 10_000
SUFFIXES = (".parquet", ".csv", ".jsonl")
DATABASES = (".db", ".sqlite", ".sqlite3")
TEXT, INTEGER, REAL, FLAG = "string", "int64", "double", "bool"
ARTICLES = {
    **dict.fromkeys(("content_hash", "group"), TEXT),
    "representative": FLAG,
    "sightings": INTEGER,
    **dict.fromkeys(("headline", "outlet", "author", "published", "published_at"), TEXT),
    **dict.fromkeys(("date_flag", "language", "url", "retrieved", "source", "position"), TEXT),
    **dict.fromkeys(("previous", "model", "model_hash", "status"), TEXT),
    "score": REAL,
    **dict.fromkeys(("skeptical", "neutral", "hopeful"), INTEGER),
    "score_change": REAL,
}
"""Columns of the table of articles, and their types; `Ledger.article_rows` says what they mean."""
SENTENCES = {
    **dict.fromkeys(("content_hash", "group"), TEXT),
    "representative": FLAG,
    **dict.fromkeys(("outlet", "published_at", "language", "url", "model", "model_hash"), TEXT),
    **dict.fromkeys(("number", "start", "end"), INTEGER),
    **dict.fromkeys(("kind", "label"), TEXT),
    **dict.fromkeys(("skeptical", "neutral", "hopeful", "score"), REAL),
    "by_rule": FLAG,
    "windows": INTEGER,
    "relevant": REAL,
    "text": TEXT,
}
"""Columns of the table of sentences; `Ledger.sentence_rows` says what they mean."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where the results of a run go.

    Attributes:
        given: What the user named.
        ledger: Path or URL of the ledger.
        sentences: File for the table of sentences; None where the ledger is all.
        articles: File for the table of articles; likewise.
        rejected: File for what is set aside.
    """

    given: str
    ledger: str
    sentences: Path | None
    articles: Path | None
    rejected: Path

    @property
    def files(self) -> frozenset[Path]:
        """Every file that a run may leave, which a folder that holds it must not take for news."""
        ledger = [] if "://" in self.ledger else [self.ledger]
        beside = [Path(f"{name}{end}") for name in ledger for end in ("", "-wal", "-shm")]
        tables = [p for p in (self.sentences, self.articles, self.rejected) if p]
        return frozenset(p.resolve() for p in (*beside, *tables, *map(draft_of, tables)))

    @classmethod
    def named(cls, given: str, ledger: str | None = None) -> Output:
        """Where things go for what a user names after `--to`.

        A database's URL or a file ending in `.db` or `.sqlite` is the ledger itself.
        A file ending in `.parquet`, `.csv` or `.jsonl` takes the sentences, with the
        articles and the ledger beside it; any other name is a folder of Parquet.

        Raises:
            InputError: Two ledgers are named, or a suffix that is not known, or no name.
        """
        path = Path(given)
        if "://" in given or path.suffix in DATABASES:
            if ledger is not None and ledger != given:
                raise InputError("two ledgers, one after --to and another one: give one of them")
            # A URL may hold a password, which belongs in no file's name.
            name = Path(urlsplit(given).path).name or "ledger" if "://" in given else given
            return cls(given, given, None, None, Path(f"{name}.rejected.jsonl"))
        if path.name in {"", ".."}:
            raise InputError(f"{given!r}: results need a name: give a file's, or a new folder's")
        beside = path.with_name(f"{path.name}.ledger.db")
        rejected = path.with_name(f"{path.name}.rejected.jsonl")
        if path.suffix in SUFFIXES:
            articles = path.with_name(f"{path.stem}.articles{path.suffix}")
            return cls(given, ledger or str(beside), path, articles, rejected)
        if path.suffix and not path.is_dir():
            raise InputError(
                f"{given}: cannot write {path.suffix}: name a file ending in "
                f"{', '.join((*SUFFIXES, *DATABASES))}, a folder, or a database's URL"
            )
        tables = path / "sentences.parquet", path / "articles.parquet"
        return cls(given, ledger or str(beside), *tables, rejected)


def check_output(output: Output) -> None:
    """Refuse to write over a table that no run of ours has written.

    Raises:
        InputError: There is one; it may be news, which the run would neither read nor keep.
        MissingExtraError: It is Parquet, and pyarrow is not installed.
    """
    for path in (output.sentences, output.articles):
        if path and path.is_file() and path.stat().st_size:
            names = _column_names(path)
            if not {"content_hash", "model_hash"} <= names:
                raise InputError(
                    f"{path}: there is a table that no run has written, and this one would "
                    "replace it: give results another name"
                )


def _column_names(path: Path) -> set[str]:
    """The columns of a table, none where it cannot be read."""
    if path.suffix == ".parquet":
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            raise MissingExtraError("pyarrow", "feeds") from None
        try:
            return set(pq.read_schema(path).names)
        except (pa.ArrowInvalid, OSError):
            return set()
    with path.open(encoding="utf-8", errors="replace") as file:
        line = file.readline()
    if path.suffix == ".csv":
        return set(next(csv.reader([line]), []))
    try:
        return set(json.loads(line))
    except (ValueError, TypeError):
        return set()


def write_output(ledger: Ledger, model: str, output: Output) -> None:
    """Write all that the ledger holds of one model; each file is replaced when it is whole.

    Args:
        ledger: The ledger.
        model: The model's identity.
        output: Where to.

    Raises:
        StoreError: A file cannot be written.
        MissingExtraError: Parquet is asked for, and pyarrow is not installed.
    """
    if output.sentences is None or output.articles is None:
        return
    _write(output.articles, ledger.article_rows(model), ARTICLES)
    _write(output.sentences, ledger.sentence_rows(model), SENTENCES)


def _write(path: Path, rows: Iterable[Row], columns: Mapping[str, str]) -> None:
    writers: dict[str, Callable[[Path, Iterable[Row], Mapping[str, str]], None]] = {
        ".parquet": _parquet,
        ".csv": _csv,
        ".jsonl": _jsonl,
    }
    try:
        with replaced(path) as draft:
            writers[path.suffix](draft, rows, columns)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(
            f"{path}: {error.strerror or error}: the results are safe in the ledger; make room "
            "or choose another place, and run again"
        ) from None


def _parquet(path: Path, rows: Iterable[Row], columns: Mapping[str, str]) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError("pyarrow", "feeds") from None
    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for chunk in pieces(rows, ROWS_AT_ONCE):
            writer.write_table(pa.Table.from_pylist(chunk, schema=schema))


def _csv(path: Path, rows: Iterable[Row], columns: Mapping[str, str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def _jsonl(path: Path, rows: Iterable[Row], columns: Mapping[str, str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps({c: row[c] for c in columns}, ensure_ascii=False) + "\n")
