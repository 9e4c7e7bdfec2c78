"""What the calibrate commands share: their pictures, targets, words and faults."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import numpy as np
from numpy.typing import NDArray

from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_calibration.profile import Profile
    from vein_calibration.target import Target

__all__ = [
    "camera_options",
    "chosen_target",
    "described",
    "every_profile",
    "pictures_of",
    "target_options",
    "telling_faults",
    "write_picture",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])
MOST_PICTURES = 60  # of a folder; more say nothing new


def telling_faults(command: _Command) -> _Command:
    """Turn the faults of calibrating into one line and exit code 1."""

    @functools.wraps(command)
    def told(*args: Any, **options: Any) -> Any:
        from vein_calibration.errors import CalibrationError
        from vein_devices.errors import DeviceAddressError

        try:
            return command(*args, **options)
        except DeviceAddressError as error:
            raise click.UsageError(str(error)) from error
        except CalibrationError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(
                f"{error.filename}: {error.strerror or error}"
            ) from error

    return told  # type: ignore[return-value]


def camera_options(command: _Command) -> _Command:
    """Add --camera and --profile: whose calibration, and in which file."""
    command = click.option(
        "--profile",
        "out",
        type=click.Path(dir_okay=False, path_type=Path),
        help="File of the profile; left out, this computer's for that camera.",
    )(command)
    return click.option(
        "--camera",
        required=True,
        help="Address of the camera the pictures are from, as for `view`.",
    )(command)


def target_options(command: _Command) -> _Command:
    """Add what says which target it is; the command gets it as `target`."""

    @click.option("--squares", help="Of the target, where not the usual: as in 7x9.")
    @click.option("--square-mm", type=float, help="Side of a square as designed.")
    @click.option("--checkerboard", is_flag=True, help="It has no markers.")
    @click.option(
        "--ruler-mm",
        type=float,
        default=150.0,
        show_default=True,
        help="What the printed ruler of 150 mm measures.",
    )
    @functools.wraps(command)
    def with_target(
        *args: Any,
        squares: str | None,
        square_mm: float | None,
        checkerboard: bool,
        ruler_mm: float,
        **options: Any,
    ) -> Any:
        from vein_calibration.errors import TargetError

        try:
            target = chosen_target(squares, square_mm, plain=checkerboard)
            target = target.printed_at(ruler_mm)
        except TargetError as error:
            raise click.UsageError(str(error)) from error
        return command(*args, target=target, **options)

    return with_target  # type: ignore[return-value]


def chosen_target(
    squares: str | None, square_mm: float | None, *, plain: bool
) -> Target:
    """The usual target, or one of other squares.

    Parameters
    ----------
    squares : str or None
        "COLUMNSxROWS".
    square_mm : mm or None
    plain : bool
        Without markers.

    Raises
    ------
    TargetError
        If that is no target.
    """
    from vein_calibration.errors import TargetError
    from vein_calibration.target import MARKER_SHARE, SHEET, Target

    columns, rows = SHEET.columns, SHEET.rows
    if squares is not None:
        parts = squares.lower().split("x")
        if len(parts) != 2 or not all(part.strip().isdigit() for part in parts):
            raise TargetError(f"squares are written 17x22, not {squares!r}")
        columns, rows = (int(part) for part in parts)
    side = SHEET.square_mm if square_mm is None else square_mm
    return Target(columns, rows, side, 0.0 if plain else MARKER_SHARE * side)


def pictures_of(paths: Iterable[Path]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Read pictures, and those in folders, 60 of each folder at most.

    Parameters
    ----------
    paths : iterable of Path

    Yields
    ------
    name : str
    picture : (H, W) or (H, W, 3) RGB, uint8
        Grey where all channels are the same.

    Raises
    ------
    TargetError
        If one cannot be read, or a folder holds none.
    """
    from vein_calibration.errors import TargetError
    from vein_devices.cameras.pictures.reader import read_pictures
    from vein_devices.errors import DeviceError
    from vein_imaging.imaging.arrays import check_picture

    for path in paths:
        for file in _files(path) if path.is_dir() else [path]:
            try:
                pictures = read_pictures(file)
            except DeviceError as error:
                raise TargetError(str(error)) from error
            for one in pictures:
                if one.is_damaged:
                    raise TargetError(f"{file} is a damaged JPEG; copy it again")
                picture = check_picture(one.pixels)
                if picture.ndim == 3 and (picture == picture[..., :1]).all():
                    picture = np.ascontiguousarray(picture[..., 0])
                yield Path(one.name).name, picture


