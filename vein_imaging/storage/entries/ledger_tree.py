"""The ledger's Merkle tree, with the roots of whole tiles kept in a table."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from vein_imaging.storage.database.schema import TILE_ENTRIES, event, tile
from vein_imaging.storage.entries.merkle import MerkleTree

__all__ = ["add_tiles", "kept_tiles", "ledger_tree"]

_LOST = bytes(32)
"""In the place of an entry that a salvaged ledger lacks: it has a tree and can go on,
but not one that any earlier checkpoint agrees with. `verify` names the gap."""


def kept_tiles(connection: Connection) -> list[bytes]:
    """Return the roots in the table, in their order, up to the first gap."""
    rows = connection.execute(
        select(tile.c.number, tile.c.root).order_by(tile.c.number)
    )
    return [row.root for at, row in enumerate(rows) if row.number == at]


def ledger_tree(
    connection: Connection, size: int | None = None, *, from_entries: bool = False
) -> MerkleTree:
    """Return the tree of the ledger as it stands in this transaction.

    Parameters
    ----------
    connection : Connection
        Open as long as the tree is asked.
    size : int
        Of an earlier state; the newest when left out.
    from_entries : bool
        Whether to compute everything from the entries, without the table.
    """

    def hashes(first: int, last: int) -> list[bytes]:
        of_range = select(event.c.seq, event.c.hash).where(
            event.c.seq.between(first + 1, last)
        )
        found = {row.seq: row.hash for row in connection.execute(of_range)}
        return [found.get(seq, _LOST) for seq in range(first + 1, last + 1)]

    if size is None:
        size = connection.execute(select(func.max(event.c.seq))).scalar() or 0
    tiles = [] if from_entries else kept_tiles(connection)
    return MerkleTree(size, hashes, tiles, TILE_ENTRIES)


def add_tiles(connection: Connection, size: int) -> None:
    """Keep the root of every tile that is whole and not kept yet.

    Parameters
    ----------
    connection : the only writer
    size : int
        Number of entries.
    """
    kept = len(kept_tiles(connection))
    whole = size // TILE_ENTRIES
    if kept >= whole:
        return
    tree = ledger_tree(connection, size)
    rows = [{"number": n, "root": tree.tile_root(n)} for n in range(kept, whole)]
    connection.execute(insert(tile), rows)
