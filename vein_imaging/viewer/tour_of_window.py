"""What the tour of a session's window points at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vein_imaging.viewer.tour import TourStep
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.viewer.window import ViewerWindow

__all__ = ["steps_of_window"]


def steps_of_window(window: ViewerWindow) -> tuple[TourStep, ...]:
    """Point at header, picture, injection, LOG SITES, and the way out.

    Parameters
    ----------
    window : ViewerWindow
    """
    return (
        TourStep(
            window.header,
            _("Whose leg it is"),
            _(
                "Patient, birth date, session, user and limits stand here, always. "
                "Look before you inject. On the right: is the picture live, is it "
                "calibrated, which light is on."
            ),
        ),
        TourStep(
            window.canvas.widget,
            _("The picture"),
            _(
                "Only LIVE means now. A click on a vein measures it; the space bar "
                "holds the picture. Turn the wheel to zoom."
            ),
        ),
        TourStep(
            window.pages,
            _("The next injection"),
            _(
                "Type product, strength and volume: it is checked against the label's "
                "limits and what was given before. A red STOP forbids it; the record "
                "still takes what has been given, with a reason."
            ),
        ),
        TourStep(
            window.panel.log_sites,
            _("LOG SITES"),
            _(
                "While it is orange, each click on the picture records the injection "
                "at that site. Switch it off when you are not injecting."
            ),
        ),
        TourStep(
            window.header.close_button,
            _("Sign, and close"),
            _(
                "Nothing has to be saved: what is in the list is stored. Sign on the "
                "patient's page when you are done; close the session to come back to "
                "the list of today. After ten minutes alone everything locks."
            ),
        ),
    )