def _files(folder: Path) -> list[Path]:
    from vein_calibration.errors import TargetError
    from vein_devices.cameras.pictures.kind import PICTURE_SUFFIXES

    files = sorted(f for f in folder.iterdir() if f.suffix.lower() in PICTURE_SUFFIXES)
    if not files:
        raise TargetError(
            f"{folder} holds no picture ({', '.join(sorted(PICTURE_SUFFIXES))})"
        )
    return files[:: -(-len(files) // MOST_PICTURES)]


def described(profile: Profile) -> dict[str, Any]:
    """What a profile says, in words and figures, for a person and for JSON."""
    lens, scale, blur = profile.lens, profile.scale, profile.blur
    said: dict[str, Any] = {
        "camera": profile.camera,
        "size": f"{profile.size_px[0]} x {profile.size_px[1]} px",
        "made": f"{profile.made_at:%Y-%m-%d %H:%M} UTC, {profile.software}",
        "lens position": profile.lens_position or "not named",
        "lens": "not calibrated",
        "distortion": "not known",
        "scale": "not calibrated: widths in px",
        "blur": "not measured: 1 px assumed",
        "light": "not calibrated",
        "sticker": "none",
    }
    if lens is not None:
        said["lens"] = (
            f"focal length {lens.focal_px:.1f} px +- {196 * lens.focal_error:.2f} %, "
            f"reprojection {lens.reprojection_px:.2f} px, {lens.views} views"
        )
        said["distortion"] = f"moves a point by up to {lens.most_moved_px():.1f} px"
    if scale is not None:
        said["scale"] = f"{scale.pixel_size}"
        if np.isfinite(scale.tilt_deg):
            said["scale"] += (
                f", tilt {scale.tilt_deg:.1f} degrees, "
                f"distance {scale.distance_mm:.0f} mm"
            )
    if blur is not None:
        said["blur"] = (
            f"{blur.sigma_px:.2f} +- {blur.sd_px:.2f} px (standard deviation)"
        )
    if profile.flats:
        said["light"] = "; ".join(
            f"{flat.light or '(unnamed)'}: uneven by {100 * flat.unevenness:.0f} %, "
            f"{len(flat.bad_rc)} bad pixels"
            for flat in profile.flats
        )
    if profile.sticker is not None:
        said["sticker"] = f"{profile.sticker.number}, {profile.sticker.side_mm:g} mm"
    return said


def every_profile() -> list[dict[str, str]]:
    """Every profile on this computer: camera, date, file; what is wrong where it is."""
    from vein_calibration.errors import CalibrationError
    from vein_calibration.profile_file import read_profile
    from vein_imaging.capture.camera_profiles import profile_folder

    rows = []
    folder = profile_folder()
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            profile = read_profile(file)
            camera, made = profile.camera, profile.made_at.isoformat()
        except CalibrationError as error:
            camera, made = f"damaged: {error}", "-"
        rows.append({"camera": camera, "made_at": made, "file": str(file)})
    return rows


def write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture (RGB or grey), whole or not at all."""
    import cv2

    plain = picture[..., ::-1] if picture.ndim == 3 else picture
    done, data = cv2.imencode(path.suffix or ".png", np.ascontiguousarray(plain))
    if not done:
        raise click.ClickException(
            _("{path} could not be coded; end it in .png").format(path=path)
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.tobytes())
