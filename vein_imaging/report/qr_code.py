"""A text as a QR code, to be read back from paper by a telephone."""

from __future__ import annotations

import io

__all__ = ["qr_code"]


def qr_code(text: str) -> bytes:
    """Draw a text as a QR code.

    Parameters
    ----------
    text : str
        2,300 bytes at most.

    Returns
    -------
    bytes
        An SVG file; the same text gives the same bytes. A seventh of the code may be
        damaged (level M).

    Raises
    ------
    ValueError
        If it is empty or too long.
    """
    import segno

    if not text:
        raise ValueError("a QR code of nothing: give the text it is to hold")
    code = segno.make_qr(text, error="m", encoding="utf-8", eci=True)
    file = io.BytesIO()
    code.save(file, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True)
    return file.getvalue()
