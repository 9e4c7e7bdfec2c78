"""Videos of every container, whole and cut at any place."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.cameras.container_end import how_it_is_cut
from vein_devices.cameras.video import VideoReader
from vein_devices.errors import BrokenRecordingError, DeviceError

FRAMES = 20
CODECS = {
    ".avi": ("mjpeg", "yuvj420p"),
    ".mp4": ("libx264", "yuv420p"),
    ".mov": ("mjpeg", "yuvj420p"),
    ".3gp": ("libx264", "yuv420p"),
    ".mkv": ("libx264", "yuv420p"),
    ".webm": ("libvpx", "yuv420p"),
    ".wmv": ("wmv2", "yuv420p"),
    ".mpg": ("mpeg2video", "yuv420p"),
    ".ts": ("libx264", "yuv420p"),
    ".m2ts": ("libx264", "yuv420p"),
    ".mjpeg": ("mjpeg", "yuvj420p"),
    ".h264": ("libx264", "yuv420p"),
}
WITHOUT_A_SIZE = (".mpg", ".mjpeg", ".h264")
"""Formats in which nothing tells how long the file is to be."""
CUT_BETWEEN_PACKETS = (".ts", ".m2ts")


def picture(index: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    rng = np.random.default_rng(7)
    rgb = np.full((96, 128, 3), 90, np.uint8) + rng.integers(
        0, 60, (96, 128, 1), np.uint8
    )
    rgb[:, 4 * index : 4 * index + 8] = 240
    return np.asarray(rgb, np.uint8)


def write(path: Path, times: list[int] | None = None, **options: str) -> Path:
    """One second in ten frames, or frames at these tenths of a second."""
    codec, pixels = CODECS[path.suffix]
    rate = 25 if codec == "mpeg2video" else 10
    with av.open(str(path), "w", options=options) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 128, 96, pixels
        stream.time_base = Fraction(1, rate)
        if codec == "libx264":
            stream.options = {"bf": "0"}
        for index, time in enumerate(times or range(FRAMES)):
            frame = av.VideoFrame.from_ndarray(picture(index), format="rgb24")
            frame = frame.reformat(format=pixels)
            frame.pts, frame.time_base = time, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("suffix", CODECS)
def test_a_whole_file_is_not_called_cut(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"clip{suffix}")
    assert how_it_is_cut(path) is None
    with open_camera(f"file:{path}?fps=0") as camera:
        assert len(list(camera)) == FRAMES


@pytest.mark.parametrize("gap", [[5, 6, 7], [17, 18, 19], [0, 3, 9, 19]])
@pytest.mark.parametrize("suffix", [".avi", ".mp4", ".mkv"])
def test_a_camera_that_dropped_frames_leaves_a_whole_file(
    tmp_path: Path, suffix: str, gap: list[int]
) -> None:
    times = [time for time in range(FRAMES) if time not in gap]
    path = write(tmp_path / f"clip{suffix}", times)
    assert how_it_is_cut(path) is None
    with open_camera(f"file:{path}?fps=0") as camera:
        assert len(list(camera)) == len(times)


@pytest.mark.parametrize("share", [0.35, 0.5, 0.77, 0.95, 0.995])
@pytest.mark.parametrize("suffix", [s for s in CODECS if s not in WITHOUT_A_SIZE])
def test_a_file_cut_anywhere_says_so(tmp_path: Path, suffix: str, share: float) -> None:
    path = write(tmp_path / f"clip{suffix}", movflags="+faststart")
    data = path.read_bytes()
    size = int(len(data) * share)
    if suffix in CUT_BETWEEN_PACKETS and size % 4 == 0:
        size += 1
    path.write_bytes(data[:size])
    assert "cut off" in (how_it_is_cut(path) or "")
    with (
        pytest.raises(DeviceError, match=r"cut off|no video"),
        open_camera(f"file:{path}?fps=0") as camera,
    ):
        list(camera)


@pytest.mark.parametrize("suffix", [".avi", ".mov", ".mkv"])
def test_a_file_cut_between_two_frames_says_so(tmp_path: Path, suffix: str) -> None:
    """Nothing in the frames tells it: each of them is whole."""
    whole = write(tmp_path / f"clip{suffix}", movflags="+faststart")
    with av.open(str(whole)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    end = (packets[11].pos or 0) + packets[11].size + (8 if suffix == ".avi" else 0)
    whole.write_bytes(whole.read_bytes()[:end])
    video = VideoReader(whole)
    assert len(list(video.frames())) in (11, 12)
    assert "cut off" in (video.cut or "")


def test_an_avi_whose_recorder_lost_its_power_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.avi")
    data = bytearray(path.read_bytes())
    data[4:8] = bytes(4)
    path.write_bytes(data[: data.index(b"idx1")])
    assert "did not close it" in (how_it_is_cut(path) or "")


def test_what_is_added_behind_does_not_matter(tmp_path: Path) -> None:
    for suffix in (".avi", ".mp4", ".mkv", ".wmv"):
        path = write(tmp_path / f"clip{suffix}")
        with path.open("ab") as file:
            file.write(bytes(4096))
        assert how_it_is_cut(path) is None, suffix


def test_after_a_cut_it_does_not_begin_again(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.avi")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    with open_camera(f"file:{path}?fps=0") as camera:
        with pytest.raises(BrokenRecordingError, match="good"):
            list(camera)
        with pytest.raises(DeviceError):
            camera.read()
