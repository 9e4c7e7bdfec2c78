"""The tables as the program reads and writes them; migrations make and change them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

__all__ = ["GENESIS", "HEAD_REVISION", "event", "patient_key"]

HEAD_REVISION = "r0001"
GENESIS = bytes(32)  # the `prev` of the first entry

_metadata = MetaData()
_sequence = BigInteger().with_variant(Integer, "sqlite")

event = Table(
    "event",
    _metadata,
    Column("seq", _sequence, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("latest_at", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The ledger. `content` is sealed with the patient's key; all else is in the hash."""

patient_key = Table(
    "patient_key",
    _metadata,
    Column("patient_id", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""One wrapped key a patient; the empty id is the clinic's own. Deleted by erasure."""
