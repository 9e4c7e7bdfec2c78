from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_devices.frame import Frame, FrameFlag
from vein_imaging.capture import Recording, RecordingError, acknowledged

MakeFrame = Callable[..., Frame]
WALL = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def _recording(folder: Path) -> Recording:
    return Recording(folder, wall=WALL, monotonic_s=100.0)


def _read(file: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(file), cv2.IMREAD_UNCHANGED))


def test_frames_come_back_to_the_last_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    grey = rng.integers(0, 256, (20, 30), np.uint8)
    colour = rng.integers(0, 256, (20, 30, 3), np.uint8)
    with _recording(tmp_path / "r") as recording:
        recording.append([Frame(grey, 0, 100.0), Frame(colour, 1, 100.5)])
    assert np.array_equal(_read(tmp_path / "r" / "frame-000000.png"), grey)
    bgr = _read(tmp_path / "r" / "frame-000001.png")
    assert np.array_equal(bgr[..., ::-1], colour)


def test_the_table_tells_times_exposure_light_flags_and_gaps(tmp_path: Path) -> None:
    frame = Frame(
        np.zeros((2, 2), np.uint8),
        7,
        101.5,
        device_s=0.25,
        exposure_us=12500.0,
        light="red+ir",
        flags=FrameFlag.STALE | FrameFlag.CLIPPED,
        dropped_before=3,
        delay_s=0.25,
    )
    with _recording(tmp_path / "r") as recording:
        recording.append([frame])
    assert acknowledged(tmp_path / "r") == (
        {
            "index": "7",
            "file": "frame-000000.png",
            "arrived_utc": "2026-11-25T10:00:01.500000+00:00",
            "monotonic_s": "101.500000",
            "device_s": "0.250000",
            "exposure_us": "12500",
            "light": "red+ir",
            "flags": "STALE+CLIPPED",
            "dropped_before": "3",
            "delay_s": "0.250",
        },
    )


def test_a_jpeg_cameras_own_bytes_are_kept(
    tmp_path: Path, make_frame: MakeFrame
) -> None:
    sent = b"\xff\xd8 as the camera sent it \xff\xd9"
    with _recording(tmp_path / "r") as recording:
        recording.append([replace(make_frame(0), jpeg=sent)])
    assert (tmp_path / "r" / "frame-000000.jpg").read_bytes() == sent


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holiday.png").touch()
    with pytest.raises(RecordingError, match="not empty"):
        _recording(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["holiday.png"]


def test_a_recording_without_a_frame_leaves_nothing(tmp_path: Path) -> None:
    with _recording(tmp_path / "r"):
        pass
    assert not (tmp_path / "r").exists()


def test_a_file_that_does_not_fit_leaves_all_before_it(
    tmp_path: Path, make_frame: MakeFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full at the third file: two are acknowledged, none is half there."""
    flushed = os.fsync
    files = 0

    def full(handle: int) -> None:
        nonlocal files
        is_file = Path(f"/proc/self/fd/{handle}").readlink().suffix == ".part"
        files += is_file
        if is_file and files == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        flushed(handle)

    with _recording(tmp_path / "r") as recording:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(
            RecordingError, match="No space left on device: 2 complete frames"
        ):
            recording.append([make_frame(i) for i in range(5)])
        monkeypatch.undo()
    names = {file.name for file in (tmp_path / "r").iterdir()}
    assert names == {"frames.csv", "frame-000000.png", "frame-000001.png"}
    assert len(acknowledged(tmp_path / "r")) == 2


def test_half_a_row_acknowledges_nothing(
    tmp_path: Path, make_frame: MakeFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def full(handle: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data[:-10])

    with _recording(tmp_path / "r") as recording:
        recording.append([make_frame(0)])
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(RecordingError, match="1 complete frame is"):
            recording.append([make_frame(1)])
        monkeypatch.undo()
    assert len(acknowledged(tmp_path / "r")) == 1
    assert (tmp_path / "r" / "frames.csv").read_text().endswith("\n")


def test_a_row_cut_off_by_a_power_cut_is_not_read(
    tmp_path: Path, make_frame: MakeFrame
) -> None:
    with _recording(tmp_path / "r") as recording:
        recording.append([make_frame(0), make_frame(1)])
    table = tmp_path / "r" / "frames.csv"
    table.write_bytes(table.read_bytes()[:-5])
    assert [row["index"] for row in acknowledged(tmp_path / "r")] == ["0"]


def test_a_recording_is_made_where_the_system_opens_no_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows does: opening a folder to flush it is refused there."""
    real = os.open

    def refusing(path: str | Path, *rest: int, **more: int) -> int:
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", refusing)
    monkeypatch.setattr("vein_imaging.durable._FOLDERS_ARE_FLUSHED", False)
    with _recording(tmp_path / "r") as recording:
        recording.append([Frame(np.zeros((2, 2), np.uint8), 0, 100.0)])
        assert recording.count == 1
    assert len(acknowledged(tmp_path / "r")) == 1
