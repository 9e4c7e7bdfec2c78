"""What Alembic runs: the migrations, in one transaction, on the connection given."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # SQLite's DDL is transactional once the program begins transactions itself.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
