"""Videos, pictures and folders as cameras."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.clock import ManualClock
from vein_devices.errors import (
    DeviceAbsentError,
    DeviceAddressError,
    DeviceDataError,
    DevicePermissionError,
    EndOfStreamError,
)
from vein_devices.frame import FrameFlag


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Twenty grey levels, one a frame, at 25 frames/s; raw, so that levels stay."""
    path = tmp_path / "clip.avi"
    codec = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), codec, 25.0, (64, 48))
    for i in range(20):
        writer.write(np.full((48, 64, 3), 10 * i, np.uint8))
    writer.release()
    return path


def write(path: Path, pixels: Any) -> Path:
    assert cv2.imwrite(str(path), pixels)
    return path


def levels(url: str) -> list[int]:
    with open_camera(url, clock=ManualClock()) as camera:
        return [round(float(frame.pixels.mean())) for frame in camera]


def test_a_video_gives_all_its_frames_in_order_and_ends(video: Path) -> None:
    got = levels(f"file:{video}")
    assert len(got) == 20
    np.testing.assert_allclose(got, np.arange(20) * 10, atol=3)
    with open_camera(f"file:{video}?fps=0") as camera:
        for _ in range(20):
            camera.read()
        for _ in range(2):
            with pytest.raises(EndOfStreamError):
                camera.read()


def test_a_looped_video_begins_again(video: Path) -> None:
    with open_camera(f"file:{video}?fps=0&loop=1") as camera:
        got = [camera.read().pixels.mean() for _ in range(45)]
    np.testing.assert_allclose(got[20:40], got[:20], atol=1)


@pytest.mark.parametrize(
    "option,period_s",
    [("", 0.04), ("?fps=recorded", 0.04), ("?fps=10", 0.1), ("?fps=0", 0.0)],
)
def test_pacing(video: Path, option: str, period_s: float) -> None:
    clock = ManualClock()
    with open_camera(f"file:{video}{option}", clock=clock) as camera:
        times = [frame.monotonic_s for frame in camera]
    np.testing.assert_allclose(np.diff(times), period_s, atol=1e-9)


def test_a_late_reader_loses_no_recorded_frame(video: Path) -> None:
    clock = ManualClock()
    with open_camera(f"file:{video}", clock=clock) as camera:
        camera.read()
        clock.sleep(3.0)
        frames = list(camera)
    assert len(frames) == 19
    assert not any(frame.dropped_before for frame in frames)


def test_recorded_times_are_the_device_clock(video: Path) -> None:
    with open_camera(f"file:{video}?fps=0") as camera:
        times = [frame.device_s or 0.0 for frame in camera]
    np.testing.assert_allclose(times, np.arange(20) / 25.0, atol=0.001)


def test_a_picture_is_one_frame(tmp_path: Path) -> None:
    path = write(tmp_path / "leg.png", np.full((20, 30), 77, np.uint8))
    assert levels(f"file:{path}") == [77]
    with open_camera(f"file:{path}?loop=1&fps=0") as camera:
        assert camera.read().flags == FrameFlag.NONE
        assert camera.read().flags == FrameFlag.REPEATED


def test_colour_is_rgb_and_grey_stays_grey(tmp_path: Path) -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 2] = 200
    with open_camera(f"file:{write(tmp_path / 'red.png', red)}") as camera:
        assert camera.read().pixels[0, 0].tolist() == [200, 0, 0]
    grey = write(tmp_path / "grey.png", red[..., 2])
    with open_camera(f"file:{grey}") as camera:
        assert camera.read().pixels.shape == (8, 8)


def test_sixteen_bits_become_eight_and_transparency_is_dropped(tmp_path: Path) -> None:
    deep = write(tmp_path / "deep.png", np.full((8, 8), 0x8040, np.uint16))
    assert levels(f"file:{deep}") == [128]
    clear = write(tmp_path / "clear.png", np.full((8, 8, 4), 50, np.uint8))
    with open_camera(f"file:{clear}") as camera:
        assert camera.read().pixels.shape == (8, 8, 3)


def test_a_jpeg_keeps_its_own_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "leg.jpg", np.full((16, 16), 90, np.uint8))
    with open_camera(f"file:{path}") as camera:
        assert camera.read().jpeg == path.read_bytes()


