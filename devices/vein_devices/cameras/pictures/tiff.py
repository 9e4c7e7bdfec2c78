"""Pages of a TIFF file: any range of values, several pages, floats, planes apart."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vein_devices.cameras.pictures.colour_profile import in_srgb
from vein_devices.cameras.pictures.depth import bits_in_use
from vein_devices.cameras.pictures.extent import refuse_large
from vein_devices.cameras.pictures.raw_picture import RawPicture
from vein_devices.errors import DeviceDataError, DeviceError, DeviceUnsupportedError
from vein_devices.opencv import cv2

__all__ = ["tiff_pages", "upright"]

Raw = NDArray[Any]

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_PLAIN = (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB)
"""PhotometricInterpretation (TIFF 6.0) of pages whose values are grey or RGB as stored;
the others (palette, YCbCr, CMYK, Lab) are left to libtiff."""
_CFA, _LINEAR_RAW = 32803, 34892
"""PhotometricInterpretation of a sensor's own mosaic (TIFF/EP, DNG)."""
_DNG_VERSION, _ORIENTATION = 50706, 274
_ICC_PROFILE = 34675  # InterColorProfile, ICC.1:2010, B.4
_NOT_LIGHT = (5, 8, 9, 10)
"""PhotometricInterpretation of inks (CMYK) and of CIE, ICC and ITU Lab."""
_ALPHA = (1, 2)
"""ExtraSamples that are transparency (TIFF 6.0)."""
_UNEVEN = 1.02
"""Horizontal over vertical resolution from which pixels are not square; what differs
less is a rounded tag."""


def tiff_pages(data: bytes, name: str) -> list[RawPicture]:
    """Read every page that is a picture of its own.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        For messages.

    Returns
    -------
    list of RawPicture
        Copies in smaller size, and masks, are left out.

    Raises
    ------
    DeviceUnsupportedError
        If it is a raw file, or holds what is neither grey nor colour.
    DeviceDataError
        If it is damaged or cut off.
    """
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            pages = list(file.pages)
            _refuse_raw(file, name)
            own = [at for at, page in enumerate(pages) if _is_own(page)] or [0]
            _refuse_large(name, [pages[at] for at in own])
            return [_in_srgb(pages[at], at, data, name) for at in own]
    except DeviceError:
        raise
    except ImportError as error:
        raise DeviceUnsupportedError(
            f"{name}: a TIFF of a kind that cannot be read here ({error}); save it as "
            f"PNG, or as a TIFF of 8 or 16 bits in grey or RGB"
        ) from error
    except Exception as error:  # whatever a damaged file does to the library
        raise DeviceDataError(
            f"{name}: a damaged TIFF ({error}); copy it again, or export it again"
        ) from error


def _refuse_raw(file: Any, name: str) -> None:
    first = file.pages[0]
    photometrics = {int(page.photometric) for page in [first, *(first.pages or ())]}
    if _DNG_VERSION in first.tags or not photometrics.isdisjoint((_CFA, _LINEAR_RAW)):
        raise DeviceUnsupportedError(
            f"{name}: a camera's raw file; develop it in the camera maker's program, "
            f"and export it as TIFF or PNG"
        )
    stack = (file.imagej_metadata or {}).get("images", 1) if file.is_imagej else 1
    if stack > len(file.pages):
        raise DeviceUnsupportedError(
            f"{name}: an ImageJ stack of {stack} pictures behind one header; save it "
            f"in ImageJ as an image sequence"
        )


