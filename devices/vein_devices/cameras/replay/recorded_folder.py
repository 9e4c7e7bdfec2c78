"""A folder of pictures with the table `frames.csv` that a recording leaves."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from vein_devices.errors import DeviceDataError
from vein_devices.frame import FrameFlag

__all__ = ["RecordedFrame", "read_frame_table"]

TABLE = "frames.csv"


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """One row of the table.

    Parameters
    ----------
    path : Path
        Of the picture.
    monotonic_s, device_s : s or None
        When it came, by the clocks of then.
    exposure_us : us or None
        Exposure time.
    light : str
        Which light was on.
    flags : FrameFlag
        As recorded.
    dropped_before : int
        Frames lost before it.
    """

    path: Path
    monotonic_s: float | None = None
    device_s: float | None = None
    exposure_us: float | None = None
    light: str = ""
    flags: FrameFlag = FrameFlag.NONE
    dropped_before: int = 0


def read_frame_table(folder: Path) -> list[RecordedFrame]:
    """Read the table of a recording.

    Parameters
    ----------
    folder : Path
        Of the recording.

    Returns
    -------
    list of RecordedFrame
        In order; empty where there is no table. A last row that was cut off (the
        program was killed) is left out.

    Raises
    ------
    DeviceDataError
        If a row cannot be read.
    """
    path = folder / TABLE
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    whole = io.StringIO(text[: text.rfind("\n") + 1])
    rows = []
    for number, row in enumerate(csv.DictReader(whole), 2):
        try:
            rows.append(
                RecordedFrame(
                    folder / Path(row["file"]).name,
                    _number(row.get("monotonic_s")),
                    _number(row.get("device_s")),
                    _number(row.get("exposure_us")),
                    row.get("light") or "",
                    _flags(row.get("flags") or ""),
                    int(row.get("dropped_before") or 0),
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DeviceDataError(f"{path}, line {number}: {error}") from error
    return rows


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _flags(text: str) -> FrameFlag:
    flags = FrameFlag.NONE
    for name in filter(None, text.split("+")):
        flags |= FrameFlag[name]
    return flags
