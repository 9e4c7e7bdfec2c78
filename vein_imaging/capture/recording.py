"""A recording on disk: one lossless file for each frame, and a table that names them.

The order is the promise. A frame's file is written under a temporary name, flushed to
the disk, renamed, and the folder flushed; only then is its row added to `frames.csv`
and flushed. A row in the table is an acknowledgement: whatever happens next (a full
disk, a killed program, a lost camera, a power cut), its file is there and whole. Files
without a row, and names ending in `.part`, were not acknowledged.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2

from vein_devices.frame import Frame, FrameFlag
from vein_imaging.durable import flush_folder, make_folder
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = ["COLUMNS", "Recording", "RecordingError", "acknowledged"]

COLUMNS = (
    "index",
    "file",
    "arrived_utc",
    "monotonic_s",
    "device_s",
    "exposure_us",
    "light",
    "flags",
    "dropped_before",
    "delay_s",
)
"""Columns of `frames.csv`. A field is empty where the camera does not give the
value."""

_TABLE = "frames.csv"
_ENCODERS = 2
"""Two threads keep up with a camera and leave the other cores to the live picture."""
# Noise has no repeats to look for: 28 ms instead of 37 (level 1) or 58 (level 3) for a
# frame of 1080p, and a fifth smaller.
_PNG = (cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY)


class RecordingError(Exception):
    """The recording could not go on; the message says how much of it there is."""


class Recording:
    """A folder being filled with frames. Use it in a `with`.

    Parameters
    ----------
    folder : Path
        Made if it is not there; must be empty.
    wall, monotonic_s : datetime with a zone, s
        The same moment on both clocks, to date the frames.

    Raises
    ------
    RecordingError
        If the folder holds something or cannot be written.
    """

    def __init__(self, folder: Path, *, wall: datetime, monotonic_s: float) -> None:
        self.folder = folder
        self._wall, self._monotonic_s = wall, monotonic_s
        self._count = 0
        try:
            self._made_folder = not folder.exists()
            make_folder(folder)
            if any(folder.iterdir()):
                raise RecordingError(
                    _("{folder} is not empty; choose a new folder").format(
                        folder=folder
                    )
                )
            self._table = os.open(
                folder / _TABLE,
                os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0),
                0o600,
            )
        except OSError as error:
            raise RecordingError(
                _("{folder} cannot be written: {error}").format(
                    folder=folder, error=error
                )
            ) from error
        self._encoders = ThreadPoolExecutor(_ENCODERS, thread_name_prefix="encode")
        try:
            self._add_rows([COLUMNS])
            flush_folder(folder.parent)
        except OSError as error:
            self.close()
            raise RecordingError(
                _("{folder} cannot be written: {error}").format(
                    folder=folder, error=error
                )
            ) from error

    @property
    def count(self) -> int:
        """Frames acknowledged."""
        return self._count

    def append(self, frames: Sequence[Frame]) -> None:
        """Write frames and acknowledge them, all of them or those before the failure.

        Raises
        ------
        RecordingError
            If the disk is full or fails. What `count` says is on the disk.
        """
        written: list[tuple[str, Frame]] = []
        failure: OSError | None = None
        encoded = self._encoders.map(_encoded, frames)
        for frame, (suffix, data) in zip(frames, encoded, strict=True):
            name = f"frame-{self._count + len(written):06d}{suffix}"
            try:
                self._write_file(name, data)
            except OSError as error:
                failure = error
                break
            written.append((name, frame))
        try:
            if written:
                flush_folder(self.folder)
                self._add_rows([self._row(name, frame) for name, frame in written])
                self._count += len(written)
        except OSError as error:
            failure = failure or error
        if failure is not None:
            raise RecordingError(
                plural(
                    "{strerror}: {count} complete frame is in {folder}",
                    "{strerror}: {count} complete frames are in {folder}",
                    self._count,
                ).format(
                    strerror=failure.strerror or failure,
                    count=self._count,
                    folder=self.folder,
                )
            ) from failure

    def _write_file(self, name: str, data: bytes) -> None:
        part = self.folder / f"{name}.part"
        try:
            how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(part, how, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self.folder / name)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def _row(self, name: str, frame: Frame) -> tuple[object, ...]:
        since = timedelta(seconds=frame.monotonic_s - self._monotonic_s)
        arrived = (self._wall + since).astimezone(UTC)
        return (
            frame.index,
            name,
            arrived.isoformat(timespec="microseconds"),
            f"{frame.monotonic_s:.6f}",
            "" if frame.device_s is None else f"{frame.device_s:.6f}",
            "" if frame.exposure_us is None else f"{frame.exposure_us:g}",
            frame.light,
            "+".join(flag.name or "" for flag in FrameFlag if flag in frame.flags),
            frame.dropped_before,
            f"{frame.delay_s:.3f}" if frame.delay_s else "",
        )

    def _add_rows(self, rows: Sequence[Sequence[object]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        data = text.getvalue().encode()
        length = os.fstat(self._table).st_size
        try:
            while data:  # a disk about to be full takes a part and then refuses
                data = data[os.write(self._table, data) :]
            os.fsync(self._table)
        except OSError:
            os.ftruncate(self._table, length)  # half a row acknowledges nothing
            raise

    def close(self) -> None:
        """Close the table. What was acknowledged is on the disk already.

        A recording without a single frame leaves no table behind.
        """
        self._encoders.shutdown()
        os.close(self._table)
        if not self._count:
            (self.folder / _TABLE).unlink(missing_ok=True)
            if self._made_folder and not any(self.folder.iterdir()):
                self.folder.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def acknowledged(folder: Path) -> tuple[dict[str, str], ...]:
    """Read the rows of a recording, also of one that was cut off.

    Returns
    -------
    tuple of dict
        One for each acknowledged frame; keys as `COLUMNS`.

    Raises
    ------
    FileNotFoundError
        If there is no recording in `folder`.
    """
    text = (folder / _TABLE).read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]  # a row without its end was cut off
    return tuple(csv.DictReader(io.StringIO(whole)))


def _encoded(frame: Frame) -> tuple[str, bytes]:
    """File name's end, and the bytes: the camera's own JPEG, else PNG."""
    if frame.jpeg is not None:
        return ".jpg", frame.jpeg
    pixels = frame.pixels
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)  # type: ignore[assignment]
    done, data = cv2.imencode(".png", pixels, _PNG)
    if not done:
        raise RecordingError(
            _("frame {index} could not be written as PNG").format(index=frame.index)
        )
    return ".png", data.tobytes()
