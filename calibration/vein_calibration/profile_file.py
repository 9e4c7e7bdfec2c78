"""A profile as one file: JSON, with a checksum over what it says."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zlib
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vein_calibration.edges import Blur
from vein_calibration.errors import ProfileError
from vein_calibration.flat_field import FlatField
from vein_calibration.lens import Lens
from vein_calibration.pixel_size import PixelSize
from vein_calibration.profile import Profile, Scale
from vein_calibration.sticker import Sticker

__all__ = [
    "FORMAT",
    "VERSION",
    "profile_from_bytes",
    "profile_id",
    "profile_to_bytes",
    "read_profile",
    "write_profile",
]

FORMAT = "vein-imaging calibration profile"
VERSION = 1  # raised when an older program would misread it
_MOST_BYTES = 64 * 2**20  # a hundred times the largest profile


def profile_to_bytes(profile: Profile) -> bytes:
    """Write a profile as the bytes of a file; equal profiles give equal bytes.

    Parameters
    ----------
    profile : Profile
    """
    body = _body(profile)
    document = {"format": FORMAT, "version": VERSION, "sha256": _sum(body)}
    return (json.dumps(document | {"profile": body}, indent=1) + "\n").encode()


def profile_id(profile: Profile) -> str:
    """Name a profile by what it says: its checksum, 64 hexadecimal digits.

    Parameters
    ----------
    profile : Profile
    """
    return _sum(_body(profile))


def profile_from_bytes(data: bytes, name: str = "the profile") -> Profile:
    """Read a profile.

    Parameters
    ----------
    data : bytes
        Of a file of this or an older version.
    name : str
        Of the file, for messages.

    Returns
    -------
    Profile

    Raises
    ------
    ProfileError
        If it is cut, changed, of a later version, or no profile at all.
    """
    if len(data) > _MOST_BYTES:
        raise ProfileError(f"{name} has {len(data)} bytes: that is no profile")
    try:
        document = json.loads(data)
    except ValueError:
        raise ProfileError(
            f"{name} is cut off or no profile: it is not whole JSON; copy it again, or "
            "calibrate anew"
        ) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ProfileError(f"{name} is JSON, but no calibration profile")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ProfileError(f"{name} has no version; copy it again")
    if version > VERSION:
        raise ProfileError(
            f"{name} is of version {version}, this program reads up to {VERSION}; "
            "update the program, or calibrate anew"
        )
    body = document.get("profile")
    if not isinstance(body, dict) or document.get("sha256") != _sum(body):
        raise ProfileError(
            f"{name} was changed after it was written: its checksum does not fit; copy "
            "it again, or calibrate anew"
        )
    try:
        return _profile(body)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise ProfileError(f"{name} says something impossible: {error}") from error


def read_profile(path: Path) -> Profile:
    """Read the file of a profile.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ProfileError
        As `profile_from_bytes`, and where the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror or error}") from error
    return profile_from_bytes(data, str(path))


def write_profile(profile: Profile, path: Path) -> None:
    """Write a profile whole or not at all.

    Parameters
    ----------
    profile : Profile
    path : Path
        Replaced where it is there.

    Raises
    ------
    ProfileError
        If it cannot be written; what was there is unchanged.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(profile_to_bytes(profile))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ProfileError(f"{path}: {error.strerror or error}") from error


def _sum(body: dict[str, Any]) -> str:
    whole = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def _body(profile: Profile) -> dict[str, Any]:
    scale = profile.scale
    return {
        "camera": profile.camera,
        "size_px": list(profile.size_px),
        "made_at": profile.made_at.isoformat(),
        "software": profile.software,
        "lens_position": profile.lens_position,
        "lens": None if profile.lens is None else _listed(asdict(profile.lens)),
        "scale": None
        if scale is None
        else {
            "pixel_size": asdict(scale.pixel_size),
            "flattening": None
            if scale.flattening is None
            else scale.flattening.tolist(),
            "spread": scale.spread,
            "tilt_deg": _or_none(scale.tilt_deg),
            "distance_mm": _or_none(scale.distance_mm),
        },
        "blur": None if profile.blur is None else asdict(profile.blur),
        "sticker": None if profile.sticker is None else asdict(profile.sticker),
        "flats": [
            {
                "light": flat.light,
                "level": _packed(flat.level),
                "dark": _packed(flat.dark),
                "bad_rc": flat.bad_rc.tolist(),
            }
            for flat in profile.flats
        ],
    }


def _profile(body: dict[str, Any]) -> Profile:
    width, height = map(int, body["size_px"])
    lens, scale, blur = body["lens"], body["scale"], body["blur"]
    return Profile(
        camera=body["camera"],
        size_px=(width, height),
        made_at=datetime.fromisoformat(body["made_at"]),
        software=body["software"],
        lens_position=body["lens_position"],
        lens=None if lens is None else Lens(**{k: _tupled(v) for k, v in lens.items()}),
        scale=None if scale is None else _scale(scale),
        blur=None if blur is None else Blur(**blur),
        sticker=None if body["sticker"] is None else Sticker(**body["sticker"]),
        flats=tuple(_flat(flat, (width, height)) for flat in body["flats"]),
    )


def _scale(body: dict[str, Any]) -> Scale:
    flattening = body["flattening"]
    nan = float("nan")
    tilt, distance = body["tilt_deg"], body["distance_mm"]
    return Scale(
        PixelSize(**body["pixel_size"]),
        None if flattening is None else np.array(flattening, np.float64).reshape(3, 3),
        float(body["spread"]),
        nan if tilt is None else float(tilt),
        nan if distance is None else float(distance),
    )


def _flat(body: dict[str, Any], size_px: tuple[int, int]) -> FlatField:
    bad = np.array(body["bad_rc"], np.intp).reshape(-1, 2)
    if len(bad) and (bad.min() < 0 or (bad >= size_px[::-1]).any()):
        raise ValueError("a bad pixel outside the picture")
    return FlatField(
        body["light"], size_px, _unpacked(body["level"]), _unpacked(body["dark"]), bad
    )


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _listed(values: dict[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _packed(array: NDArray[np.float32]) -> dict[str, Any]:
    """An array in text: shape, and 16ths of a grey level, compressed."""
    steps = np.rint(array * 16).clip(0, 65535).astype("<u2")
    data = base64.b85encode(zlib.compress(steps.tobytes(), 9)).decode()
    return {"shape": list(array.shape), "sixteenths": data}


def _unpacked(body: dict[str, Any]) -> NDArray[np.float32]:
    shape = tuple(map(int, body["shape"]))
    data = zlib.decompressobj().decompress(
        base64.b85decode(body["sixteenths"]), 2 * int(np.prod(shape))
    )
    steps = np.frombuffer(data, "<u2").reshape(shape)
    return steps.astype(np.float32) / np.float32(16)
