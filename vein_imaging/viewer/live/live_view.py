"""Takes the newest picture from the mailbox to the canvas, or holds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vein_devices.frame import Pixels
from vein_imaging.capture import CaptureSettings, LivePicture, Mailbox
from vein_imaging.capture.live import drawn_as
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
        self.dress: Callable[[Pixels], Pixels] = lambda picture: picture
        """Lays something over every picture before it is shown."""
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
        resized = self._canvas.show_picture(self.dress(latest.picture))
        self._shown = latest
        self._count += 1
        return resized

    def show_again(self) -> None:
        """Show the same picture, dressed anew."""
        if self._shown is not None:
            self._canvas.show_picture(self.dress(self._shown.picture))

    def draw_anew(self, settings: CaptureSettings) -> None:
        """Show the same picture with its veins drawn in another way.

        Parameters
        ----------
        settings : CaptureSettings
            What is found in the picture stays; only how it is drawn is taken from here.
        """
        shown = self._shown
        if shown is not None and shown.result is not None:
            picture = drawn_as(shown.result, settings)
            self._shown = replace(shown, picture=picture, settings=settings)
            self.show_again()
