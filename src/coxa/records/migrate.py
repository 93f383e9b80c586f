"""The database brought to the newest revision, by the migrations that lie inside the package."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from coxa.errors import BadInput

FOLDER = Path(__file__).with_name("migrations")
#: Any number that is ours: two processes that start at once bring the database up to date one after the other.
_LOCK = 0x636F7861


def head() -> str:
    """The newest revision."""
    newest = ScriptDirectory(str(FOLDER)).get_current_head()
    assert newest is not None
    return newest


def revision(connection: Connection) -> str | None:
    """The revision of this database; None where it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database to a revision, in one transaction.

    Raises
    ------
    BadInput
        If a newer coxa made the database, or knows that revision.
    """
    wanted = head() if to == "head" else to
    with engine.execution_options(coxa_writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        now = revision(connection)
        if now == wanted:
            return
        known = {script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()}
        for asked in (now, wanted):
            if asked is not None and asked not in known:
                raise BadInput(f"database: expected revision {head()} or older, got {asked[:40]}, which a newer coxa made; update coxa")
        config = Config()
        config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, wanted)
