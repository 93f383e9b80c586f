"""An index by which a person's last entry, and those since one, are found at once."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_events_person_id", "events", ["person_id", "id"], unique=False)
