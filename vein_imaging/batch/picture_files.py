"""Pictures in folders, which every worker can read at the same path."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from vein_calibration.profile_file import profile_id, read_profile
from vein_imaging.batch.figures import picture_figures
from vein_imaging.batch.task import Figures, NotStarted, Task, UnfitWorkerError
from vein_imaging.imaging.arrays import Picture
from vein_imaging.pipeline import AnalysisSettings
from vein_imaging.words import translate as _

__all__ = ["measure_file", "picture_paths", "picture_tasks"]

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})


def picture_paths(places: Iterable[Path]) -> list[Path]:
    """Every picture meant, once, in order: files as given, folders with all in them.

    Parameters
    ----------
    places : paths
    """
    found: dict[Path, None] = {}
    for place in places:
        inside = (
            sorted(one for one in place.rglob("*") if one.suffix.lower() in _SUFFIXES)
            if place.is_dir()
            else [place]
        )
        found.update(dict.fromkeys(one.absolute() for one in inside))
    return list(found)


def picture_tasks(
    paths: Iterable[Path],
    profile_of: Callable[[Path], Path | None],
    *,
    mm_per_pixel: float | None,
    settings: AnalysisSettings,
) -> Iterator[Task | NotStarted]:
    """Name each picture by its hash; the file is read for that, and not kept.

    Parameters
    ----------
    paths : paths
    profile_of : callable
        From a picture to the file of its calibration profile.
    mm_per_pixel : mm, optional
    settings : AnalysisSettings
    """
    checksums: dict[Path, str] = {}
    for path in paths:
        profile = profile_of(path)
        if profile is not None and profile not in checksums:
            checksums[profile] = profile_id(read_profile(profile))
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            yield NotStarted({"picture": str(path)}, str(error))
            continue
        yield Task(
            measure_file,
            {"picture": str(path)},
            (str(path), "" if profile is None else str(profile)),
            (sha256,),
            {
                "mm_per_pixel": mm_per_pixel,
                "calibration": None if profile is None else checksums[profile],
            },
            settings,
        )


def measure_file(task: Task) -> Figures:
    """Read a picture in a worker, check that it is the one meant, and measure it.

    Parameters
    ----------
    task : Task

    Raises
    ------
    OSError, ValueError
        If it cannot be read, is no picture, or has changed.
    UnfitWorkerError
        If its folder is not on this machine.
    """
    path, profile_path = task.place
    profile = None if not profile_path else read_profile(Path(profile_path))
    if profile is not None and profile_id(profile) != task.given["calibration"]:
        raise ValueError(
            _("{file} has changed since the batch began").format(file=profile_path)
        )
    assert isinstance(task.settings, AnalysisSettings)
    return picture_figures(
        _picture(Path(path), task.inputs[0]),
        mm_per_pixel=task.given["mm_per_pixel"],
        profile=profile,
        settings=task.settings,
    )


def _picture(path: Path, sha256: str) -> Picture:
    if not path.parent.is_dir():  # the command has just read it: a share is missing
        raise UnfitWorkerError(_("it does not see {folder}").format(folder=path.parent))
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(
            _("{file} has changed since the batch began").format(file=path)
        )
    raw = np.frombuffer(content, np.uint8)
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH
    picture = cv2.imdecode(raw, flags) if raw.size else None
    if picture is None:
        raise ValueError(
            _("{path} is not a picture that can be read; use PNG, TIFF or JPEG").format(
                path=path
            )
        )
    return picture
