"""How Alembic runs here: on the connection it is given, inside that connection's transaction."""

from alembic import context

from coxa.records.tables import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=False, render_as_batch=True)
context.run_migrations()
