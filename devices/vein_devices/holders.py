"""Which programs hold a device open, as far as this user is allowed to see."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Holder", "holders_of"]


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """A program that holds a device.

    Parameters
    ----------
    name : str
        As the system lists it.
    pid : int
        Its number.
    command : str
        The line it was started with, blanks between the words.
    """

    name: str
    pid: int
    command: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.pid})"


def holders_of(path: str, proc: Path = Path("/proc")) -> list[Holder]:
    """Name the other programs that hold a device open.

    Parameters
    ----------
    path : str
        The device.
    proc : Path
        Where the kernel lists processes; elsewhere than on Linux there is none.

    Returns
    -------
    list of Holder
    """
    found: set[Holder] = set()
    for link in proc.glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()) != path or link.parts[-3] == str(os.getpid()):
                continue
            home = link.parents[1]
            name = (home / "comm").read_text().strip()
            command = _command(home)
        except OSError:
            continue
        found.add(Holder(name, int(link.parts[-3]), command))
    return sorted(found)


def _command(home: Path) -> str:
    try:
        return " ".join((home / "cmdline").read_text().split("\0")).strip()
    except OSError:
        return ""
