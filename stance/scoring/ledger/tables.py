"""The ledger's tables as the newest migration leaves them.

```
documents    one a content: the text as it came, and what is known about it
sightings    one a place where a content was met, so that doubles can be counted
scorings     one a document and model: its figures, or that it was screened out; and the
             text that was scored, where a double of another layout is the document
sentences    one a sentence of a scoring: a half-open slice of the text that was scored
bands        which documents may be near-copies of each other
claims       which process is scoring what
validators   what a server said of a feed's version, to ask if it has changed
```
"""

from __future__ import annotations

import re

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

VERSION_TABLE = "ledger_version"

# What no database here can hold: NUL (PostgreSQL) and half a character (UTF-8).
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Words(TypeDecorator[str]):
    """Text that is made storable; one code point stands for one, so offsets still hold."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text as it is stored."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """The text with U+FFFD for each code point that a database cannot hold.

    Args:
        text: Any text.
    """
    return _UNSTORABLE.sub("\ufffd", text)


_ID = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

documents = Table(
    "documents",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("content_hash", Text, nullable=False, unique=True),
    Column("text", Words, nullable=False),
    Column("headline", Words),
    Column("outlet", Words),
    Column("author", Words),
    Column("published", Words),
    Column("published_at", Text),
    Column("date_flag", Text),
    Column("language", Words),
    Column("url", Words),
    Column("retrieved", Words),
    Column("previous_id", _ID, ForeignKey("documents.id")),
    Column("group_key", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("source", Words, nullable=False),
    Column("position", Words, nullable=False),
)
# A b-tree of PostgreSQL refuses an address of more than 2,700 bytes.
Index("documents_by_url", documents.c.url, postgresql_using="hash")
Index("documents_by_group", documents.c.group_key)

sightings = Table(
    "sightings",
    metadata,
    Column("content_hash", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("source", Words, nullable=False),
    Column("position", Words, nullable=False),
    sqlite_with_rowid=False,
)

scorings = Table(
    "scorings",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("document_id", _ID, ForeignKey("documents.id"), nullable=False),
    Column("model_hash", Text, nullable=False),
    Column("model", Words, nullable=False),
    Column("text", Words),
    Column("status", Text, nullable=False),
    Column("score", Double),
    Column("skeptical", Integer),
    Column("neutral", Integer),
    Column("hopeful", Integer),
    UniqueConstraint("document_id", "model_hash"),
)

sentences = Table(
    "sentences",
    metadata,
    Column("scoring_id", _ID, ForeignKey("scorings.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("skeptical", Double, nullable=False),
    Column("neutral", Double, nullable=False),
    Column("hopeful", Double, nullable=False),
    Column("score", Double, nullable=False),
    Column("by_rule", Boolean, nullable=False),
    Column("windows", Integer, nullable=False),
    Column("relevant", Double),
    sqlite_with_rowid=False,
)

bands = Table(
    "bands",
    metadata,
    Column("key", Text, primary_key=True),
    Column("document_id", _ID, ForeignKey("documents.id"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("bands_by_document", bands.c.document_id)

claims = Table(
    "claims",
    metadata,
    Column("content_hash", Text, primary_key=True),
    Column("model_hash", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Double, nullable=False),
    sqlite_with_rowid=False,
)

validators = Table(
    "validators",
    metadata,
    Column("url", Words, primary_key=True),
    Column("etag", Words),
    Column("last_modified", Words),
    sqlite_with_rowid=False,
)
