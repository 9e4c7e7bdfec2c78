"""One photograph of the timeline: small, with its day, and whether it is chosen."""

from __future__ import annotations

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import QLabel, QToolButton

from vein_devices.frame import Pixels
from vein_imaging.treatment.photographs import Photo
from vein_imaging.viewer.before_after.linked_pictures import to_pixmap
from vein_imaging.viewer.before_after.thumbnails import THUMBNAIL_PX
from vein_imaging.words import translate as _

__all__ = ["PhotoTile"]

_BADGE_PX = 30  # a number of one digit, read from an arm's length
_BELOW_PX = 52  # two lines of text and the frame


class PhotoTile(QToolButton):
    """A button with the picture on it; it stays down while the picture is chosen.

    Parameters
    ----------
    photo : Photo
    """

    def __init__(self, photo: Photo) -> None:
        super().__init__()
        self.photo = photo
        self.setProperty("role", "tile")
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(*THUMBNAIL_PX))
        self.setFixedSize(THUMBNAIL_PX[0] + 12, THUMBNAIL_PX[1] + _BELOW_PX)
        self.setText(f"{photo.day:%d %b %Y}\n{_below(photo)}")
        self.setAccessibleName(str(photo))
        self.setToolTip(str(photo))
        self.badge = QLabel(self)
        self.badge.setProperty("role", "badge")
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.badge.setGeometry(6, 6, _BADGE_PX, _BADGE_PX)
        self.badge.hide()

    def show_picture(self, small: Pixels) -> None:
        """Show the small picture."""
        self.setIcon(QIcon(to_pixmap(small)))

    def show_missing(self, why: str) -> None:
        """Say that the picture cannot be read: it cannot be chosen."""
        self.setEnabled(False)
        self.setChecked(False)
        self.setText(_("cannot be read") + f"\n{self.photo.day:%d %b %Y}")
        self.setToolTip(why)
        self.setAccessibleDescription(why)

    def show_number(self, number: int) -> None:
        """Show its place among those that are chosen, by time; 0 for none."""
        self.badge.setText(str(number))
        self.badge.setVisible(number > 0)


def _below(photo: Photo) -> str:
    """What tells it from its neighbours of the same day."""
    if photo.shows == "drawing":
        return _("a drawing")
    if photo.shows == "recording":
        return _("a recording")
    if photo.how.when == "after":
        return _("after injecting")
    return _(photo.how.light)
