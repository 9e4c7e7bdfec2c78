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

__all__ = ["LATE_AFTER_S", "CameraState", "camera_state"]

LATE_AFTER_S = OLD_S
"""A picture older than this is no longer called live."""

_LONGEST_ADDRESS = 28  # what the strip holds at 1366 px beside the sentence
# What moves on the screen and is no camera on a leg must never pass for one.
_NOT_A_PATIENT = {
    "recording": marked("RECORDING \N{EM DASH} not a camera"),
    "drawing": marked("DRAWN LEG \N{EM DASH} not a patient"),
}


@dataclass(frozen=True, slots=True)
class CameraState:
    """One line of large words, one of small ones, and what may be pressed.

    Parameters
    ----------
    kind : "live", "frozen", "waiting" or "bad"
        Chooses the colour; the headline says the same in words.
    headline, details : str
        Large and small line.
    can_restart : bool
        Whether "start camera again" makes sense.
    has_picture : bool
        Whether there is a picture to freeze.
    """

    kind: Literal["live", "frozen", "waiting", "bad"]
    headline: str
    details: str
    can_restart: bool
    has_picture: bool


def camera_state(
    status: DeviceStatus,
    shown: LivePicture | None,
    *,
    frozen: bool,
    now_s: float,
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
    """
    kind, headline = _headline(status, shown, frozen, now_s)
    return CameraState(
        kind,
        headline,
        _details(status, shown),
        can_restart=status.over,
        has_picture=shown is not None,
    )


def _headline(
    status: DeviceStatus, shown: LivePicture | None, frozen: bool, now_s: float
) -> tuple[Literal["live", "frozen", "waiting", "bad"], str]:
    if status.state is DeviceState.FAULT:
        return "bad", _("CAMERA FAILED: {error}").format(error=status.error)
    if frozen:
        return "frozen", _("FROZEN PICTURE \N{EM DASH} not live")
    if status.state is DeviceState.ENDED:
        return "waiting", _("END OF RECORDING \N{EM DASH} last picture")
    if status.state is DeviceState.CLOSED:
        return "waiting", _("CAMERA STOPPED")
    why = f" \N{EM DASH} {status.error}" if status.error else ""
    if shown is None:
        return "waiting", _("WAITING FOR THE FIRST PICTURE{why}").format(why=why)
    age_s = now_s - shown.frame.taken_s
    if age_s > LATE_AFTER_S:
        return "bad", _("NOT LIVE: picture is {age_s:.1f} s old{why}").format(
            age_s=age_s, why=why
        )
    if shown.error is not None:
        return "bad", _("LIVE, VEINS NOT DRAWN: {error}").format(error=shown.error)
    shows = what_it_shows(status.address)
    if shows != "camera":
        return "waiting", _(_NOT_A_PATIENT[shows])
    if FrameFlag.UNTIMED in shown.frame.flags:
        return "waiting", _("AGE NOT KNOWN: may be seconds late")
    return "live", _("LIVE")


def _details(status: DeviceStatus, shown: LivePicture | None) -> str:
    parts = []
    if shown is not None and FrameFlag.UNTIMED in shown.frame.flags:
        parts.append(
            _("this camera sends no time: move something before it and watch how late")
        )
    if shown is not None and shown.result is not None:
        if shown.result.vein_map.advice:
            parts.append(shown.result.vein_map.advice)
        parts.append(_scale(shown.result.vein_map))
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
    parts.append(_short(status.address))
    return "  \N{MIDDLE DOT}  ".join(parts)


def _scale(found: VeinMap) -> str:
    """The size of a pixel, and how well it is known where it was calibrated."""
    mm_per_pixel = found.mm_per_pixel
    if mm_per_pixel is None:
        return _("not calibrated: no widths in mm")
    if not found.scale_error:
        return _("{mm_per_pixel:.3f} mm per pixel").format(mm_per_pixel=mm_per_pixel)
    words = _("calibrated: {mm_per_pixel:.4f} mm per pixel, to {share:.1f} %")
    return words.format(mm_per_pixel=mm_per_pixel, share=196 * found.scale_error)


def _short(address: str) -> str:
    """The end of an address, by which two recordings can be told apart."""
    if len(address) <= _LONGEST_ADDRESS:
        return address
    return "\N{HORIZONTAL ELLIPSIS}" + address[1 - _LONGEST_ADDRESS :]
