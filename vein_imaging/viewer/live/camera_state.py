"""What the strip says about the camera: words made from the device's state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vein_devices.cameras import what_it_shows
from vein_devices.cameras.source import OLD_S
from vein_devices.frame import FrameFlag
from vein_devices.supervision.states import DeviceState, DeviceStatus
from vein_imaging.capture import LivePicture
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = [
    "LATE_AFTER_S",
    "CameraState",
    "StateKind",
    "camera_state",
    "scale_in_words",
]

LATE_AFTER_S = OLD_S
"""A picture older than this is no longer called live."""

_LONGEST_ADDRESS = 28  # what the strip holds at 1366 px beside the sentence
# What moves on the screen and is no camera on a leg must never pass for one.
_NOT_A_PATIENT = {
    "recording": (
        marked("RECORDING"),
        marked("RECORDING \N{EM DASH} not a camera"),
    ),
    "drawing": (marked("DRAWN LEG"), marked("DRAWN LEG \N{EM DASH} not a patient")),
}

_LATE_SAID_S = 2.0  # a slow line is said in the strip; this long, nothing comes
_WHAT_TO_DO = {
    DeviceState.OPENING: marked("The camera is being opened: a moment."),
    DeviceState.STALLED: marked(
        "No new picture comes. Look at the camera's cable and its lamp; it comes back "
        "by itself."
    ),
    DeviceState.ABSENT: marked(
        "A camera that is plugged in is found by itself. Meanwhile injections can be "
        "recorded without a picture."
    ),
    DeviceState.LOST: marked(
        "The camera was lost. Look at its cable: it is opened again by itself. What "
        "you see is old."
    ),
    DeviceState.FAULT: marked(
        "It does not come back by itself. Do what the message says, then press "
        "\N{LEFT DOUBLE QUOTATION MARK}Start camera again"
        "\N{RIGHT DOUBLE QUOTATION MARK}."
    ),
}

StateKind = Literal["live", "frozen", "waiting", "bad"]


@dataclass(frozen=True, slots=True)
class CameraState:
    """One line of large words, one of small ones, and what may be pressed.

    Parameters
    ----------
    kind : "live", "frozen", "waiting" or "bad"
        Chooses the colour; the headline says the same in words.
    short : str
        Two words and the age of the picture, for the line on top.
    headline, details : str
        Large and small line.
    can_restart : bool
        Whether "start camera again" makes sense.
    has_picture : bool
        Whether there is a picture to freeze.
    advice : str
        Why there is no picture, or none that is live, and what to do; "" where there
        is one.
    """

    kind: StateKind
    short: str
    headline: str
    details: str
    can_restart: bool
    has_picture: bool
    advice: str = ""


def camera_state(
    status: DeviceStatus,
    shown: LivePicture | None,
    *,
    frozen: bool,
    now_s: float,
    drawn_by: str = "",
    analysed: bool = True,
) -> CameraState:
    """Words for what is on the screen; the worst news first.

    Parameters
    ----------
    status : DeviceStatus
        Of the camera.
    shown : LivePicture, optional
        The picture on the screen.
    frozen : bool
        Whether the person holds the picture.
    now_s : s
        `time.monotonic()`.
    drawn_by : str
        What draws the picture, where that is to be said.
    analysed : bool
        Whether the thread that turns frames into pictures is alive.
    """
    if not analysed and not status.over and shown is not None:
        return _stopped(status, shown, now_s)
    kind, short, headline = _headline(status, shown, frozen, now_s)
    age_s = None if shown is None else now_s - shown.frame.taken_s
    aged = "" if age_s is None else f" {_aged(age_s)}"
    if shown is not None and _is_untimed(shown):
        aged = f" {_('at least')}{aged}" if (age_s or 0.0) > LATE_AFTER_S else ""
    return CameraState(
        kind,
        f"{short}{aged}",
        headline,
        _details(status, shown, drawn_by),
        can_restart=status.over,
        has_picture=shown is not None,
        advice=_advice(status, None if frozen else age_s),
    )


def _advice(status: DeviceStatus, age_s: float | None) -> str:
    """Why nothing comes and what to do, in a sentence each."""
    if status.state in _WHAT_TO_DO:
        what = _(_WHAT_TO_DO[status.state])
        return f"{status.error}\n{what}" if status.error else what
    if age_s is not None and age_s > _LATE_SAID_S:
        return _(_WHAT_TO_DO[DeviceState.STALLED])
    return ""


def _headline(
    status: DeviceStatus, shown: LivePicture | None, frozen: bool, now_s: float
) -> tuple[StateKind, str, str]:
    if status.state is DeviceState.FAULT:
        return (
            "bad",
            _("FAILED"),
            _("CAMERA FAILED: {error}").format(error=status.error),
        )
    if frozen:
        words = _("FROZEN PICTURE \N{EM DASH} not live")
        return "frozen", _("FROZEN"), words
    if status.state is DeviceState.ENDED:
        words = _("END OF RECORDING \N{EM DASH} last picture")
        return "waiting", _("ENDED"), words
    if status.state is DeviceState.CLOSED:
        return "waiting", _("STOPPED"), _("CAMERA STOPPED")
    why = f" \N{EM DASH} {status.error}" if status.error else ""
    if shown is None:
        words = _("WAITING FOR THE FIRST PICTURE{why}").format(why=why)
        return "waiting", _("WAITING"), words
    age_s = now_s - shown.frame.taken_s
    if age_s <= LATE_AFTER_S and status.state is not DeviceState.STREAMING:
        # a camera that sends one picture again and again sends it fresh each time
        return "bad", _("NOT LIVE"), _("NOT LIVE{why}").format(why=why)
    if age_s > LATE_AFTER_S:
        words = _("NOT LIVE: picture is {age_s:.1f} s old{why}")
        return "bad", _("NOT LIVE"), words.format(age_s=age_s, why=why)
    if shown.error is not None and _is_untimed(shown):
        words = _("VEINS NOT DRAWN: {error}").format(error=shown.error)
        return "bad", _("NO VEINS"), words
    if shown.error is not None:
        words = _("LIVE, VEINS NOT DRAWN: {error}").format(error=shown.error)
        return "bad", _("LIVE, NO VEINS"), words
    shows = what_it_shows(status.address)
    if shows != "camera":
        return "waiting", _(_NOT_A_PATIENT[shows][0]), _(_NOT_A_PATIENT[shows][1])
    if _is_untimed(shown):
        words = _("AGE NOT KNOWN: may be seconds late")
        return "waiting", _("AGE NOT KNOWN"), words
    return "live", _("LIVE"), _("LIVE")


def _is_untimed(shown: LivePicture) -> bool:
    """Whether nothing tells how long a camera or a server kept the picture."""
    return FrameFlag.UNTIMED in shown.frame.flags


def _stopped(status: DeviceStatus, shown: LivePicture, now_s: float) -> CameraState:
    """The camera works, and nobody looks at its frames any more."""
    return CameraState(
        "bad",
        f"{_('NOT LIVE')} {_aged(now_s - shown.frame.taken_s)}",
        _("THE PICTURE'S ANALYSIS HAS STOPPED"),
        _details(status, shown, ""),
        can_restart=True,
        has_picture=True,
        advice=_(
            "What you see is old. Press \N{LEFT DOUBLE QUOTATION MARK}Start camera "
            "again\N{RIGHT DOUBLE QUOTATION MARK}. Everything in the list is stored."
        ),
    )


def _aged(age_s: float) -> str:
    """How old a picture is; minutes where seconds tell nothing."""
    if age_s < 100:
        return _("{age_s:.1f} s").format(age_s=max(age_s, 0.0))
    return _("{minutes:.0f} min").format(minutes=age_s / 60)


def scale_in_words(found: VeinMap | None) -> str:
    """The calibration as the line on top says it.

    Parameters
    ----------
    found : VeinMap, optional
        Of the picture on the screen.
    """
    if found is None or found.mm_per_pixel is None:
        return _("not calibrated")
    scale = _("{mm:.3f} mm/px").format(mm=found.mm_per_pixel)
    if not found.scale_error:
        return scale
    words = _("{scale} to {share:.1f} %")
    return words.format(scale=scale, share=196 * found.scale_error)


def _details(status: DeviceStatus, shown: LivePicture | None, drawn_by: str) -> str:
    parts = []
    if shown is not None and _is_untimed(shown):
        parts.append(
            _("this camera sends no time: move something before it and watch how late")
        )
    if shown is not None and shown.result is not None:
        if shown.result.vein_map.advice:
            parts.append(shown.result.vein_map.advice)
        judged = shown.result.frame_quality
        if judged is not None and judged.reasons:
            parts.append(f"{judged.verdict}: {judged.reasons[0]}")
    if status.width_px:
        parts.append(
            _(
                "{width_px} \N{MULTIPLICATION SIGN} {height_px}, "
                "{rate_fps:.0f} frames/s"
            ).format(
                width_px=status.width_px,
                height_px=status.height_px,
                rate_fps=status.measured_fps,
            )
        )
    if shown is not None:
        parts.append(_("analysis {cost_ms:.0f} ms").format(cost_ms=1000 * shown.cost_s))
    lost = [
        f"{count} {word}"
        for count, word in (
            (status.dropped, _("lost")),
            (status.damaged, _("damaged")),
            (status.repeated, _("repeated")),
        )
        if count
    ]
    if lost:
        parts.append(_("frames {lost}").format(lost=", ".join(lost)))
    if status.reconnects:
        parts.append(
            _("reconnected {reconnects} times").format(reconnects=status.reconnects)
        )
    if drawn_by:
        parts.append(drawn_by)
    parts.append(_short(status.address))
    return "  \N{MIDDLE DOT}  ".join(parts)


def _short(address: str) -> str:
    """The end of an address, by which two recordings can be told apart."""
    if len(address) <= _LONGEST_ADDRESS:
        return address
    return "\N{HORIZONTAL ELLIPSIS}" + address[1 - _LONGEST_ADDRESS :]
