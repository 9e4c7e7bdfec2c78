"""The ledger and the patients' keys.

Revision ID: r0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vein_imaging.storage.database.append_only import POSTGRESQL_0001, SQLITE_0001

revision = "r0001"
down_revision = None

# STRICT tables refuse VARCHAR(n) and BIGINT: Text, Integer and LargeBinary only.
_sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the two tables, their indexes and the append-only triggers."""
    op.create_table(
        "event",
        sa.Column("seq", _sequence, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("latest_at", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("patient_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("prev", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="event_pk"),
        sa.CheckConstraint("length(prev) = 32", name="event_prev_is_sha256"),
        sa.CheckConstraint("length(hash) = 32", name="event_hash_is_sha256"),
        sa.CheckConstraint("latest_at >= at", name="event_latest_at_not_before_at"),
        sqlite_strict=True,
    )
    op.create_index("event_by_patient", "event", ["patient_id", "seq"])
    op.create_index("event_by_session", "event", ["session_id", "seq"])
    op.create_index("event_by_kind", "event", ["kind", "seq"])
    op.create_table(
        "patient_key",
        sa.Column("patient_id", sa.Text),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("patient_id", name="patient_key_pk"),
        sqlite_strict=True,
    )
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for text in (POSTGRESQL_0001 if on_postgresql else SQLITE_0001).values():
        op.get_bind().exec_driver_sql(text)
