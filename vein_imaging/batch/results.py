"""Results on disk: one file each, written once, in a folder that names the version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from vein_imaging.batch.code_version import CodeVersion
from vein_imaging.batch.task import Figures, Settings, Task, digest, kind_of
from vein_imaging.durable import make_folder, write_durably
from vein_imaging.words import translate as _

__all__ = ["ResultFolder", "earlier_results", "open_results"]

_ABOUT = "about.json"
_FORMAT = 1
"""Of about.json and the results; another one is not read."""
_SHARD_DIGITS = 2
"""256 folders: of 200,000 results, each holds 800 names."""


class ResultFolder:
    """The results of one version and one set of settings.

    Made by `open_results`. A result's name is its task's key; a name stands for the
    whole result or is absent, whatever happens to the power.

    Parameters
    ----------
    folder : Path
    about : mapping
        The version and settings in full, and when the first run began.
    """

    def __init__(self, folder: Path, about: Figures) -> None:
        self.folder = folder
        self.about = about
        self._known = {
            file.stem for file in (folder / "results").glob("*/*.json")
        }  # one listing at the start, instead of one look at the disk for each task

    def __len__(self) -> int:
        return len(self._known)

    @property
    def version(self) -> str:
        """The folder's name: kind, release, code and settings."""
        return self.folder.name

    @property
    def begun_at(self) -> str:
        """When its first run began, ISO 8601."""
        return str(self.about["begun_at"])

    def holds(self, key: str) -> bool:
        """Whether the result of that key is there."""
        return key in self._known

    def keep(self, task: Task, figures: str) -> None:
        """Write a result durably; the same bytes whoever measured it.

        Parameters
        ----------
        task : Task
        figures : str
            JSON.

        Raises
        ------
        OSError
            If the disk is full or cannot be written; nothing is left behind.
        """
        document = {
            "inputs": task.inputs,
            "given": dict(task.given),
            "version": self.about["version"],
            "settings": self.about["settings"],
            "figures": json.loads(figures),
        }
        file = self._file(task.key)
        make_folder(file.parent)
        # in one line: with an indent Python's own slow encoder writes it
        text = json.dumps(document, sort_keys=True, allow_nan=False)
        write_durably(file, f"{text}\n".encode())
        self._known.add(task.key)

    def figures(self, key: str) -> Figures | None:
        """Read the figures of a key; None where there are none."""
        if key not in self._known:
            return None
        document = json.loads(self._file(key).read_bytes())
        figures: Figures = document["figures"]
        return figures

    def _file(self, key: str) -> Path:
        return self.folder / "results" / key[:_SHARD_DIGITS] / f"{key}.json"


def open_results(
    out: Path, version: CodeVersion, settings: Settings, *, now: datetime
) -> ResultFolder:
    """Open the results of one version and one set of settings, made where missing.

    Parameters
    ----------
    out : Path
        Holds such a folder for each version and settings.
    version : CodeVersion
    settings : AnalysisSettings or CompareSettings
    now : datetime
        Noted as the beginning of the first run.

    Raises
    ------
    OSError
        If it cannot be written.
    ValueError
        If the folder of that name is of something else.
    """
    plain = asdict(settings)
    # the whole digest stands in about.json: a name of eight digits may be met twice
    name = f"{kind_of(settings)}-{version.short}-{digest(plain)[:8]}"
    folder = out / name
    about = {
        "format": _FORMAT,
        "version": {
            "release": version.release,
            "sources": version.sources,
            "libraries": list(version.libraries),
        },
        "settings": plain,
    }
    make_folder(folder / "results")
    described = folder / _ABOUT
    if not described.exists():
        content = about | {"begun_at": now.isoformat()}
        write_durably(described, (json.dumps(content, indent=1) + "\n").encode())
    written = _described(described)
    if {key: written.get(key) for key in about} != about:
        raise ValueError(
            _(
                "{folder} holds results of another version or other settings; give "
                "another folder with --out"
            ).format(folder=folder)
        )
    return ResultFolder(folder, written)


def earlier_results(now: ResultFolder) -> Iterator[ResultFolder]:
    """Yield the other results of the same kind beside these, the newest first."""
    kind = now.version.partition("-")[0]
    others = [
        ResultFolder(file.parent, _described(file))
        for file in now.folder.parent.glob(f"{kind}-*/{_ABOUT}")
        if file.parent.name != now.version
    ]
    yield from sorted(others, key=lambda one: (one.begun_at, one.version), reverse=True)


def _described(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
        known = found["format"] == _FORMAT
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise ValueError(
            _(
                "{file} is damaged, or of a newer release; move its folder away and "
                "run again"
            ).format(file=file)
        )
    return dict(found)
