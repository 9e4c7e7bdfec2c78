"""The shared database: PostgreSQL, for a clinic with many rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from vein_imaging.storage.errors import StoreError
from vein_imaging.words import translate as _

__all__ = ["Server", "grant_to_app", "postgresql_engine"]

# One number for all programs: who holds it is the only writer of the ledger.
_APPEND_LOCK = 0x7665696E
_LOCK_TIMEOUT_MS = 20_000
"""As for the file: a write takes milliseconds, and a writer that hangs is reported
instead of waited for."""
_PROMISES = ("fsync", "full_page_writes", "synchronous_commit")
_URL_WANTED = "postgresql+psycopg://ROLE@HOST/DATABASE?sslmode=verify-full"


@dataclass(frozen=True, slots=True)
class Server:
    """The two ways to a PostgreSQL database.

    Attributes
    ----------
    url : str
        For the app's role, which may select and insert, nothing else. Without a
        password: libpq reads it from its password file.
    owner_url : str
        For the role that owns the tables; used to make and migrate them only.
    """

    url: str
    owner_url: str


def postgresql_engine(url: str, *, writes: bool = True) -> Engine:
    """Make an engine on a PostgreSQL database.

    Parameters
    ----------
    url : str
        ``postgresql+psycopg://ROLE@HOST/DATABASE?sslmode=verify-full``; a local
        socket needs no sslmode.
    writes : bool
        Whether a transaction waits, at its beginning, until it is the only writer.

    Raises
    ------
    StoreError
        If the URL carries a password, or crosses a network without a checked
        certificate; at the first connection, if the server may lose what it
        acknowledged.
    """
    _check_url(url)
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=2,
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
        connect_args={
            "options": f"-c lock_timeout={_LOCK_TIMEOUT_MS}",
            "application_name": "vein-imaging",
        },
    )

    @event.listens_for(engine, "connect")
    def _check_promises(connection: Any, _record: object) -> None:
        for name in _PROMISES:
            value = connection.execute(f"SHOW {name}").fetchone()[0]
            if value != "on":
                raise StoreError(
                    _(
                        "The server has {name} = {value}: acknowledged entries could "
                        "be lost. Set {name} = on in postgresql.conf"
                    ).format(name=name, value=value)
                )
        connection.rollback()

    if writes:

        @event.listens_for(engine, "begin")
        def _be_the_only_writer(connection: Connection) -> None:
            # In READ COMMITTED each later statement sees all that was committed
            # before the lock was had.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_APPEND_LOCK})")

    return engine


def _check_url(url: str) -> None:
    parts = make_url(url)
    if parts.drivername != "postgresql+psycopg":
        raise StoreError(
            _("wanted {url_wanted}, got {drivername}://...").format(
                url_wanted=_URL_WANTED, drivername=parts.drivername
            )
        )
    if parts.password:
        raise StoreError(
            _(
                "leave the password out of the URL, which is kept in a file; put it "
                "into libpq's password file (~/.pgpass)"
            )
        )
    host = parts.host or str(parts.query.get("host", ""))
    local = not host or host.startswith("/") or host in ("localhost", "127.0.0.1")
    if not local and parts.query.get("sslmode") != "verify-full":
        raise StoreError(
            _(
                "{host} is reached over a network: add ?sslmode=verify-full, so that "
                "nobody between can read along"
            ).format(host=host)
        )


def grant_to_app(connection: Connection, role: str) -> None:
    """Give the app's role what it needs: never UPDATE, TRUNCATE or the ledger's DELETE.

    Parameters
    ----------
    connection : of the owner
    role : str
        Exists already.
    """
    quoted = connection.dialect.identifier_preparer.quote(role)
    for statement in (
        "REVOKE ALL ON event, tile, patient_key, alembic_version"
        f" FROM PUBLIC, {quoted}",
        f"GRANT SELECT, INSERT ON event, tile TO {quoted}",
        # DELETE destroys the key of a patient who is erased on lawful request
        f"GRANT SELECT, INSERT, DELETE ON patient_key TO {quoted}",
        f"GRANT SELECT ON alembic_version TO {quoted}",
    ):
        connection.exec_driver_sql(statement)
