"""The probability that a sentence bears on Chinese mediation; older rows have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("sentences", sa.Column("relevant", sa.Double()))
