"""The tables as the program reads and writes them; migrations make and change them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

__all__ = ["GENESIS", "HEAD_REVISION", "TILE_ENTRIES", "event", "patient_key", "tile"]

HEAD_REVISION = "r0002"
GENESIS = bytes(32)  # the `prev` of the first entry
TILE_ENTRIES = 256
"""A million entries are 4,000 tiles, and a proof reads one more tile: both in ms."""

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
    Column("commitment", LargeBinary, nullable=True),
)
"""The ledger. `content` is sealed with the patient's key; all else is in the hash.

`commitment` binds the plain body, so that one entry can be shown to be in the ledger
without its patient's key; entries of release 0.1.0 have none.
"""

patient_key = Table(
    "patient_key",
    _metadata,
    Column("patient_id", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""One wrapped key a patient; the empty id is the clinic's own. Deleted by erasure."""

tile = Table(
    "tile",
    _metadata,
    Column("number", _sequence, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
)
"""Merkle roots of each `TILE_ENTRIES` entries, from 0: computed from `event`."""
