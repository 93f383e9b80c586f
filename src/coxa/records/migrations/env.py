"""How Alembic runs here: on the connection it is given, inside that connection's transaction."""

from alembic import context

from coxa.records.tables import Base


def run() -> None:
    """Run the migrations that were asked for."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=False, render_as_batch=True)
    context.run_migrations()


# Alembic sets this up as it loads the file; whoever else imports it wants nothing done.
if hasattr(context, "config"):
    run()
