"""Alembic's scripts: every released schema opens for ever."""
