"""Where calibration profiles lie, and which one belongs to a camera or a picture."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_calibration.profile import Profile

__all__ = [
    "BESIDE",
    "ProfileChoice",
    "camera_identity",
    "keep_profile",
    "kept_profile",
    "profile_folder",
    "profile_options",
    "profile_path",
]

BESIDE = "calibration.json"
"""Name of the profile that lies beside the pictures it was taken with."""
_Command = TypeVar("_Command", bound=Callable[..., Any])
_KEPT = "taken-with"
_OPTICAL = ("mm_per_pixel", "defocus_px")


def profile_folder() -> Path:
    """Folder of this computer's profiles; VEIN_IMAGING_CALIBRATION names another."""
    from platformdirs import user_data_path

    named = os.environ.get("VEIN_IMAGING_CALIBRATION")
    return Path(named) if named else user_data_path("vein-imaging") / "calibration"


def camera_identity(url: str) -> str:
    """What stays of a camera's address when its settings change.

    Parameters
    ----------
    url : str
        As for `vein_devices.open_camera`.

    Returns
    -------
    str
        Kind and place, without options and passwords. A drawn leg keeps the options
        that change what its lens shows. "uvc:" and parts of a name become what finds
        the camera again, where it is plugged in.

    Raises
    ------
    DeviceAddressError
        If the address is empty.
    """
    from vein_devices.address import parse_address

    address = parse_address(url)
    if address.kind == "phantom":
        kept = sorted(f"{k}={v}" for k, v in address.options.items() if k in _OPTICAL)
        return "phantom:" + ("?" + "&".join(kept) if kept else "")
    if address.kind == "uvc":
        return _plugged_in(address.place)
    if address.kind in ("http", "https", "rtsp"):
        parts = urlsplit(address.text)
        port = f":{parts.port}" if parts.port else ""
        return f"{address.kind}://{parts.hostname or ''}{port}{parts.path}"
    return f"{address.kind}:{address.place}"


def _plugged_in(place: str) -> str:
    """The full address of the USB camera meant; what was typed, where none is there."""
    from vein_devices.cameras.usb.backends import BACKENDS, V4L2
    from vein_devices.cameras.usb.identity import address_of, find_camera, list_cameras
    from vein_devices.errors import DeviceError

    try:
        nodes = list_cameras(BACKENDS.get(sys.platform, (V4L2,))[0])
        return address_of(find_camera(place, nodes, f"uvc:{place}"))
    except DeviceError:
        return f"uvc:{place}"


def profile_path(camera: str) -> Path:
    """File of a camera's profile on this computer, whether it is there or not.

    Parameters
    ----------
    camera : str
        Its identity.
    """
    readable = re.sub(r"[^A-Za-z0-9]+", "-", camera).strip("-")[:40] or "camera"
    mark = hashlib.sha256(camera.encode()).hexdigest()[:8]
    return profile_folder() / f"{readable}-{mark}.json"


def keep_profile(profile: Profile) -> None:
    """Keep a copy under the profile's own checksum, for pictures taken with it.

    Parameters
    ----------
    profile : Profile
    """
    from vein_calibration.profile_file import profile_id, write_profile

    write_profile(profile, profile_folder() / _KEPT / f"{profile_id(profile)}.json")


def kept_profile(checksum: str) -> Profile | None:
    """Give the profile of a checksum; None where this computer does not have it.

    Parameters
    ----------
    checksum : str
        64 hexadecimal digits, from a photograph's entry.
    """
    from vein_calibration.errors import ProfileError
    from vein_calibration.profile_file import profile_id, read_profile

    if re.fullmatch("[0-9a-f]{64}", checksum) is None:
        return None
    path = profile_folder() / _KEPT / f"{checksum}.json"
    try:
        found = read_profile(path) if path.is_file() else None
    except ProfileError:
        return None
    return found if found is None or profile_id(found) == checksum else None


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """Which profile a command is to use.

    Parameters
    ----------
    file : Path or None
        Named on the command line.
    camera : str or None
        Address of the camera that pictures come from.
    none : bool
        Whether none is wanted.
    """

    file: Path | None = None
    camera: str | None = None
    none: bool = False

    def find(self, picture: Path | None = None) -> Profile | None:
        """Read the profile that belongs to a camera, or to a picture on disk.

        The one named; else that of the camera; else `calibration.json` beside the
        picture.

        Parameters
        ----------
        picture : Path, optional

        Returns
        -------
        Profile or None
            None where there is none, or none is wanted.

        Raises
        ------
        click.ClickException
            If it is damaged, or of another camera: measuring on without it would give
            other numbers than asked for.
        """
        from vein_calibration.errors import CalibrationError
        from vein_calibration.profile_file import read_profile
        from vein_devices.errors import DeviceAddressError

        if self.none:
            return None
        try:
            camera = None if self.camera is None else camera_identity(self.camera)
            path = self._path(camera, picture)
            if path is None:
                return None
            profile = read_profile(path)
            if camera is not None:
                profile.refuse_unless(camera, profile.size_px)
        except DeviceAddressError as error:
            raise click.UsageError(str(error)) from error
        except CalibrationError as error:
            raise click.ClickException(str(error)) from error
        if warning := profile.age_warning():
            click.echo(_("note: {warning}").format(warning=warning), err=True)
        return profile

    def _path(self, camera: str | None, picture: Path | None) -> Path | None:
        if self.file is not None:
            return self.file
        if camera is not None:
            path = profile_path(camera)
            return path if path.is_file() else None
        if picture is not None:
            beside = picture.parent / BESIDE
            return beside if beside.is_file() else None
        return None


def profile_options(command: _Command) -> _Command:
    """Add --profile and --no-profile to a command, as its `profile_choice`."""

    @click.option(
        "--profile",
        "profile_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Calibration to use; left out, that of the camera, or the "
        f"{BESIDE} beside the pictures.",
    )
    @click.option("--no-profile", is_flag=True, help="Use no calibration.")
    @functools.wraps(command)
    def with_choice(
        *args: Any, profile_file: Path | None, no_profile: bool, **options: Any
    ) -> Any:
        if profile_file is not None and no_profile:
            raise click.UsageError(_("--profile or --no-profile, not both"))
        return command(
            *args, profile_choice=ProfileChoice(profile_file, None, no_profile),
            **options,
        )  # fmt: skip

    return with_choice  # type: ignore[return-value]
