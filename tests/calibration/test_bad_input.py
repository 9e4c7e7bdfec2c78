"""Every fault of a picture or a file gives the words that the page names."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_calibration import SHEET, CalibrationError, Target, find_target, fit_lens
from vein_calibration.profile_file import profile_from_bytes, profile_to_bytes
from vein_phantom.target_view import Placement

from .conftest import MIDDLE_MM, OPTICS, Pixels, seen, sightings, views
from .test_profile_file import PROFILE, damaged

PAGE = Path(__file__).resolve().parents[2] / "docs" / "calibration.md"
STRAIGHT = Placement(120.0, MIDDLE_MM, 12.0, 30.0, 20.0)


def glaring() -> Pixels:
    """The sheet under a lamp that is mirrored in most of it."""
    picture = seen(STRAIGHT).astype(np.float32)
    rows, columns = np.mgrid[:480, :640]
    away = np.hypot((rows - 240) / 240, (columns - 360) / 220)
    lit = picture + 900 * np.exp(-(away**2) * 2.2)
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def flat_views() -> list[object]:
    return [
        find_target(seen(replace(place, tilt_deg=0.0), seed=n), SHEET)
        for n, place in enumerate(views(8))
    ]


def small_view() -> object:
    small = replace(
        OPTICS, width_px=320, height_px=240, focal_px=400.0, centre_xy=(162.0, 118.0)
    )
    return find_target(seen(Placement(120.0, MIDDLE_MM), small), SHEET, "small.png")


FAULTS: dict[str, Callable[[], object]] = {
    "blurred picture": lambda: find_target(
        np.asarray(cv2.GaussianBlur(seen(STRAIGHT), (0, 0), 12), np.uint8), SHEET
    ),
    "mirrored target": lambda: find_target(seen(STRAIGHT)[:, ::-1].copy(), SHEET),
    "a corner of the target": lambda: find_target(
        seen(STRAIGHT)[:110, :150].copy(), SHEET
    ),
    "half a plain checkerboard": lambda: find_target(
        Target.checkerboard(9, 7, 10).draw(40)[:, :200].copy(),
        Target.checkerboard(9, 7, 10),
    ),
    "glare on the target": lambda: find_target(glaring(), SHEET),
    "wrong size of the squares": lambda: SHEET.printed_at(142.0),
    "pictures of mixed sizes": lambda: fit_lens([*sightings(), small_view()]),  # type: ignore[list-item]
    "too few views": lambda: fit_lens(sightings()[:6]),
    "views all alike": lambda: fit_lens(flat_views()),  # type: ignore[arg-type]
    "profile cut in half": lambda: profile_from_bytes(profile_to_bytes(PROFILE)[:700]),
    "profile changed by hand": lambda: profile_from_bytes(damaged({"sha256": "0"})),
    "profile of a later version": lambda: profile_from_bytes(damaged({"version": 7})),
    "profile of another camera": lambda: PROFILE.refuse_unless("uvc:B", (320, 240)),
    "profile of another size": lambda: PROFILE.refuse_unless(None, (640, 480)),
    "lens moved since": lambda: PROFILE.refuse_unless(None, (320, 240), "focus 40"),
}


def without_figures(text: str) -> str:
    return re.sub(r"\d+(\.\d+)?", "#", text)


@pytest.mark.parametrize("what", FAULTS)
def test_the_page_gives_the_words_of_each_fault(what: str) -> None:
    with pytest.raises(CalibrationError) as caught:
        FAULTS[what]()
    row = f"| {what} | {caught.value} |"
    assert without_figures(row) in without_figures(PAGE.read_text("utf-8")), row
