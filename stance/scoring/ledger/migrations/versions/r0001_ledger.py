"""The first schema: documents, sightings, scorings, sentences, claims, bands, validators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    _documents()
    _scorings()
    op.create_table(
        "sightings",
        sa.Column("content_hash", sa.Text(), primary_key=True),
        sa.Column("place", sa.Text(), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "claims",
        sa.Column("content_hash", sa.Text(), primary_key=True),
        sa.Column("model_hash", sa.Text(), primary_key=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "validators",
        sa.Column("url", sa.Text(), primary_key=True),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sqlite_with_rowid=False,
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("content_hash", sa.Text(), nullable=False, unique=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text()),
        sa.Column("outlet", sa.Text()),
        sa.Column("author", sa.Text()),
        sa.Column("published", sa.Text()),
        sa.Column("published_at", sa.Text()),
        sa.Column("date_flag", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("retrieved", sa.Text()),
        sa.Column("previous_id", _ID, sa.ForeignKey("documents.id")),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
    )
    op.create_index("documents_by_url", "documents", ["url"], postgresql_using="hash")
    op.create_index("documents_by_group", "documents", ["group_key"])
    op.create_table(
        "bands",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("document_id", _ID, sa.ForeignKey("documents.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("bands_by_document", "bands", ["document_id"])


def _scorings() -> None:
    op.create_table(
        "scorings",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("document_id", _ID, sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("model_hash", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("score", sa.Double()),
        sa.Column("skeptical", sa.Integer()),
        sa.Column("neutral", sa.Integer()),
        sa.Column("hopeful", sa.Integer()),
        sa.UniqueConstraint("document_id", "model_hash"),
    )
    op.create_table(
        "sentences",
        sa.Column("scoring_id", _ID, sa.ForeignKey("scorings.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("skeptical", sa.Double(), nullable=False),
        sa.Column("neutral", sa.Double(), nullable=False),
        sa.Column("hopeful", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("by_rule", sa.Boolean(), nullable=False),
        sa.Column("windows", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
