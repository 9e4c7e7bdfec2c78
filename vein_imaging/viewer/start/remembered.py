"""What this computer remembers of its people's choices; nothing of any patient."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.viewer.qt.palette import THEMES, Theme

__all__ = ["SIZES_PERCENT", "Memory", "Remembered"]

SIZES_PERCENT = (100, 125, 150, 175, 200)
"""From ordinary letters to twice their size, as people with weak eyes need."""
_MOST_BYTES = 1 << 16
"""Some hundred users' names; a larger file was not written by this program."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Choices that are offered again at the next start.

    Parameters
    ----------
    store, user, camera : str
        As last used; empty where there was none. A camera's password is not written.
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
        for field in fields(self):
            got, wanted = getattr(self, field.name), type(field.default)
            if not isinstance(got, wanted):
                raise TypeError(f"{field.name}: got {got!r}, wanted {wanted}")
        for name, known in (("theme", THEMES), ("size_percent", SIZES_PERCENT)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}: wanted one of {tuple(known)}")


def _read(file: Path) -> Remembered:
    """Read the file; one that is not there, or was edited by hand, counts as empty."""
    try:
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return Remembered()
        known = json.loads(file.read_bytes())
        toured = tuple(map(str, known.get("toured", ())))
        return Remembered(**{**known, "toured": toured})
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return Remembered()


class Memory:
    """The file in which it is kept; one that cannot be read counts as empty.

    Parameters
    ----------
    file : Path
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.now = _read(file)
        """As last read or written."""
        self.problem = ""
        """Why it could not be kept, for the person to read; empty where it was."""

    def offer(self, **named: Any) -> None:
        """Let what was named at the start go before what is remembered; unwritten."""
        self.now = replace(self.now, **named)

    def forget_secrets(self) -> None:
        """Forget the camera's password: the next person is somebody else."""
        self.now = replace(self.now, camera=_without_password(self.now.camera))

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
            written = replace(self.now, camera=_without_password(self.now.camera))
            text = json.dumps(asdict(written), indent=2) + "\n"
            write_durably(self._file, text.encode())
        except OSError as error:
            self.problem = str(error)
        else:
            self.problem = ""


def _without_password(camera: str) -> str:
    # imports what takes longer than the splash may wait
    from vein_devices.address import without_password

    return without_password(camera)
