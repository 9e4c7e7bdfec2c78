"""What FFmpeg knows of losses in a stream, and says in messages only.

After a lost packet its decoder goes on with what it has: pictures follow that look
like two mixed, or like rubbish, and are not marked. A stream of JPEGs is whole again
with the next picture; one of H.264 or H.265 with the next key frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vein_devices.cameras.decoder_log import Message, listen, messages
from vein_devices.cameras.network.frame_number import FrameNumbers

if TYPE_CHECKING:
    import av

__all__ = ["DamageWatch"]

_RTP_LOSS = re.compile(r"missed \d+ packets|bad cseq|[Mm]issing packets")
_REMEMBERED = 64  # packets between a key frame's data and its picture: far fewer


class DamageWatch:
    """Decodes packets, and knows which pictures a loss has spoiled. Close it."""

    def __init__(self) -> None:
        self._number = 0  # of the packet
        self._hurt_at: int | None = 0  # the last loss; the start is one
        self._numbers: dict[int, int] = {}
        self._frame_numbers = FrameNumbers()
        self._is_open = True
        listen(+1)

    def close(self) -> None:
        """No further packet comes."""
        if self._is_open:
            self._is_open = False
            listen(-1)

    def begin(self, codec: av.VideoCodecContext) -> None:
        """Take note of what is decoded, and how it was described beforehand."""
        self._has_numbers = codec.name == "h264"
        self._stands_alone = codec.name == "mjpeg"
        if self._has_numbers:
            self._frame_numbers.gap_in(codec.extradata or b"")

    def listen(self, told: Iterable[Message]) -> None:
        """Take note of what was said while the next packet was received."""
        if self._stands_alone:
            return  # a cut JPEG is left out, and spoils no other
        if any(_RTP_LOSS.search(text) for _level, _who, text in told):
            # It may be of this packet or the one behind it.
            self._hurt_at = self._number + 2

    def decode(
        self, packet: av.Packet[av.VideoStream]
    ) -> list[tuple[av.VideoFrame, bool]]:
        """Decode a packet.

        Parameters
        ----------
        packet : av.Packet
            The next one.

        Returns
        -------
        list of (av.VideoFrame, bool)
            Pictures, and whether a loss has spoiled each.
        """
        import av.error
        import av.logging

        self._number += 1
        if packet.pts is not None:
            self._numbers[packet.pts] = self._number
            while len(self._numbers) > _REMEMBERED:
                del self._numbers[next(iter(self._numbers))]
        if self._has_numbers and self._frame_numbers.gap_in(bytes(packet)):
            self._hurt()
        frames = []
        with messages() as told:
            try:
                frames = [f for f in packet.decode() if isinstance(f, av.VideoFrame)]
            except (av.error.FFmpegError, OSError):
                self._hurt()
        if any(level <= av.logging.ERROR for level, _who, _text in told) or any(
            frame.is_corrupt for frame in frames
        ):
            self._hurt()
        return [(frame, self._is_damaged(frame)) for frame in frames]

    def _hurt(self) -> None:
        self._hurt_at = max(self._number, self._hurt_at or 0)

    def _is_damaged(self, frame: av.VideoFrame) -> bool:
        if self._hurt_at is None:
            return False
        # The first has no time; it comes before anything can have changed places.
        number = self._number
        if frame.pts is not None:
            number = self._numbers.get(frame.pts, 0)
        if frame.key_frame and number > self._hurt_at:
            self._hurt_at = None
        return self._hurt_at is not None
