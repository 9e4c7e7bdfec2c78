"""RTSP through the real FFmpeg, from a server that loses packets on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from vein_devices import Frame, open_camera
from vein_devices.cameras.network.damage import DamageWatch
from vein_devices.cameras.network.rtsp import RtspSource
from vein_devices.cameras.network.rtsp_simulator import RtspCamera
from vein_devices.errors import DeviceAbsentError, DeviceTimeoutError
from vein_devices.frame import FrameFlag, Pixels
from vein_devices.supervision.states import DeviceState, Patience
from vein_devices.supervision.supervisor import supervise

av = pytest.importorskip("av")

_TEXTURE = np.random.default_rng(4).integers(60, 190, (24, 32), np.uint8)
_TEXTURE = _TEXTURE.repeat(8, axis=0).repeat(8, axis=1)
DAMAGE = 10.0
"""Grey levels from what was filmed: the encoder alone makes up to seven."""


def picture(index: int) -> Pixels:
    """A texture that jumps, under a row of squares that carry its number."""
    grey = np.roll(_TEXTURE, 43 * index, axis=1)
    for bit in range(8):
        grey[:16, 16 * bit : 16 * bit + 16] = 220 if index >> bit & 1 else 30
    return np.repeat(grey[:, :, None], 3, axis=2)


def number_of(frame: Frame) -> int:
    means = frame.pixels[4:12, :128, 1].reshape(8, 8, 16)[:, :, 4:12].mean(axis=(0, 2))
    return sum(int(mean > 125) << bit for bit, mean in enumerate(means))


def error_of(frame: Frame) -> float:
    wanted = picture(number_of(frame))[16:]
    return float(np.abs(frame.pixels[16:].astype(int) - wanted).mean())


def taken(camera: object, count: int) -> Iterator[Frame]:
    for _ in range(count):
        yield camera.read(5.0)  # type: ignore[attr-defined]


@pytest.mark.parametrize("fps", [30.0, 4.0])
def test_a_pictures_age_is_true_and_counts_the_wait_for_the_next(fps: float) -> None:
    delays_s = []
    with RtspCamera(picture, fps=fps) as server, open_camera(server.url) as camera:
        for frame in taken(camera, int(2 * fps)):
            delays_s.append(frame.delay_s)
            true_s = frame.monotonic_s - server.taken_s[number_of(frame)]
            assert frame.delay_s == pytest.approx(true_s, abs=max(0.2, 1 / fps))
            assert frame.flags & ~FrameFlag.STALE == FrameFlag.NONE
            assert error_of(frame) < DAMAGE
    assert np.median(delays_s) > 0.5 / fps


def test_what_the_server_kept_for_newcomers_is_skipped() -> None:
    """None of it is shown; how that is told: test_backlog.py."""
    server = RtspCamera(picture, fps=20, kept=60)
    with server, open_camera(server.url) as camera:
        assert all(number_of(frame) >= 60 for frame in taken(camera, 5))


@pytest.mark.parametrize(
    "what", ["a whole picture", "a piece", "the last piece", "a key frame's piece"]
)
def test_from_a_loss_to_the_next_key_frame_every_picture_is_flagged(what: str) -> None:
    lost = {
        "a whole picture": (163, -1), "a piece": (163, 1), "the last piece": (163, 2),
        "a key frame's piece": (140, 3),
    }[what]  # fmt: skip
    server = RtspCamera(
        picture, fps=50, key_every=20,
        loses=lambda index, packet: (index, packet) == lost,
    )  # fmt: skip
    with server, open_camera(server.url) as camera:
        # a busy computer skips what came while it opened
        frames = list(taken(camera, 10))
        while number_of(frames[-1]) < 190:
            frames += taken(camera, 1)
    spoiled = [frame for frame in frames if error_of(frame) > DAMAGE]
    flagged = [frame for frame in frames if FrameFlag.DAMAGED in frame.flags]
    assert all(FrameFlag.DAMAGED in frame.flags for frame in spoiled)
    assert 10 <= len(flagged) <= 21
    assert FrameFlag.DAMAGED not in frames[-1].flags
    assert sum(frame.dropped_before for frame in frames) <= 3


def test_pictures_lost_on_the_way_are_counted() -> None:
    """By the stream's own time; what else a busy computer loses is counted too."""

    def is_lost(index: int, _packet: int) -> bool:
        return index > 40 and index % 10 in (4, 5)

    server = RtspCamera(picture, fps=25, key_every=10, loses=is_lost)
    with server, open_camera(server.url) as camera:
        frames = list(taken(camera, 5))
        while number_of(frames[-1]) != 100:  # a key frame: whole again
            frames += taken(camera, 1)
    missing = 100 - number_of(frames[0]) + 1 - len(frames)
    counted = sum(frame.dropped_before for frame in frames[1:])
    assert missing >= 10
    assert counted >= 0.8 * missing
    assert counted <= missing + 3


