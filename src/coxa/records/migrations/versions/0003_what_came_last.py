"""Indexes by which a person's last entry, those since one, and those that were corrected are found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both indexes."""
    op.create_index("ix_events_person_id", "events", ["person_id", "id"], unique=False)
    there = sa.text("corrects IS NOT NULL")
    op.create_index(
        "ix_events_person_corrects", "events", ["person_id", "corrects"], unique=False, sqlite_where=there, postgresql_where=there
    )
