"""What `verify` asks of commitments and of the kept roots of the Merkle tree."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Row

from vein_imaging.storage.database.schema import TILE_ENTRIES
from vein_imaging.storage.entries.canonical import canonical_flat
from vein_imaging.storage.entries.ledger import (
    commitment_of,
    commitment_salt,
    header_of,
)
from vein_imaging.storage.entries.ledger_tree import kept_tiles, ledger_tree
from vein_imaging.storage.files.keys import opened
from vein_imaging.words import translate as _

__all__ = ["commitment", "tree_problems"]


def commitment(row: Row[tuple[object, ...]], key: bytes) -> bytes:
    """Return the commitment that an entry should carry, by its patient's key."""
    header = header_of(row)
    plain = opened(key, row.content, canonical_flat(header))
    return commitment_of(commitment_salt(key, header), plain)


def tree_problems(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield where a kept root is not that of its entries, and what is wrong."""
    tree = ledger_tree(connection, from_entries=True)
    for number, root in enumerate(kept_tiles(connection)):
        first = number * TILE_ENTRIES
        if first + TILE_ENTRIES > tree.size or root != tree.tile_root(number):
            yield (
                _("entries {first} to {last}").format(
                    first=first + 1, last=first + TILE_ENTRIES
                ),
                _("the kept root of the tree is not theirs"),
            )
