"""The printed sheet before a camera that is known in every number."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vein_calibration import SHEET
from vein_devices.frame import Frame, Pixels
from vein_phantom.target_view import Optics, Placement, view_flat

PX_PER_MM, MIDDLE_MM = 10.0, (85.0, 110.0)
OPTICS = Optics(640, 480, 800.0, (325.0, 236.0), (-0.2, 0.06, 5e-4, -4e-4, 0.0))
DISTANCE_MM = 120.0
MM_PER_PIXEL = DISTANCE_MM / OPTICS.focal_px
SQUARE = Placement(DISTANCE_MM, MIDDLE_MM)


@functools.cache
def ink() -> Pixels:
    drawn = SHEET.draw(100)
    return np.where(drawn > 127, 230, 15).astype(np.uint8)


@functools.cache
def seen(place: Placement) -> Pixels:
    picture = view_flat(ink(), PX_PER_MM, OPTICS, place)
    picture.flags.writeable = False
    return picture


def views(count: int = 9) -> list[Placement]:
    """As many as a lens is fitted to: tilted to all sides, near and far."""
    rng = np.random.default_rng(5)
    return [
        Placement(
            rng.uniform(95, 150),
            (MIDDLE_MM[0] + rng.uniform(-12, 12), MIDDLE_MM[1] + rng.uniform(-15, 15)),
            18.0 if n else 0.0,
            360 * n / count,
            rng.uniform(-180, 180),
        )
        for n in range(count)
    ]


class SheetCamera:
    """Shows whatever it is pointed at, ten pictures a second."""

    address = "sheet:"
    nominal_fps = 10.0

    def __init__(self) -> None:
        self.picture: Pixels = np.full((480, 640), 120, np.uint8)
        self._pace = threading.Event()

    def open(self) -> None:
        self.count = 0

    def read(self, timeout_s: float = 2.0) -> Frame:
        self._pace.wait(0.1)
        self.count += 1
        return Frame(self.picture, self.count - 1, time.monotonic())

    def close(self) -> None:
        self._pace.set()


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where this computer's profiles lie during a test."""
    folder = tmp_path / "profiles"
    monkeypatch.setenv("VEIN_IMAGING_CALIBRATION", str(folder))
    yield folder


def turned(place: Placement, **changes: Any) -> Placement:
    return replace(place, **changes)
