"""How the window is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vein_imaging.words import marked

# What takes long to import waits until the splash is on the screen.
if TYPE_CHECKING:
    from vein_calibration.profile import Profile
    from vein_imaging.viewer.canvas.choose import CanvasKind

__all__ = ["PRACTICE", "ViewerOptions"]

PRACTICE = marked("PRACTICE \N{EM DASH} nothing is kept")


@dataclass(frozen=True, slots=True)
class ViewerOptions:
    """How the window is run; everything has a default.

    Parameters
    ----------
    region : str
        Whose limit table a dose is checked against, to practise.
    timezone : str
        As in "Europe/London": its day is the day of per-day limits, to practise.
    mm_per_pixel : mm/px, optional
        Scale on the skin. The phantom knows its own.
    profile : Profile, optional
        Calibration of the camera: frames are corrected by it, and it gives the scale.
    profile_for : callable
        From a camera's address to its profile, where it is chosen in the window. A
        `ValueError` says why the one that is there cannot be used.
    profile_of : callable
        From the checksum in a photograph's entry to the profile it was taken with.
    size_px : (width, height), optional
        Of the window; left out, the whole screen.
    screenshot_after : int
        So many live pictures are shown before the picture of the window is taken.
    first_picture_s : s
        How long to wait for them.
    light : str
        Address of the illuminator; empty for none.
    canvas : "auto", "qt" or "napari"
        What draws the picture; "auto" asks whether there is a graphics card.
    """

    region: str = "US"
    timezone: str = "UTC"
    mm_per_pixel: float | None = None
    profile: Profile | None = None
    profile_for: Callable[[str], Profile | None] = lambda _: None
    profile_of: Callable[[str], Profile | None] = lambda _: None
    size_px: tuple[int, int] | None = None
    screenshot_after: int = 5
    first_picture_s: float = 60.0
    canvas: CanvasKind = "auto"
    light: str = ""
