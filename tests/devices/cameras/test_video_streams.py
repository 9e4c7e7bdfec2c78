"""What else lies in a clip: covers, second videos, HDR; and clips of a drawing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import click
import numpy as np
import pytest
from av.stream import Disposition

from vein_devices import open_camera
from vein_devices.cameras.video import VideoReader
from vein_devices.errors import DeviceDataError, EndOfStreamError
from vein_imaging.cli.reading import pictures_of_file

Picture = np.ndarray[Any, np.dtype[np.uint8]]
RED, GREY = (200, 20, 20), (90, 90, 90)


def plain(colour: tuple[int, int, int], shape: tuple[int, int]) -> av.VideoFrame:
    rgb = np.full((*shape, 3), colour, np.uint8)
    return av.VideoFrame.from_ndarray(rgb, format="rgb24")


def add_stream(container: Any, codec: str, shape: tuple[int, int]) -> Any:
    stream = container.add_stream(codec, rate=10)
    stream.height, stream.width = shape
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    stream.time_base = Fraction(1, 10)
    return stream


def clip(path: Path, *streams: tuple[str, Any, tuple[int, int, int], int]) -> Path:
    """Streams of a codec, a disposition, one colour and a length; all 96 x 128."""
    with av.open(str(path), "w") as container:
        made = []
        for codec, disposition, _colour, _count in streams:
            made.append(add_stream(container, codec, (96, 128)))
            made[-1].disposition = disposition
        for stream, (_codec, _disposition, colour, count) in zip(
            made, streams, strict=True
        ):
            for at in range(count):
                frame = plain(colour, (96, 128)).reformat(format=stream.pix_fmt)
                frame.pts, frame.time_base = at, Fraction(1, 10)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
    return path


def colours_of(path: Path) -> list[tuple[int, int, int]]:
    shown = []
    for frame in VideoReader(path).frames():
        mean = frame.pixels().mean((0, 1))
        shown.append(RED if mean[0] - mean[1] > 100 else GREY)
    return shown


NO, OWN, COVER = Disposition(0), Disposition.default, Disposition.attached_pic


@pytest.mark.parametrize("cover_first", [True, False])
def test_a_cover_is_no_video(tmp_path: Path, cover_first: bool) -> None:
    """The picture on a film's cover was given as its only frame."""
    streams = [("mjpeg", COVER, RED, 1), ("libx264", OWN, GREY, 5)]
    path = clip(tmp_path / "film.mp4", *(streams if cover_first else streams[::-1]))
    assert colours_of(path) == [GREY] * 5


def test_a_song_with_a_cover_shows_nothing(tmp_path: Path) -> None:
    path = clip(tmp_path / "song.mp4", ("mjpeg", COVER, RED, 1))
    with pytest.raises(DeviceDataError, match="no video in it"):
        VideoReader(path)


def test_of_two_videos_the_one_that_the_file_calls_its_own_is_read_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = clip(
        tmp_path / "two.mkv", ("libx264", NO, RED, 3), ("libx264", OWN, GREY, 5)
    )
    assert colours_of(path) == [GREY] * 5
    assert len(list(pictures_of_file(path))) == 5
    assert "1 more video" in capsys.readouterr().err


@pytest.mark.parametrize("curve", [16, 18], ids=["PQ", "HLG"])
def test_an_hdr_clip_says_so(
    tmp_path: Path, curve: int, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hdr.mp4"
    with av.open(str(path), "w") as container:
        stream = add_stream(container, "libx264", (96, 128))
        stream.codec_context.color_trc = curve
        for _ in range(3):
            container.mux(
                stream.encode(plain(GREY, (96, 128)).reformat(format="yuv420p"))
            )
        container.mux(stream.encode())
    assert VideoReader(path).is_hdr
    assert len(list(pictures_of_file(path))) == 3
    assert "HDR" in capsys.readouterr().err


def drawn(path: Path, codec: str, params: str) -> Path:
    """A test pattern: flat colours, of which little moves."""
    with (
        av.open("testsrc2=size=640x360:rate=30:duration=2", format="lavfi") as source,
        av.open(str(path), "w") as container,
    ):
        stream: Any = container.add_stream(
            codec, rate=30, options={"x265-params": f"log-level=none:{params}"}
        )
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for frame in source.decode(video=0):
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("params", ["", "open-gop=1:keyint=15:bframes=4", "bframes=0"])
def test_no_picture_of_a_whole_drawing_in_hevc_is_called_damaged(
    tmp_path: Path, params: str
) -> None:
    """Up to 59 of 60 were: the last bytes of a slice may be motion on grey."""
    video = VideoReader(drawn(tmp_path / "drawn.mp4", "libx265", params))
    assert sum(1 for _ in video.frames()) == 60
    assert not video.lost


def test_a_clip_that_shows_no_frame_says_so(tmp_path: Path) -> None:
    """All its frames lie before its beginning: an edit list leaves them out."""
    path = tmp_path / "before.mp4"
    with av.open(
        str(path), "w", options={"avoid_negative_ts": "disabled"}
    ) as container:
        stream = add_stream(container, "libx264", (96, 128))
        for at in range(5):
            frame = plain(GREY, (96, 128)).reformat(format="yuv420p")
            frame.pts, frame.time_base = at - 50, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert not list(VideoReader(path).frames())
    with pytest.raises(click.UsageError, match="no frame"):
        list(pictures_of_file(path))
    with pytest.raises((DeviceDataError, EndOfStreamError)):
        open_camera(f"file:{path}").__enter__()
