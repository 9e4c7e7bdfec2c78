"""A checkpoint as a picture that a telephone reads."""

from __future__ import annotations

__all__ = ["qr_code"]

_SIDE_PT = 170.0  # 60 mm: half a millimetre a module for a checkpoint's 350 characters


def qr_code(text: str) -> bytes:
    """Draw a text as a QR code (SVG); its dash is written as in the signed note."""
    from reportlab.graphics import renderSVG
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing

    code = QrCodeWidget(text, barWidth=_SIDE_PT, barHeight=_SIDE_PT, barLevel="M")
    drawing = Drawing(_SIDE_PT, _SIDE_PT)
    drawing.add(code)
    drawn: str = renderSVG.drawToString(drawing)
    return drawn.encode()
