"""What this computer remembers of its people's choices; nothing of any patient."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.viewer.qt.palette import Theme

__all__ = ["SIZES_PERCENT", "Memory", "Remembered"]

SIZES_PERCENT = (100, 125, 150, 175, 200)
"""From ordinary letters to twice their size, as people with weak eyes need."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Choices that are offered again at the next start.

    Parameters
    ----------
    store, user, camera : str
        As last used; empty where there was none.
    needle : str
        As last entered for a session.
    theme : "dark" or "light"
    size_percent : int
        One of `SIZES_PERCENT`.
    toured : tuple of str
        Users who have seen the tour, or skipped it.
    """

    store: str = ""
    user: str = ""
    camera: str = ""
    needle: str = ""
    theme: Theme = "dark"
    size_percent: int = 100
    toured: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.size_percent not in SIZES_PERCENT:
            raise ValueError(
                f"size_percent: got {self.size_percent}, wanted one of {SIZES_PERCENT}"
            )


_FILE = TypeAdapter(Remembered)


class Memory:
    """The file in which it is kept; one that cannot be read counts as empty.

    Parameters
    ----------
    file : Path
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.now = self._read()
        """As last read or written."""
        self.problem = ""
        """Why it could not be kept, for the person to read; empty where it was."""

    def _read(self) -> Remembered:
        try:
            return _FILE.validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return Remembered()

    def keep(self, **changed: Any) -> None:
        """Change some of it and write all of it.

        Where the disk does not take it, it holds until the program ends, and `problem`
        says so.

        Parameters
        ----------
        **changed
            Fields of `Remembered`.
        """
        self.now = replace(self.now, **changed)
        try:
            make_folder(self._file.parent)
            write_durably(self._file, _FILE.dump_json(self.now, indent=2))
        except OSError as error:
            self.problem = str(error)
        else:
            self.problem = ""
