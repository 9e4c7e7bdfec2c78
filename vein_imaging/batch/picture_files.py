"""Pictures in folders, which every worker can read at the same path."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from vein_calibration.profile_file import profile_id, read_profile
from vein_devices.cameras.pictures.kind import PICTURE_SUFFIXES
from vein_devices.cameras.pictures.plain_file import read_bytes
from vein_devices.cameras.pictures.reader import StillPicture, read_one_picture
from vein_devices.errors import DeviceError
from vein_imaging.batch.figures import picture_figures
from vein_imaging.batch.task import Figures, NotStarted, Task, UnfitWorkerError
from vein_imaging.pipeline import AnalysisSettings
from vein_imaging.words import translate as _

__all__ = ["measure_file", "picture_paths", "picture_tasks"]


def picture_paths(places: Iterable[Path]) -> list[Path]:
    """Every picture meant, once, in order: files as given, folders with all in them.

    Parameters
    ----------
    places : paths
    """
    found: dict[Path, None] = {}
    for place in places:
        inside = (
            sorted(
                one
                for one in place.rglob("*")
                if one.suffix.lower() in PICTURE_SUFFIXES and one.is_file()
            )
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
            sha256 = hashlib.sha256(read_bytes(path)).hexdigest()
        except DeviceError as error:
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
    DeviceError, ValueError
        If it cannot be read, is no whole picture, holds several, or has changed.
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
    picture = _picture(Path(path), task.inputs[0])
    return picture_figures(
        picture.pixels,
        hidden=picture.hidden,
        remarks=picture.remarks,
        mm_per_pixel=task.given["mm_per_pixel"],
        profile=profile,
        settings=task.settings,
    )


def _picture(path: Path, sha256: str) -> StillPicture:
    if not path.parent.is_dir():  # the command has just read it: a share is missing
        raise UnfitWorkerError(_("it does not see {folder}").format(folder=path.parent))
    content = read_bytes(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(
            _("{file} has changed since the batch began").format(file=path)
        )
    return read_one_picture(path, data=content)
