"""Clips that decoders get wrong: interlaced, damaged, cut, turned, of no picture."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vein_devices import open_camera
from vein_devices.cameras.video import VideoReader
from vein_devices.errors import DeviceDataError, DeviceUnsupportedError

Picture = np.ndarray[Any, np.dtype[np.uint8]]


def picture(index: int, size_px: tuple[int, int] = (96, 128)) -> Picture:
    """A ramp, and a bar that moves: no two frames alike."""
    rgb = np.zeros((*size_px, 3), np.uint8)
    rgb[:] = np.linspace(30, 200, size_px[1], dtype=np.uint8)[:, None]
    rgb[:, 10 * index : 10 * index + 8] = 240
    return rgb


def write(
    path: Path,
    codec: str,
    count: int = 10,
    aspect: Fraction | None = None,
    **options: str,
) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=10, options=options)
        stream.width, stream.height = 128, 96
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.time_base = Fraction(1, 10)
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for i in range(count):
            frame = av.VideoFrame.from_ndarray(picture(i), format="rgb24")
            container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode())
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return write(tmp_path / "plain.mp4", "libx264")


@pytest.fixture
def interlaced(tmp_path: Path) -> Path:
    return write(
        tmp_path / "interlaced.mp4", "libx264", flags="+ildct+ilme", x264opts="tff=1"
    )


@pytest.fixture
def jpegs(tmp_path: Path) -> Path:
    return write(tmp_path / "jpegs.avi", "mjpeg")


def read(path: Path) -> list[Picture]:
    return [frame.pixels() for frame in VideoReader(path).frames()]


def test_every_frame_is_what_was_filmed(plain: Path, jpegs: Path) -> None:
    for path in (plain, jpegs):
        got = read(path)
        assert len(got) == 10
        for i, pixels in enumerate(got):
            assert np.abs(pixels.astype(int) - picture(i)).mean() < 8


def test_frames_have_their_times_and_the_file_its_rate(plain: Path) -> None:
    video = VideoReader(plain)
    times = [frame.time_s or 0.0 for frame in video.frames()]
    np.testing.assert_allclose(times, np.arange(10) / 10, atol=1e-6)
    assert video.fps == 10.0


def test_an_interlaced_clip_is_refused_by_name(interlaced: Path) -> None:
    with pytest.raises(DeviceUnsupportedError, match=r"interlaced\.mp4.*bwdif"):
        read(interlaced)


def test_an_interlaced_clip_never_shows_the_clip_before_it(
    plain: Path, interlaced: Path
) -> None:
    read(plain)
    with pytest.raises(DeviceUnsupportedError):
        read(interlaced)
    with open_camera(f"file:{plain}?fps=0") as camera:
        list(camera)
    camera = open_camera(f"file:{interlaced}?fps=0")
    with pytest.raises(DeviceUnsupportedError, match="interlaced"):
        camera.open()


def test_a_frame_of_rubbish_is_left_out_and_counted(jpegs: Path) -> None:
    data = bytearray(jpegs.read_bytes())
    at = -1
    for _ in range(4):
        at = data.index(b"\xff\xd8\xff", at + 1)
    data[at + 620 : at + 1200] = bytes(580)
    jpegs.write_bytes(data)
    video = VideoReader(jpegs)
    frames = list(video.frames())
    assert [frame.index for frame in frames] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert [frame.lost_before for frame in frames] == [0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert video.lost_at == [3]
    with open_camera(f"file:{jpegs}?fps=0") as camera:
        assert [frame.dropped_before for frame in camera] == [0, 0, 0, 1, *[0] * 5]


@pytest.mark.parametrize("aspect", [Fraction(2), Fraction(1, 2), Fraction(16, 11)])
def test_pixels_that_are_not_square_become_square(
    tmp_path: Path, aspect: Fraction
) -> None:
    path = write(tmp_path / "sar.mp4", "libx264", aspect=aspect)
    video = VideoReader(path)
    assert not video.is_square
    assert video.pixel_aspect == pytest.approx(float(aspect))
    pixels = next(video.frames()).pixels()
    wide = (96, round(128 * aspect)) if aspect > 1 else (round(96 / aspect), 128)
    assert pixels.shape[:2] == wide


def test_rounded_pixels_are_square(tmp_path: Path) -> None:
    path = write(tmp_path / "sar.mp4", "libx264", aspect=Fraction(2001, 2000))
    assert VideoReader(path).is_square


@pytest.mark.parametrize("between", ["0", "2"], ids=["no B", "B"])
@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "mpeg2video"])
def test_after_a_damaged_frame_none_is_given_that_is_made_of_it(
    tmp_path: Path, codec: str, between: str
) -> None:
    """Every frame that is given is the one of the whole clip."""
    path = write(tmp_path / "clip.mkv", codec, 32, g="8", bf=between)
    good = {f.time_s: f.pixels().astype(int) for f in VideoReader(path).frames()}
    data, rng = path.read_bytes(), np.random.default_rng(5)
    wrong = shown = 0
    for _ in range(12):
        damaged = bytearray(data)
        at = int(rng.integers(len(data) // 8, len(data) * 7 // 8))
        damaged[at : at + 64] = rng.bytes(64)
        path.write_bytes(damaged)
        try:
            frames = list(VideoReader(path).frames())
        except DeviceDataError:
            continue
        for frame in frames:
            if frame.time_s in good:
                shown += 1
                off = np.abs(frame.pixels() - good[frame.time_s])
                wrong += int((off > 40).mean() > 0.01)
    assert shown > 100
    assert wrong <= shown // 20


def textured(index: int) -> Picture:
    """Fine texture that moves, as skin is: its data are long enough to be damaged."""
    rng = np.random.default_rng(7)
    still = rng.integers(60, 200, (60, 80), np.uint8).repeat(4, 0).repeat(4, 1)
    noise = np.random.default_rng(index).integers(0, 8, (240, 320), np.uint8)
    return np.repeat((np.roll(still, 3 * index, axis=1) + noise)[..., None], 3, axis=2)


def write_hevc(path: Path, more: str) -> Path:
    params = f"keyint=8:crf=22:log-level=none:pools=none:frame-threads=1:{more}"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(
            "libx265", rate=10, options={"x265-params": params}
        )
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for i in range(16):
            frame = av.VideoFrame.from_ndarray(textured(i), format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode())
    return path


def decoded_anyhow(path: Path) -> dict[int | None, Picture]:
    """What FFmpeg gives where nobody asks about faults."""
    got: dict[int | None, Picture] = {}
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.video[0]):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            for frame in frames:
                got[frame.pts] = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    return got


@pytest.mark.parametrize("suffix", ["mp4", "ts"])
@pytest.mark.parametrize("more", ["", "bframes=0", "hash=1"])
def test_hardly_a_damaged_picture_of_hevc_is_given(
    tmp_path: Path, suffix: str, more: str
) -> None:
    """Its decoder says nothing of nearly all damage: every wrong picture was given."""
    path = write_hevc(tmp_path / f"clip.{suffix}", more)
    # the stream's own time: `time_s` begins with the first frame that is given
    good = {f._frame.pts: f.pixels().astype(int) for f in VideoReader(path).frames()}
    assert len(good) == 16

    def wrong_in(given: dict[int | None, Picture]) -> int:
        return sum(
            bool((np.abs(pixels - good[pts]) > 40).mean() > 0.005)
            for pts, pixels in given.items()
            if pts in good
        )

    data, rng = path.read_bytes(), np.random.default_rng(18)
    wrong = passed = shown = 0
    for length in (1, 8, 8, 64, 64, 64):
        damaged = bytearray(data)
        at = int(rng.integers(len(data) // 4, len(data) * 9 // 10))
        damaged[at : at + length] = rng.bytes(length)
        path.write_bytes(damaged)
        try:
            given = {f._frame.pts: f.pixels() for f in VideoReader(path).frames()}
            wrong += wrong_in(decoded_anyhow(path))
        except (DeviceDataError, OSError, IndexError):
            continue
        shown, passed = shown + len(given), passed + wrong_in(given)
    assert shown > 20
    assert wrong > 10
    assert passed <= wrong / 4


def write_textured(path: Path, codec: str) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options={"g": "8"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for i in range(16):
            frame = av.VideoFrame.from_ndarray(textured(i), format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode())
    return path


def wrong_of_damaged(path: Path, clips: int) -> tuple[int, int]:
    """Wrong pictures of clips damaged at one place: FFmpeg's own, and those shown."""
    good = {f._frame.pts: f.pixels().astype(int) for f in VideoReader(path).frames()}
    assert len(good) == 16
    data, rng = path.read_bytes(), np.random.default_rng(18)
    anyhow = shown = 0

    def wrong_in(given: dict[int | None, Picture]) -> int:
        return sum(
            bool((np.abs(pixels - good[pts]) > 40).mean() > 0.005)
            for pts, pixels in given.items()
            if pts in good
        )

    for length in (1, 8, 64) * (clips // 3):
        damaged = bytearray(data)
        at = int(rng.integers(len(data) // 4, len(data) * 9 // 10))
        damaged[at : at + length] = rng.bytes(length)
        path.write_bytes(damaged)
        try:
            given = {f._frame.pts: f.pixels() for f in VideoReader(path).frames()}
        except DeviceDataError:
            given = {}
        anyhow, shown = anyhow + wrong_in(decoded_anyhow(path)), shown + wrong_in(given)
    return anyhow, shown


def test_a_fault_that_the_decoder_only_tells_in_its_log_counts(tmp_path: Path) -> None:
    """WMV: it fills the place from a neighbour, and gives the frame as good."""
    path = write_textured(tmp_path / "clip.wmv", "wmv2")
    anyhow, shown = wrong_of_damaged(path, 15)
    assert anyhow > 40
    assert shown <= anyhow / 2


@pytest.mark.parametrize("suffix", ["mp4", "ts"])
def test_hardly_a_picture_made_of_a_damaged_key_picture_of_h264_is_given(
    tmp_path: Path, suffix: str
) -> None:
    """Damaged data that fill the picture too early: no word of it, and eight wrong."""
    path = write_textured(tmp_path / f"clip.{suffix}", "libx264")
    anyhow, shown = wrong_of_damaged(path, 48)
    assert anyhow > 30
    assert shown <= 6


def test_a_text_is_no_video(tmp_path: Path) -> None:
    for name in ("notes.txt", "notes.csv", "notes.nfo", "notes.md"):
        (tmp_path / name).write_text("left leg, medial\n" * 40)
        with pytest.raises(DeviceDataError, match="no video"):
            VideoReader(tmp_path / name)


def test_a_name_that_looks_like_a_pattern_is_one_file(plain: Path) -> None:
    odd = plain.rename(plain.with_name("leg-%03d.mp4"))
    assert len(read(odd)) == 10


def test_half_a_frame_at_a_cut_is_not_given(jpegs: Path) -> None:
    data = jpegs.read_bytes()
    at = -1
    for _ in range(6):
        at = data.index(b"\xff\xd8\xff", at + 1)
    jpegs.write_bytes(data[: at + 900])
    video = VideoReader(jpegs)
    assert len(list(video.frames())) == 5
    assert video.lost == 1


def test_a_file_of_sound_holds_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        silence = av.AudioFrame.from_ndarray(
            np.zeros((1, 800), np.int16), format="s16", layout="mono"
        )
        silence.sample_rate = 8000
        container.mux(stream.encode(silence))
    with pytest.raises(DeviceDataError, match="no video"):
        VideoReader(path)


def test_a_list_of_addresses_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "clip.m3u8"
    path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(DeviceDataError, match="no video"):
        read(path)


def test_without_the_extra_it_says_what_to_install(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(DeviceUnsupportedError, match=r"vein-imaging\[video\]"):
        VideoReader(plain)
