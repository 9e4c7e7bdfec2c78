"""The picture layer: takes the newest picture from the mailbox, or holds one."""

from __future__ import annotations

import numpy as np
from napari.layers import Image

from vein_imaging.capture import LivePicture, Mailbox

__all__ = ["LiveView"]


class LiveView:
    """Shows live pictures in one image layer, which it fills in place.

    Parameters
    ----------
    layer : Image
        (H, W, 3) uint8 RGB; replaced only when the size of the picture changes.
    mailbox : Mailbox of LivePicture
        Polled by `update`.
    """

    def __init__(self, layer: Image, mailbox: Mailbox[LivePicture]) -> None:
        self._layer = layer
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
            True if the size of the picture changed: the view has to be fitted.
        """
        if self.frozen:
            return False
        latest = self._mailbox.take()
        if latest is None:
            return False
        resized = latest.picture.shape != self._layer.data.shape
        if resized:
            self._layer.data = latest.picture
        else:
            np.copyto(self._layer.data, latest.picture)
            # measured: a third of the cost of setting `data` (one 1080p picture)
            self._layer.refresh(thumbnail=False, highlight=False, extent=False)
        self._shown = latest
        self._count += 1
        return bool(resized)
