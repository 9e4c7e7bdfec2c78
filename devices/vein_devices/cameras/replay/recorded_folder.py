"""A folder of pictures with the table `frames.csv` that a recording leaves."""

from __future__ import annotations

import csv
import io
import math
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
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    whole = io.StringIO(text[: text.rfind("\n") + 1])
    rows: list[RecordedFrame] = []
    try:
        for row in csv.DictReader(whole):
            rows.append(_frame(folder, row))
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else error
        raise DeviceDataError(f"{path}, line {len(rows) + 2}: {what}") from error
    return rows


def _frame(folder: Path, row: dict[str, str]) -> RecordedFrame:
    dropped = int(row.get("dropped_before") or 0)
    if dropped < 0:
        raise ValueError(f"{dropped} frames lost")
    return RecordedFrame(
        folder / Path(row["file"]).name,
        _number(row.get("monotonic_s")),
        _number(row.get("device_s")),
        _number(row.get("exposure_us")),
        row.get("light") or "",
        _flags(row.get("flags") or ""),
        dropped,
    )


def _number(text: str | None) -> float | None:
    value = float(text) if text else None
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{text} is no time")
    return value


def _flags(text: str) -> FrameFlag:
    flags = FrameFlag.NONE
    for name in filter(None, text.split("+")):
        flags |= FrameFlag[name]
    return flags
