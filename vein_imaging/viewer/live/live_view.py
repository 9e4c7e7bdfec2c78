"""Takes the newest picture from the mailbox to the canvas, or holds one."""

from __future__ import annotations

from vein_imaging.capture import LivePicture, Mailbox
from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas

__all__ = ["LiveView"]


class LiveView:
    """Shows live pictures on a canvas.

    Parameters
    ----------
    canvas : PictureCanvas
    mailbox : Mailbox of LivePicture
        Polled by `update`.
    """

    def __init__(self, canvas: PictureCanvas, mailbox: Mailbox[LivePicture]) -> None:
        self._canvas = canvas
        self._mailbox = mailbox
        self._shown: LivePicture | None = None
        self._count = 0
        self.frozen = False
        """While True the picture on the screen stays."""

    @property
    def shown(self) -> LivePicture | None:
        """The picture on the screen."""
        return self._shown

    @property
    def count(self) -> int:
        """Pictures shown so far."""
        return self._count

    def update(self) -> bool:
        """Show the newest picture, if there is one and the picture is not held.

        Returns
        -------
        bool
            True if the size of the picture is a new one.
        """
        if self.frozen:
            return False
        latest = self._mailbox.take()
        if latest is None:
            return False
        resized = self._canvas.show_picture(latest.picture)
        self._shown = latest
        self._count += 1
        return resized