def _refuse_large(name: str, pages: list[Any]) -> None:
    """Pages of one size are counted together, and so is what they are in all."""
    largest = max(pages, key=lambda page: page.imagelength * page.imagewidth)
    pixels = sum(int(page.imagelength * page.imagewidth) for page in pages)
    one = max(1, int(largest.imagelength * largest.imagewidth))
    refuse_large(
        name, int(largest.imagewidth), int(largest.imagelength), -(-pixels // one)
    )


def _in_srgb(page: Any, at: int, data: bytes, name: str) -> RawPicture:
    values, hidden = _read(page, at, data, name)
    tag = page.tags.get(_ICC_PROFILE)
    name = f"{name}: page {at + 1}" if at else name
    values, remarks = in_srgb(
        values, bytes(tag.value) if tag is not None else b"", name
    )
    if int(page.photometric) in _NOT_LIGHT and not remarks:
        remarks = (
            f"{name}: its colours ({page.photometric.name}) are not of light: they "
            f"were converted roughly; save it as sRGB",
        )
    return RawPicture(values, hidden, remarks)


def _is_own(page: Any) -> bool:
    return not (page.is_reduced or int(page.subfiletype) & 4)


def _read(
    page: Any, at: int, data: bytes, name: str
) -> tuple[Raw, NDArray[np.bool_] | None]:
    name = f"{name}: page {at + 1}" if at else name
    _refuse_holes(page, data, name)
    across, down = (_resolution(page, tag) for tag in (282, 283))
    if across and down and max(across / down, down / across) >= _UNEVEN:
        raise DeviceUnsupportedError(
            f"{name}: its pixels are not square ({across:g} to a length across, "
            f"{down:g} down); save it with square pixels"
        )
    if int(page.photometric) not in _PLAIN:
        return _by_libtiff(page, at, data, name)
    try:
        values: Raw = page.asarray()
    except (ValueError, ImportError, NotImplementedError) as error:
        # compressions and depths for which tifffile wants other packages
        if isinstance(error, ValueError) and "imagecodecs" not in str(error):
            raise
        return _by_libtiff(page, at, data, name)
    values, extra = _colours_last(page, values, name)
    if values.dtype == bool:
        values = values.astype(np.uint8) * 255
    if int(page.photometric) == _WHITE_IS_ZERO:
        values = _inverted(values, int(page.bitspersample))
    hidden = None
    if extra is not None and page.extrasamples[0] in _ALPHA:
        hidden = _half_clear(extra)
    turn = page.tags.get(_ORIENTATION)
    how = int(turn.value) if turn is not None else 1
    return upright(values, how), None if hidden is None else upright(hidden, how)


def _refuse_holes(page: Any, data: bytes, name: str) -> None:
    """Refuse a page whose strips lie beyond the end: libraries fill them with black."""
    for start, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        if not count or start + count > len(data):
            raise DeviceDataError(
                f"{name}: the TIFF is cut off or has holes: it names {count} bytes at "
                f"{start} and ends at {len(data)}; copy it again"
            )


def _resolution(page: Any, tag: int) -> float:
    value = page.tags.get(tag)
    if value is None:
        return 0.0
    over, under = value.value
    return float(over) / under if under else 0.0


def _colours_last(page: Any, values: Raw, name: str) -> tuple[Raw, Raw | None]:
    """Values as (H, W) or (H, W, 3), and the first extra sample."""
    if page.axes == "SYX":
        values = np.moveaxis(values, 0, -1)
    elif page.axes not in ("YX", "YXS"):
        raise DeviceUnsupportedError(
            f"{name}: a stack of planes ({page.axes}) in one page; save each as a "
            f"picture of its own"
        )
    wanted = 3 if int(page.photometric) == _RGB else 1
    if values.ndim == 2:
        return values, None
    if not 0 <= values.shape[2] - wanted <= 1:
        raise DeviceUnsupportedError(
            f"{name}: {values.shape[2]} values for each pixel, where grey has 1 and "
            f"colour 3; export it as a grey or RGB picture"
        )
    extra = values[..., wanted] if values.shape[2] > wanted else None
    kept = values[..., 0] if wanted == 1 else values[..., :3]
    return np.ascontiguousarray(kept), extra


def _inverted(values: Raw, bits: int) -> Raw:
    if not np.issubdtype(values.dtype, np.unsignedinteger):
        return np.asarray(values.max() - values)
    used = bits if bits not in (16, 32) else bits_in_use(values)
    full = (1 << used) - 1
    return np.asarray(full - np.minimum(values, full), values.dtype)


def _half_clear(extra: Raw) -> NDArray[np.bool_]:
    """Pixels that are more transparent than not."""
    if np.issubdtype(extra.dtype, np.floating):
        return np.asarray(extra < 0.5)
    return np.asarray(extra <= np.iinfo(extra.dtype).max // 2)


def _by_libtiff(
    page: Any, at: int, data: bytes, name: str
) -> tuple[Raw, NDArray[np.bool_] | None]:
    """Compressions and colours that only libtiff knows, through OpenCV."""
    found, pages = cv2.imdecodemulti(
        np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED
    )
    if not found or at >= len(pages):
        raise DeviceUnsupportedError(
            f"{name}: a TIFF of {page.bitspersample} bits, {page.compression.name} "
            f"compression and {page.photometric.name} colours cannot be read here; "
            f"save it as PNG, or as a TIFF of 8 or 16 bits in grey or RGB"
        )
    values = np.asarray(pages[at])
    if values.ndim == 2:
        return values, None
    hidden = _half_clear(values[..., 3]) if values.shape[2] == 4 else None
    return np.ascontiguousarray(values[..., 2::-1]), hidden


def upright(values: Raw, orientation: int) -> Raw:
    """Turn and mirror as the Orientation tag (TIFF 6.0, EXIF) says.

    Parameters
    ----------
    values : (H, W) or (H, W, 3)
    orientation : int
        1 to 8; anything else is taken for 1.

    Returns
    -------
    (H, W) or (W, H), and colours
    """
    if orientation in (5, 6, 7, 8):
        values = np.swapaxes(values, 0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return np.ascontiguousarray(values)
