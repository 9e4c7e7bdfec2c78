"""Writes checkpoints while people work, outside of the store's folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from vein_imaging.storage.errors import StoreError
from vein_imaging.storage.store import Store
from vein_imaging.storage.upkeep.kept_checkpoints import (
    checkpoint_file,
    checkpoint_warnings,
    place_of,
    write_checkpoints,
)
from vein_imaging.words import translate as _

__all__ = ["CheckpointKeeper"]

_EVERY_S = 120.0
"""What a killed program's last entries may be without: two minutes. Writing one takes
two flushes, which at each entry would double the wait."""


class CheckpointKeeper:
    """Keeps the newest checkpoint of a store in some folders.

    It never raises: what was acknowledged must not look failed for want of it.

    Parameters
    ----------
    store : Store
    folders : paths
    clock_s : function
        Seconds that nobody sets.

    Attributes
    ----------
    against : tuple of str
        How the store contradicts the checkpoints; nothing is written then, for they
        are evidence.
    problems : list of str
        Why a checkpoint could not be kept.
    """

    def __init__(
        self, store: Store, folders: Sequence[Path], clock_s: Callable[[], float]
    ) -> None:
        self.against = checkpoint_warnings(store, folders)
        self.problems: list[str] = []
        self._store = store
        self._folders = () if self.against else tuple(folders)
        self._clock_s = clock_s
        self._kept_s = clock_s()
        self._behind = False

    def committed(self) -> None:
        """Note that entries were acknowledged; keep a checkpoint if it is time."""
        self._behind = True
        self.look()

    def look(self) -> None:
        """Keep a checkpoint if entries are without one for too long."""
        since_s = self._clock_s() - self._kept_s
        if self._behind and not 0 <= since_s < _EVERY_S:
            self.keep()

    def keep(self) -> None:
        """Keep a checkpoint now."""
        self._kept_s = self._clock_s()
        self._behind = False
        try:
            write_checkpoints(self._store, self._folders)
        except (OSError, StoreError) as error:
            what = _(
                "No checkpoint could be kept ({error}). What was written stands; until "
                "one is kept, nothing shows whether an older copy was put back"
            ).format(error=error)
            if what not in self.problems:
                self.problems.append(what)

    def places(self) -> list[str]:
        """Return the folders that keep one now, as the ledger calls them."""
        return [
            place_of(folder)
            for folder in self._folders
            if checkpoint_file(self._store, folder).exists()
        ]
