"""What kind of file it is, by its first bytes: never by its name alone."""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "HEAD_BYTES",
    "PICTURE_SUFFIXES",
    "foreign_kind",
    "has_picture_mark",
    "is_picture",
]

PICTURE_SUFFIXES = frozenset(
    {
        ".avif", ".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".pgm", ".png", ".pnm",
        ".ppm", ".tif", ".tiff", ".webp",
    }
)  # fmt: skip
"""Names that pictures have in a folder, in small letters."""

HEAD_BYTES = 1024
"""By which a kind of file is told: the marks lie within the first 132."""

_RAW_SUFFIXES = frozenset(
    {
        ".3fr", ".arw", ".cr2", ".cr3", ".dng", ".erf", ".kdc", ".nef", ".nrw", ".orf",
        ".pef", ".raf", ".raw", ".rw2", ".srw", ".x3f",
    }
)  # fmt: skip
_JPEG_STREAMS = frozenset({".mjpeg", ".mjpg"})
"""JPEGs one after the other: they begin as a picture does."""
_BEGINNINGS = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM",
    b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51",
    b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"P7\n",
)  # fmt: skip
_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_JPEG_ADVICE = "export it as JPEG, PNG or TIFF, and give that file"
_HEIC = (
    "a HEIC picture, as an iPhone takes them; send it as JPEG (on the iPhone: "
    "Settings, Camera, Formats, Most Compatible), or export it as JPEG or PNG"
)
_RAW = (
    "a camera's raw file; develop it in the camera maker's program, and export it as "
    "TIFF or PNG"
)
_FOREIGN = (
    (0, b"%PDF", f"a PDF document; {_JPEG_ADVICE} that is in it"),
    (0, b"8BPS", f"a Photoshop document; {_JPEG_ADVICE}"),
    (0, b"\xff\x0a", f"a JPEG XL picture; {_JPEG_ADVICE}"),
    (0, b"\0\0\0\x0cJXL ", f"a JPEG XL picture; {_JPEG_ADVICE}"),
    (0, b"v/1\x01", f"an OpenEXR picture; {_JPEG_ADVICE}"),
    (0, b"\x89HDF", f"an HDF5 file; {_JPEG_ADVICE}"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document; take the picture out"),
    (0, b"<svg", f"a drawing (SVG); {_JPEG_ADVICE}"),
    (0, b"SIMPLE  =", f"a FITS file; {_JPEG_ADVICE}"),
    (0, b"FUJIFILMCCD-RAW", _RAW),
    (4, b"ftypcrx", _RAW),
)


def is_picture(head: bytes, path: Path) -> bool:
    """Whether a file is a still picture, or by its name wants to be one.

    Parameters
    ----------
    head : bytes
        The first `HEAD_BYTES` of a file.
    path : Path

    Returns
    -------
    bool
        A file for which this is false may be a video.
    """
    suffix = path.suffix.lower()
    if suffix in _JPEG_STREAMS:
        return False
    return has_picture_mark(head) or suffix in PICTURE_SUFFIXES


def has_picture_mark(head: bytes) -> bool:
    """Whether a file begins as a still picture of a kind that is read.

    Parameters
    ----------
    head : bytes
        The first `HEAD_BYTES` of a file.

    Returns
    -------
    bool
    """
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[4:8] == b"ftyp":
        return not _AVIF_BRANDS.isdisjoint(_brands(head))
    return head.startswith(_BEGINNINGS)


def foreign_kind(head: bytes, path: Path) -> str | None:
    """Name a kind of picture or document that is not read, and what to do.

    Parameters
    ----------
    head : bytes
        The first `HEAD_BYTES` of a file.
    path : Path
        Its name, for kinds that only a name tells.

    Returns
    -------
    str or None
        As "a DICOM file; ..."; None where it is none of those known.
    """
    if head[128:132] == b"DICM":
        return (
            "a DICOM file; in the program that shows it, export the picture as PNG or "
            "TIFF, and give that file"
        )
    if head[4:8] == b"ftyp":
        brands = _brands(head)
        if _AVIF_BRANDS.isdisjoint(brands) and not _HEIF_BRANDS.isdisjoint(brands):
            return _HEIC
    if path.suffix.lower() in _RAW_SUFFIXES or head[8:10] == b"CR":
        return _RAW
    for at, mark, kind in _FOREIGN:
        if head[at : at + len(mark)] == mark:
            return kind
    return None


def _brands(head: bytes) -> set[bytes]:
    """Brands of an ISO media file: HEIC and AVIF are told from MP4 by them."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}
