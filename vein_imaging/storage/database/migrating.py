"""Bring a store's schema up to this release, or leave it exactly as it was."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from vein_imaging.storage.database.schema import HEAD_REVISION
from vein_imaging.storage.errors import NoSuchStoreError
from vein_imaging.words import translate as _

__all__ = ["current_revision", "migrate"]


def current_revision(connection: Connection) -> str | None:
    """Return the schema's revision, or None where there is no schema yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version"))
    return str(found.scalar_one())


def migrate(connection: Connection) -> None:
    """Run every missing migration in the caller's transaction.

    Raises
    ------
    NoSuchStoreError
        If a newer release made the store.
    """
    # Alembic costs 0.4 s of CPU to import and is needed once a release: not above.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, HEAD_REVISION)
    except CommandError as error:
        raise NoSuchStoreError(
            _(
                "A newer release of vein-imaging made this store ({error}). Install "
                "that release"
            ).format(error=error)
        ) from error
