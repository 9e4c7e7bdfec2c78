"""Colours of other profiles (Display P3 of phones, Adobe RGB) in those of sRGB.

The same skin stored with another profile has other numbers; brightness and colour are
compared as numbers, so all pictures are brought to one profile first.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

__all__ = ["in_srgb"]

_SAME = 3
"""Levels of 255 by which a colour may move and the profile still be sRGB's: makers
write its curve with more or fewer points."""
_PROBE = np.arange(0, 256, 15, dtype=np.uint8)


def in_srgb(
    values: NDArray[Any], profile: bytes, name: str
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Bring a picture's values to sRGB.

    Parameters
    ----------
    values : (H, W) or (H, W, 3) RGB
        Of 8 bits, or they are left as they are.
    profile : bytes
        The file's ICC profile; empty: none.
    name : str
        For the remarks.

    Returns
    -------
    values : as given
    remarks : tuple of str
        What could not be done.
    """
    if not profile:
        return values, ()
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        said = ImageCms.getProfileDescription(source).strip() or "unnamed"
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return values, (f"{name}: its colour profile is damaged, and was not used",)
    is_grey = values.ndim == 2
    if space != ("GRAY" if is_grey else "RGB"):
        if is_grey or space in ("RGB", "GRAY"):
            return values, ()  # a grey picture of an RGB profile, as programs save it
        return values, (
            f"{name}: its colours are of {said} ({space}), not of light: they were "
            f"converted roughly; save it as sRGB",
        )
    try:
        change = ImageCms.buildTransform(
            source, ImageCms.createProfile("sRGB"), "L" if is_grey else "RGB", "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )  # fmt: skip
    except ImageCms.PyCMSError:
        return values, (f"{name}: its colour profile ({said}) cannot be used",)
    probe = _PROBE[None, :] if is_grey else _cube()
    moved = np.abs(_changed(probe, change).astype(int) - probe).max()
    if moved <= _SAME:
        return values, ()
    if values.dtype != np.uint8:
        return values, (
            f"{name}: its colours are of {said}, and kept: of more than 8 bits only "
            f"sRGB is known; compare it with pictures of the same profile",
        )
    return _changed(values, change), ()


def _cube() -> NDArray[np.uint8]:
    axes = np.meshgrid(_PROBE, _PROBE, _PROBE, indexing="ij")
    return np.stack(axes, axis=-1).reshape(1, -1, 3)


def _changed(values: NDArray[Any], change: Any) -> NDArray[np.uint8]:
    picture = ImageCms.applyTransform(Image.fromarray(values), change)
    assert picture is not None  # a new one is asked for
    changed = np.asarray(picture, np.uint8)
    return np.ascontiguousarray(changed[..., 0] if values.ndim == 2 else changed)
