"""Commitments to single entries, and the Merkle tree's tiles.

Revision ID: r0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vein_imaging.storage.database.append_only import POSTGRESQL_0002, SQLITE_0002

revision = "r0002"
down_revision = "r0001"

_sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the column and the table, which the next sign-in fills from the entries."""
    connection = op.get_bind()
    on_postgresql = connection.dialect.name == "postgresql"
    # by hand: for a named CHECK the tool would rebuild the table and drop its triggers
    binary = "BYTEA" if on_postgresql else "BLOB"
    connection.exec_driver_sql(
        f"ALTER TABLE event ADD COLUMN commitment {binary}"
        " CONSTRAINT event_commitment_is_sha256 CHECK (length(commitment) = 32)"
    )
    op.create_table(
        "tile",
        sa.Column("number", _sequence, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="tile_pk"),
        sa.CheckConstraint("length(root) = 32", name="tile_root_is_sha256"),
        sqlite_strict=True,
    )
    for text in (POSTGRESQL_0002 if on_postgresql else SQLITE_0002).values():
        connection.exec_driver_sql(text)