def test_a_folder_is_played_in_natural_order(tmp_path: Path) -> None:
    for i in (2, 10, 1):
        write(tmp_path / f"frame{i}.png", np.full((8, 8), i, np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    write(tmp_path / ".hidden.png", np.zeros((8, 8), np.uint8))
    assert levels(f"file:{tmp_path}") == [1, 2, 10]


def test_names_of_every_sort_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey = np.full((8, 8), 5, np.uint8)
    for name in ("left leg.png", "50%.png", "what?.png", "a%20b.png", "Bein ä.png"):
        write(tmp_path / name, grey)
        assert levels(f"file:{tmp_path}/{name}") == [5]
    assert levels(f"file:{tmp_path}/left%20leg.png?fps=0") == [5]
    assert levels(f"file://{tmp_path}/left%20leg.png") == [5]
    assert levels(f"file://localhost{tmp_path}/left%20leg.png") == [5]
    assert levels(str(tmp_path / "left leg.png")) == [5]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert levels("file:~/left leg.png") == [5]
    monkeypatch.chdir(tmp_path)
    assert levels("file:left leg.png") == [5]
    assert levels("file:./left leg.png?fps=0") == [5]


def test_what_is_not_there_is_absent(tmp_path: Path) -> None:
    with pytest.raises(DeviceAbsentError, match="no such file"):
        levels("file:/nowhere/leg.png")
    with pytest.raises(DeviceAbsentError, match="holds no picture"):
        levels(f"file:{tmp_path}")


@pytest.mark.parametrize("name", ["leg.png", "leg.jpg", "leg.mp4", "leg.avi"])
@pytest.mark.parametrize("content", [b"", b"not a picture at all" * 9])
def test_what_cannot_be_decoded_says_so(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DeviceDataError, match=name):
        levels(f"file:{path}")


@pytest.mark.parametrize("name", ["leg.png", "leg.jpg"])
def test_a_truncated_picture_is_damaged(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(1)
    path = write(tmp_path / name, rng.integers(0, 255, (64, 64), np.uint8))
    path.write_bytes(path.read_bytes()[:-900])
    with pytest.raises(DeviceDataError, match="damaged"):
        levels(f"file:{path}")


def test_a_truncated_video_gives_what_is_good_and_then_says_damaged(
    video: Path,
) -> None:
    data = video.read_bytes()
    at = -1
    for _ in range(14):  # cut in the middle of the fourteenth frame
        at = data.index(b"00dc", at + 1)
    video.write_bytes(data[: at + 200])
    with open_camera(f"file:{video}?fps=0") as camera:
        good = 0
        with pytest.raises(DeviceDataError, match=r"cut off.*12 frames"):
            for _ in range(30):
                camera.read()
                good += 1
    assert 5 <= good < 20


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_a_permission_error(tmp_path: Path) -> None:
    path = write(tmp_path / "leg.png", np.zeros((8, 8), np.uint8))
    path.chmod(0)
    with pytest.raises(DevicePermissionError):
        levels(f"file:{path}")


@pytest.mark.parametrize("fps", ["fast", "-1", "nan", "5000"])
def test_a_wrong_rate_is_refused(video: Path, fps: str) -> None:
    with pytest.raises(DeviceAddressError, match="fps is recorded, 0"):
        open_camera(f"file:{video}?fps={fps}")


def test_a_file_of_another_machine_is_refused() -> None:
    with pytest.raises(DeviceAddressError, match="on this machine"):
        open_camera("file://server/share/leg.png")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Four frames taken at uneven times, and a last row that was cut off."""
    rows = ["index,file,arrived_utc,monotonic_s,device_s,exposure_us,light,flags,"
            "dropped_before"]  # fmt: skip
    for i, at_s in enumerate((50.0, 50.1, 50.4, 50.45)):
        name = f"frame-{i:06d}.png"
        write(tmp_path / name, np.full((8, 8), 10 * i, np.uint8))
        flags = "DARK+CLIPPED" if i == 2 else ""
        rows.append(f"{i},{name},x,{at_s},{at_s + 1},8000,nir850,{flags},{i}")
    write(tmp_path / "frame-000099.png", np.full((8, 8), 99, np.uint8))
    table = "\n".join(rows) + "\n4,frame-0000"
    (tmp_path / "frames.csv").write_text(table, encoding="utf-8")
    return tmp_path


def test_a_recording_is_played_by_its_table_with_its_own_times(recording: Path) -> None:
    with open_camera(f"file:{recording}", clock=ManualClock()) as camera:
        frames = list(camera)
    assert [int(f.pixels[0, 0]) for f in frames] == [0, 10, 20, 30]
    times = [f.monotonic_s for f in frames]
    np.testing.assert_allclose(np.diff(times), [0.1, 0.3, 0.05], atol=1e-9)
    assert [f.device_s for f in frames] == [51.0, 51.1, 51.4, 51.45]
    assert {f.light for f in frames} == {"nir850"}
    assert frames[2].flags == FrameFlag.DARK | FrameFlag.CLIPPED
    assert [f.dropped_before for f in frames] == [0, 1, 2, 3]


def test_a_recording_can_be_played_at_another_rate(recording: Path) -> None:
    for option, wanted_s in (("fps=0", 0.0), ("fps=5", 0.2)):
        with open_camera(f"file:{recording}?{option}", clock=ManualClock()) as camera:
            times = [frame.monotonic_s for frame in camera]
        np.testing.assert_allclose(np.diff(times), wanted_s, atol=1e-9)


def test_a_damaged_table_says_where(recording: Path) -> None:
    table = recording / "frames.csv"
    table.write_text(table.read_text().replace("DARK", "DUSK"))
    with pytest.raises(DeviceDataError, match="line 4"):
        levels(f"file:{recording}")


@pytest.mark.parametrize(
    "row",
    [
        "frame-000000.png,0,0,1,1,,,,-5",
        "frame-000000.png,0,0,nan,1,,,,0",
        "frame-000000.png,0,0,1,inf,,,,0",
        f"{'a' * 200_000},0,0,1,1,,,,0",
    ],
    ids=["fewer than none lost", "no number", "endless", "a field of 200 kB"],
)
def test_no_row_of_a_table_ends_in_a_traceback(recording: Path, row: str) -> None:
    table = recording / "frames.csv"
    head = table.read_text().splitlines()[0]
    values = dict(
        zip(
            [
                "file",
                "x",
                "y",
                "monotonic_s",
                "device_s",
                "a",
                "b",
                "c",
                "dropped_before",
            ],
            row.split(","),
            strict=True,
        )
    )
    table.write_text(
        f"{head}\n" + ",".join(values.get(name, "") for name in head.split(",")) + "\n"
    )
    with pytest.raises(DeviceDataError, match="line 2"):
        levels(f"file:{recording}")


def test_a_table_that_a_spreadsheet_saved_again_is_read(recording: Path) -> None:
    table = recording / "frames.csv"
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes())
    assert levels(f"file:{recording}")