@pytest.mark.parametrize("first", [0, 1], ids=["from the start", "cut in"])
@pytest.mark.parametrize("aspect", [Fraction(2), Fraction(1, 2)])
def test_pixels_that_are_not_square_become_square(aspect: Fraction, first: int) -> None:
    """From the first picture on: the stream says it in its own data only."""
    server = RtspCamera(
        picture, fps=50, pixel_aspect=aspect, loses=lambda index, _packet: index < first
    )
    wide = (192, round(256 * aspect)) if aspect > 1 else (round(192 / aspect), 256)
    with server, open_camera(server.url) as camera:
        shapes = {frame.pixels.shape[:2] for frame in taken(camera, 5)}
    assert shapes == {wide}


def test_a_stream_that_begins_between_key_frames_is_flagged_until_one() -> None:
    server = RtspCamera(
        picture, fps=50, key_every=15, loses=lambda index, _packet: index == 0
    )
    with server, open_camera(server.url) as camera:
        frames = list(taken(camera, 30))
    assert all(
        FrameFlag.DAMAGED in frame.flags or error_of(frame) < DAMAGE for frame in frames
    )
    assert frames[-1].flags == FrameFlag.NONE


def test_a_server_that_is_restarted_is_found_again() -> None:
    quick = Patience(pause_s=(0.02, 0.2), absent_pause_s=0.1)
    server = RtspCamera(picture)
    with server, supervise(server.url, patience=quick) as camera:
        camera.read(5.0)
        server.switch_off()
        while camera.status.state is not DeviceState.ABSENT:
            with pytest.raises(DeviceTimeoutError):
                while True:
                    camera.read(0.05)
        server.switch_on()
        while not camera.status.reconnects:
            camera.read(10.0)
        assert camera.read(10.0).pixels.shape == (192, 256, 3)


def test_one_that_falls_silent_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vein_devices.cameras.network.rtsp._READ_S", 0.5)
    with RtspCamera(picture) as server, open_camera(server.url) as camera:
        camera.read()
        server.silent = True
        with pytest.raises(DeviceAbsentError, match="fell silent"):
            list(taken(camera, 100))


def test_one_that_is_silent_at_opening_is_absent_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vein_devices.cameras.network.rtsp._OPEN_S", 0.5)
    server = RtspCamera(picture)
    server.silent = True
    with server, pytest.raises(DeviceAbsentError, match="cannot be opened"):
        RtspSource(server.url).open()


def test_one_that_does_not_open_is_absent_and_its_password_untold() -> None:
    with pytest.raises(DeviceAbsentError, match="cannot be opened") as seen:
        RtspSource("rtsp://anna:secret@127.0.0.1:9/1").open()
    assert "secret" not in str(seen.value)


def test_ffmpeg_speaks_only_while_a_stream_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # other tests leave clips open
    monkeypatch.setattr("vein_devices.cameras.decoder_log._listeners", 0)
    first, second = DamageWatch(), DamageWatch()
    first.close()
    first.close()
    assert av.logging.get_level() == av.logging.WARNING
    second.close()
    assert av.logging.get_level() is None


def test_the_time_is_the_streams_own() -> None:
    with RtspCamera(picture, fps=20) as server, open_camera(server.url) as camera:
        times = [frame.device_s or 0.0 for frame in taken(camera, 10)]
    assert np.diff(times) == pytest.approx(0.05, abs=0.03)
