"""Where cameras' calibration profiles lie on this computer, and what adds to them."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from vein_calibration.profile import Profile

__all__ = [
    "add_to_profile",
    "camera_identity",
    "keep_profile",
    "kept_profile",
    "own_profile",
    "profile_folder",
    "profile_path",
]

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


def own_profile(camera: str, file: Path | None = None) -> Profile | None:
    """Read the profile of a camera; None where it was never calibrated.

    Parameters
    ----------
    camera : str
        Its identity.
    file : Path, optional
        Left out, this computer's for that camera.

    Raises
    ------
    CalibrationError
        If it is damaged.
    """
    from vein_calibration.profile_file import read_profile

    path = file or profile_path(camera)
    return read_profile(path) if path.is_file() else None


def add_to_profile(
    camera: str, size_px: tuple[int, int], file: Path | None = None, **parts: Any
) -> tuple[Profile, Path]:
    """Add parts to a camera's profile, or begin one, and write it.

    Parameters
    ----------
    camera : str
        Its identity.
    size_px : (width, height)
        Of its pictures.
    file : Path, optional
        Left out, this computer's for that camera.
    **parts
        Of the `Profile`; a new lens at another size begins anew.

    Returns
    -------
    Profile, Path

    Raises
    ------
    CalibrationError
        If the profile that is there is damaged, or of other pictures.
    OSError
    """
    from vein_calibration.profile import Profile
    from vein_calibration.profile_file import write_profile

    path = file or profile_path(camera)
    before = own_profile(camera, file)
    stamp: dict[str, Any] = {
        "made_at": datetime.now(UTC).replace(microsecond=0),
        "software": f"vein-imaging {version('vein-imaging')}",
    }
    if before is not None and before.size_px != size_px and "lens" in parts:
        before = None
    if before is None:
        made = Profile(camera=camera, size_px=size_px, **stamp, **parts)
    else:
        before.refuse_unless(camera, size_px)
        made = replace(before, **stamp, **parts)
    write_profile(made, path)
    keep_profile(made)
    return made, path
