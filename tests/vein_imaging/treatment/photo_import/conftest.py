"""A folder of photographs with its list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

HEADINGS = "file,patient,taken,light,pose,view,when,mm_per_pixel"


@dataclass
class PhotoFolder:
    """Made row by row."""

    path: Path
    rows: list[str] = field(default_factory=list)

    def add(
        self,
        file: str,
        patient: str = "1",
        taken: str = "2025-11-03 10:20",
        view: str = "left lateral",
        *,
        more: str = ",,",
        size: tuple[int, int] = (24, 32),
        made: bool = True,
        light: str = "white",
    ) -> None:
        """Add a row, and the picture unless it is not `made`."""
        if made:
            noise = np.random.default_rng(len(self.rows)).integers(0, 256, size)
            cv2.imwrite(str(self.path / file), noise.astype(np.uint8))
        row = f"{file},{patient},{taken},{light},standing,{view}"
        self.rows.append(row + (more if more != ",," else ",,"))

    @property
    def listing(self) -> bytes:
        return "\r\n".join([HEADINGS, *self.rows]).encode("utf-8-sig")


def read_pixels(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imdecode(
        np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR_RGB
    )
    if picture is None:
        raise ValueError(f"{path.name}: not a picture")
    return np.asarray(picture, np.uint8)


@pytest.fixture
def photos(tmp_path: Path) -> PhotoFolder:
    folder = tmp_path / "photographs"
    folder.mkdir()
    return PhotoFolder(folder)


@pytest.fixture
def read() -> Callable[[Path], NDArray[np.uint8]]:
    return read_pixels
