"""Which canvas draws: napari's where a graphics card draws, Qt's everywhere else."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, Literal

from qtpy.QtGui import QOffscreenSurface, QOpenGLContext

from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas
from vein_imaging.words import translate as _

__all__ = ["CANVASES", "CanvasKind", "choose_canvas", "draws_slowly", "renderer"]

CanvasKind = Literal["auto", "qt", "napari"]
CANVASES: tuple[CanvasKind, ...] = ("auto", "qt", "napari")
"""What a person can ask for."""

_GL_RENDERER = 0x1F01  # OpenGL's number of the question
_SOFTWARE = (
    "llvmpipe",
    "softpipe",
    "swrast",
    "software",
    "swiftshader",
    "gdi generic",
    "basic render",
)


def choose_canvas(wanted: CanvasKind = "auto") -> PictureCanvas:
    """Make the canvas that suits this computer, or the one that is asked for.

    Parameters
    ----------
    wanted : "auto", "qt" or "napari"

    Returns
    -------
    PictureCanvas
    """
    # napari takes seconds to import: never where it does not draw.
    if wanted == "napari":
        from vein_imaging.viewer.canvas.napari_canvas import NapariCanvas

        return NapariCanvas()
    from vein_imaging.viewer.canvas.qt_canvas import QtCanvas

    if wanted == "qt":
        return QtCanvas(_("drawn by Qt"))
    if draws_slowly(renderer()):
        return QtCanvas(_("no graphics card: drawn by Qt"))
    if find_spec("napari") is None:
        return QtCanvas(_("drawn by Qt: napari is not installed"))
    from vein_imaging.viewer.canvas.napari_canvas import NapariCanvas

    return NapariCanvas()


def draws_slowly(name: str) -> bool:
    """Whether OpenGL of this name is drawn by the processor, or there is none.

    Parameters
    ----------
    name : str
        As `renderer` gives it.
    """
    low = name.casefold()
    return not low or any(word in low for word in _SOFTWARE)


def renderer() -> str:
    """What draws OpenGL here, in the driver's words; empty without OpenGL."""
    surface = QOffscreenSurface()
    surface.create()
    context = QOpenGLContext()
    if not context.create() or not context.makeCurrent(surface):
        return ""
    try:
        return _asked(context)
    finally:
        context.doneCurrent()


def _asked(context: Any) -> str:
    try:
        from qtpy.QtOpenGL import (
            QOpenGLVersionFunctionsFactory,
            QOpenGLVersionProfile,
        )
    except ImportError:  # PySide6's context answers by itself
        return str(context.functions().glGetString(_GL_RENDERER) or "")
    profile = QOpenGLVersionProfile()
    profile.setVersion(2, 0)
    functions: Any = QOpenGLVersionFunctionsFactory.get(profile, context)
    if functions is None or not functions.initializeOpenGLFunctions():
        return ""
    return str(functions.glGetString(_GL_RENDERER) or "")
