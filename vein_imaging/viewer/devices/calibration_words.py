"""What a guided calibration says: the next view, what is seen, and the result."""

from __future__ import annotations

import math

from vein_calibration.guided import Wish, view_attitude
from vein_calibration.lens_fit import LEAST_VIEWS, TILT_DEG, Coverage
from vein_calibration.profile import Profile
from vein_calibration.sighting import Sighting
from vein_imaging.viewer.devices.guided_calibration import Guided
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = [
    "in_force_in_words",
    "next_in_words",
    "progress_in_words",
    "result_in_words",
    "seen_in_words",
]

_NEXT: dict[Wish, str] = {
    "square": marked("Hold the camera square to the sheet, filling the picture."),
    "left nearer": marked("Tilt the sheet by about 20 degrees, its left side nearer."),
    "right nearer": marked("Tilt it the other way: its right side nearer."),
    "upper nearer": marked("Tilt it by about 20 degrees, its upper side nearer."),
    "lower nearer": marked("Tilt it the other way: its lower side nearer."),
    "upper left": marked("Show it in the upper left of the picture."),
    "upper right": marked("Show it in the upper right of the picture."),
    "lower left": marked("Show it in the lower left of the picture."),
    "lower right": marked("Show it in the lower right of the picture."),
    "other distance": marked("Go a third further away, or nearer."),
    "turned": marked("Turn it by a quarter in its own plane."),
    "enough": marked("One more view, tilted, in another part of the picture."),
}
_SIDES = (
    (marked("left side nearer"), marked("right side nearer")),
    (marked("upper side nearer"), marked("lower side nearer")),
)
_IN_95 = 1.96  # standard deviations


def next_in_words(state: Guided) -> str:
    """Say what is to be done now."""
    if state.step == "scale":
        return _(
            "Lay the sheet flat where the skin will be, then press "
            "\N{LEFT DOUBLE QUOTATION MARK}Measure here\N{RIGHT DOUBLE QUOTATION MARK}."
        )
    if state.step == "done":
        return _("Measured. Save it for this camera, or start over.")
    return _(_NEXT[state.wish])


def seen_in_words(state: Guided) -> str:
    """Say what of the sheet is seen in the last picture, and how it lies."""
    view = state.view
    if view is None:
        return _("The sheet is not seen yet.")
    total = (view.target.columns - 1) * (view.target.rows - 1)
    lies = view_attitude(view)
    parts = [
        _("{seen} of {total} corners").format(seen=len(view.ids), total=total),
        _("fills {share:.0f} % of the picture").format(share=100 * lies.fill),
        _attitude(view),
    ]
    return ", ".join(parts)


def _attitude(view: Sighting) -> str:
    lies = view_attitude(view)
    if lies.tilt_deg < TILT_DEG:
        return _("square on")
    tilts = (lies.left_nearer_deg, lies.upper_nearer_deg)
    which = int(abs(tilts[1]) > abs(tilts[0]))
    side = _SIDES[which][int(tilts[which] < 0)]
    return _("tilted by about {tilt:.0f} degrees, {side}").format(
        tilt=lies.tilt_deg, side=_(side)
    )


def progress_in_words(state: Guided) -> str:
    """Say how many views there are, and in how much of the picture."""
    views = state.sightings
    share = Coverage.of(views).share if views else 0.0
    return _(
        "{count} views kept, {least} are needed; seen in {share:.0f} % of the picture"
    ).format(count=len(views), least=LEAST_VIEWS, share=100 * share)


def result_in_words(state: Guided) -> tuple[str, ...]:
    """Say what was measured, each with its error."""
    said = []
    if state.scale is not None:
        size = state.scale.pixel_size
        said.append(
            _("One pixel is {mm:.4f} mm on the skin, to {share:.1f} % (95 %)").format(
                mm=size.mm_per_pixel, share=100 * _IN_95 * size.relative_error
            )
        )
        if math.isfinite(state.scale.tilt_deg):
            said.append(
                _("Distance {distance:.0f} mm, tilt {tilt:.0f} degrees").format(
                    distance=state.scale.distance_mm, tilt=state.scale.tilt_deg
                )
            )
    if state.fit is not None:
        lens = state.fit.lens
        said.append(
            _(
                "Lens: {views} views, corners {error:.2f} px off, focal length to "
                "{share:.2f} % (95 %)"
            ).format(
                views=lens.views,
                error=lens.reprojection_px,
                share=100 * _IN_95 * lens.focal_error,
            )
        )
    if state.step == "done" and state.lens is None:
        said.append(_("No lens: towards the corners the scale may differ."))
    if state.blur is not None:
        said.append(_("Blur {blur:.1f} px").format(blur=state.blur.sigma_px))
    return tuple(said)


def in_force_in_words(profile: Profile | None) -> str:
    """Say which calibration is used now."""
    if profile is None:
        return _("This camera is not calibrated: widths are in pixels only.")
    made = f"{profile.made_at:%d %b %Y}"
    size = profile.pixel_size
    if size is None:
        return _("The lens was calibrated on {made}; the scale was not.").format(
            made=made
        )
    return _("Calibrated on {made}: {mm:.4f} mm per pixel, to {share:.1f} %").format(
        made=made, mm=size.mm_per_pixel, share=100 * _IN_95 * size.relative_error
    )
