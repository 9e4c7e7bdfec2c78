"""What Alembic runs: the migrations, on the connection given."""

from __future__ import annotations

from alembic import context

# The caller's transaction holds all of it: SQLite's DDL is transactional once the
# program begins transactions itself.
context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
