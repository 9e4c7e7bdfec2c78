"""A JPEG from a camera: refused where it is cut, shifted, of wrong size or damaged.

JPEG carries no checksum. What passes all the same: changed bytes inside the
entropy-coded data or the quantisation tables that still decode without a warning. They
show as a grey or streaked band, and only reading the picture twice finds them.
"""

from __future__ import annotations

import simplejpeg

from vein_devices.errors import DeviceDataError
from vein_devices.frame import Pixels

__all__ = ["check_jpeg", "decode_jpeg", "decoder_warns", "jpeg_size"]

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_TABLES = {0xDB: 65, 0xC4: 17}  # quantisation, Huffman: least length of their content
_RESTARTS = range(0xD0, 0xD8)
_MOST_PIXELS = 1 << 26
"""67 million, more than any camera of a stream: some hundred bytes may state four
billion, which would be decoded for minutes into 12 GB."""


def check_jpeg(
    data: bytes, size_px: tuple[int, int] | None = None
) -> tuple[bytes, tuple[int, int]]:
    """Walk through every marker of a JPEG.

    Parameters
    ----------
    data : bytes
        Begins with FF D8. Bytes after FF D9 (padding to a multiple of 4 or 8) are cut.
    size_px : (height, width) px, optional
        What the picture must measure.

    Returns
    -------
    jpeg : bytes
        Exactly one picture, FF D8 to FF D9.
    size_px : (height, width) px
        As the picture says.

    Raises
    ------
    DeviceDataError
        If a marker is missing, cut, out of order, or the size is another.
    """
    if data[:2] != b"\xff\xd8":
        raise DeviceDataError(f"not a JPEG, begins with {data[:4].hex(' ')!r}")
    size: tuple[int, int] | None = None
    at = 2
    while True:
        marker, at = _next_marker(data, at)
        if marker == _EOI:
            raise DeviceDataError(f"the JPEG ends at byte {at} before any picture data")
        if marker in _RESTARTS or marker == _SOI:
            raise DeviceDataError(f"misplaced marker FF {marker:02X} at byte {at - 2}")
        length = int.from_bytes(data[at : at + 2], "big")
        segment = data[at + 2 : at + length]
        if length < 2 or len(segment) < length - 2:
            raise DeviceDataError(f"segment FF {marker:02X} at byte {at - 2} is cut")
        if len(segment) < _TABLES.get(marker, 0):
            raise DeviceDataError(f"table FF {marker:02X} at byte {at - 2} is cut")
        if marker in _FRAMES:
            if len(segment) < 9:
                raise DeviceDataError("the JPEG's frame header is cut")
            size = (
                int.from_bytes(segment[1:3], "big"),
                int.from_bytes(segment[3:5], "big"),
            )
        at += length
        if marker == _SOS:
            if size is None or 0 in size:
                raise DeviceDataError("the JPEG states no size before its data")
            end, another = _end_of_scan(data, at)
            if not another:
                break
            at = end
    if size_px is not None and size != size_px:
        raise DeviceDataError(
            f"the JPEG is {size[1]}x{size[0]} pixels, wanted {size_px[1]}x{size_px[0]}"
        )
    return bytes(data[:end]), size


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """Marker that must stand at a place, and the place after it."""
    if data[at : at + 1] != b"\xff":
        raise DeviceDataError(f"no marker at byte {at}: the JPEG is cut or shifted")
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data) or data[at] == 0:
        raise DeviceDataError(f"no marker at byte {at}: the JPEG is cut or shifted")
    return data[at], at + 1


def _end_of_scan(data: bytes, at: int) -> tuple[int, bool]:
    """End of entropy-coded data: after FF D9, or where another scan begins."""
    restart = 0
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise DeviceDataError("the JPEG has no end (FF D9): it is cut")
        marker = data[at + 1]
        if marker == _EOI:
            return at + 2, False
        if marker in _RESTARTS:
            if marker != 0xD0 + restart % 8:
                raise DeviceDataError(f"restart marker out of order at byte {at}")
            restart += 1
        elif marker in (0xC4, _SOS, 0xDB, 0xDD, 0xFE):  # another scan (progressive)
            return at, True
        elif marker == 0xFF:
            at -= 1
        elif marker != 0:
            raise DeviceDataError(f"misplaced marker FF {marker:02X} at byte {at}")
        at += 2


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Size of a JPEG, checked as `check_jpeg` does.

    Parameters
    ----------
    data : bytes
        One picture.

    Returns
    -------
    (height, width) px
    """
    return check_jpeg(data)[1]


def decode_jpeg(
    data: bytes,
    size_px: tuple[int, int] | None = None,
    *,
    grey: bool | None = False,
) -> tuple[Pixels, bytes]:
    """Decode a camera's JPEG, and refuse one that makes the decoder warn.

    OpenCV's decoder writes its warnings on the terminal and goes on with grey or cyan
    bands. The same library (libjpeg-turbo), bound to report them, gives the same
    pixels.

    Parameters
    ----------
    data : bytes
        As for `check_jpeg`.
    size_px : (height, width) px, optional
        What the picture must measure.
    grey : bool or None
        Whether to give grey pixels; None: as the picture is.

    Returns
    -------
    pixels : (H, W) or (H, W, 3) uint8
        Grey or RGB.
    jpeg : bytes
        Exactly one picture, FF D8 to FF D9.

    Raises
    ------
    DeviceDataError
        If its structure is wrong, or its data is damaged so that the decoder notices.
    """
    jpeg, (height, width) = check_jpeg(data, size_px)
    if height * width > _MOST_PIXELS:
        raise DeviceDataError(f"the JPEG states {width}x{height} pixels: damaged")
    try:
        if grey is None:
            grey = simplejpeg.decode_jpeg_header(jpeg)[2] == "Gray"
        pixels: Pixels = simplejpeg.decode_jpeg(jpeg, "GRAY" if grey else "RGB")
    except ValueError as error:
        raise DeviceDataError(f"a damaged JPEG: {error}") from error
    return (pixels[:, :, 0] if grey else pixels), jpeg


def decoder_warns(data: bytes) -> bool:
    """Tell whether the decoder would warn about any JPEG from a file.

    Parameters
    ----------
    data : bytes
        Begins with FF D8.

    Returns
    -------
    bool
    """
    try:
        colours = simplejpeg.decode_jpeg_header(data)[2]
        simplejpeg.decode_jpeg(data, "CMYK" if colours in ("CMYK", "YCCK") else "RGB")
    except ValueError:
        return True
    return False
