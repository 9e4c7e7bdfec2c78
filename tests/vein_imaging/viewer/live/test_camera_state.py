from dataclasses import replace

import numpy as np
import pytest

from vein_devices.frame import Frame, FrameFlag
from vein_devices.supervision.states import DeviceState, DeviceStatus
from vein_imaging.capture import CaptureSettings, LivePicture
from vein_imaging.pipeline import LiveStep
from vein_imaging.viewer.live.camera_state import CameraState, camera_state
from vein_phantom import PhantomSettings, draw_frame

STREAMING = DeviceStatus(
    "uvc:A1", DeviceState.STREAMING, frames=9, measured_fps=29.7, width_px=640,
    height_px=480,
)  # fmt: skip


def _shown(error: Exception | None = None) -> LivePicture:
    pixels = np.zeros((480, 640, 3), np.uint8)
    return LivePicture(
        Frame(pixels, 0, 100.0), pixels, None, error, CaptureSettings(), 0.04, 0.05
    )


def _state(
    status: DeviceStatus = STREAMING,
    shown: LivePicture | None = None,
    *,
    frozen: bool = False,
    now_s: float = 100.1,
) -> CameraState:
    return camera_state(status, shown, frozen=frozen, now_s=now_s)


def test_a_fresh_picture_is_live() -> None:
    state = _state(shown=_shown())
    assert (state.kind, state.headline) == ("live", "LIVE")
    assert "30 frames/s" in state.details and "uvc:A1" in state.details


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("file:clip.mp4", "RECORDING"),
        ("FILE:clip.mp4", "RECORDING"),
        ("clip.mp4", "RECORDING"),
        (r"C:\clips\clip.mp4", "RECORDING"),
        ("phantom:?seed=1", "not a patient"),
        ("PHANTOM:?seed=1", "not a patient"),
    ],
)
def test_what_is_no_camera_never_passes_for_one(address: str, says: str) -> None:
    state = _state(replace(STREAMING, address=address), _shown())
    assert says in state.headline and state.kind != "live"


def test_a_picture_that_came_late_is_as_old_as_it_is() -> None:
    late = _shown()
    late = replace(late, frame=replace(late.frame, delay_s=10.0))
    state = _state(shown=late)
    assert (state.kind, state.headline) == ("bad", "NOT LIVE: picture is 10.1 s old")


@pytest.mark.parametrize(("age_s", "kind"), [(0.49, "live"), (0.51, "bad")])
def test_live_is_under_half_a_second(age_s: float, kind: str) -> None:
    assert _state(shown=_shown(), now_s=100.0 + age_s).kind == kind


def test_an_old_picture_is_never_called_live() -> None:
    state = _state(shown=_shown(), now_s=104.0)
    assert (state.kind, state.headline) == ("bad", "NOT LIVE: picture is 4.0 s old")


def test_what_comes_without_a_time_is_not_called_live() -> None:
    """A server may keep each picture for seconds: its stream does not show it."""
    untimed = _shown()
    frame = replace(untimed.frame, flags=FrameFlag.UNTIMED)
    state = _state(shown=replace(untimed, frame=frame))
    assert state.kind != "live" and "LIVE" not in state.headline
    assert "AGE NOT KNOWN" in state.headline
    assert state.short == "AGE NOT KNOWN"
    assert "sends no time" in state.details
    late = _state(shown=replace(untimed, frame=replace(frame, delay_s=2.0)))
    assert (late.kind, late.headline[:8]) == ("bad", "NOT LIVE")
    assert late.short == "NOT LIVE at least 2.1 s"
    failed = replace(_shown(ArithmeticError("no field")), frame=frame)
    assert "LIVE" not in _state(shown=failed).headline


def test_a_held_picture_says_so_even_when_it_is_fresh() -> None:
    state = _state(shown=_shown(), frozen=True)
    assert state.kind == "frozen" and "not live" in state.headline


@pytest.mark.parametrize("frozen", [False, True])
def test_a_failed_camera_goes_before_everything(frozen: bool) -> None:
    error = "uvc:A1 is unplugged; plug it in"
    failed = DeviceStatus("uvc:A1", DeviceState.FAULT, error=error)
    state = _state(failed, _shown(), frozen=frozen)
    assert state.kind == "bad" and "unplugged" in state.headline
    assert state.can_restart


