"""Alembic's scripts: a store with any released schema can always be opened."""