def test_a_failed_analysis_is_said_although_the_picture_is_live() -> None:
    state = _state(shown=_shown(ArithmeticError("no field found")))
    assert state.kind == "bad"
    assert state.headline == "LIVE, VEINS NOT DRAWN: no field found"


def test_a_silent_camera_says_why() -> None:
    status = DeviceStatus("uvc:A1", DeviceState.ABSENT, error="uvc:A1: unplugged")
    state = _state(status, _shown(), now_s=104.0)
    assert state.kind == "bad"
    assert state.headline == (
        "NOT LIVE: picture is 4.0 s old \N{EM DASH} uvc:A1: unplugged"
    )


def test_one_picture_again_and_again_is_not_live_however_fresh_it_is() -> None:
    """It was called LIVE: every repetition has a new time."""
    status = replace(
        STREAMING, state=DeviceState.STALLED, error="the same picture again: frozen?"
    )
    state = _state(status, _shown())
    assert state.kind == "bad" and state.short.startswith("NOT LIVE")
    assert state.headline == ("NOT LIVE \N{EM DASH} the same picture again: frozen?")


def test_before_the_first_picture_there_is_nothing_to_freeze() -> None:
    state = _state(DeviceStatus("uvc:A1", DeviceState.OPENING))
    assert not state.has_picture and not state.can_restart


def test_what_draws_is_said_before_the_address() -> None:
    state = camera_state(
        STREAMING, _shown(), frozen=False, now_s=100.1, drawn_by="drawn by Qt"
    )
    assert state.details.endswith("drawn by Qt  \N{MIDDLE DOT}  uvc:A1")


@pytest.mark.parametrize(
    ("state", "error", "says"),
    [
        (DeviceState.OPENING, "", "being opened"),
        (DeviceState.ABSENT, "uvc:A1: no such camera; plug it in", "found by itself"),
        (DeviceState.LOST, "uvc:A1: unplugged", "opened again by itself"),
        (DeviceState.STALLED, "uvc:A1: silent", "No new picture comes"),
        (DeviceState.FAULT, "uvc:A1: no permission", "Start camera again"),
    ],
)
def test_without_a_picture_it_says_why_and_what_to_do(
    state: DeviceState, error: str, says: str
) -> None:
    advice = _state(DeviceStatus("uvc:A1", state, error=error)).advice
    assert advice.startswith(error) and says in advice


def test_a_live_picture_needs_no_advice_and_one_that_stays_away_does() -> None:
    assert _state(shown=_shown()).advice == ""
    assert _state(shown=_shown(), now_s=101.5).advice == ""  # said in the strip
    assert "cable" in _state(shown=_shown(), now_s=103.0).advice
    assert _state(shown=_shown(), frozen=True, now_s=190.0).advice == ""


def test_the_line_on_top_has_the_age_of_the_picture() -> None:
    assert _state(shown=_shown()).short == "LIVE 0.1 s"
    assert _state(shown=_shown(), frozen=True, now_s=112.0).short == "FROZEN 12.0 s"
    assert _state(shown=_shown(), frozen=True, now_s=400.0).short == "FROZEN 5 min"
    assert _state(DeviceStatus("uvc:A1", DeviceState.ABSENT)).short == "WAITING"


def test_losses_are_counted_in_words() -> None:
    status = DeviceStatus("uvc:A1", DeviceState.STREAMING, dropped=3, damaged=1)
    assert "frames 3 lost, 1 damaged" in _state(status, _shown()).details


def test_what_would_help_to_find_the_skin_is_said_first() -> None:
    leg, _ = draw_frame(PhantomSettings(colour="skin", width_px=320, height_px=240))
    dark = replace(_shown(), result=LiveStep().step(np.zeros_like(leg)))
    assert "too dark" in _state(shown=dark).details.split("\N{MIDDLE DOT}")[0]
    near = replace(_shown(), result=LiveStep().step(leg))
    assert "dark" not in _state(shown=near).details
