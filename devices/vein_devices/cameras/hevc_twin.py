"""Damage in HEVC that FFmpeg's decoder does not notice.

It does not ask whether a slice's data end where the picture does; damaged ones nearly
never do. They end sooner, and places stay unfilled: what the memory held before shows
there. Or later, and what lies behind them in the memory is read. Or the picture is full
before they end (`slice_tail`). The first two are chance, so a second decoder has other
bytes behind each slice and another memory, and sees the same only of whole data.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from vein_devices.cameras.nal_units import length_bytes_of, slices_in
from vein_devices.cameras.slice_tail import SliceTail, are_same, decoder_like

if TYPE_CHECKING:
    import av

__all__ = ["HevcTwin"]

_BEHIND = bytes(range(1, 200)) * 2
"""Not what FFmpeg's memory holds there, which is 0, and no start code."""
_HELD = 2
"""Pictures that are kept: FFmpeg takes the memory that was given back last, so that the
next pictures are decoded onto others than the first decoder's are."""
_PRIMED = 8
"""So many pictures are decoded and given back first: new memory is 0 for both."""
_REMEMBERED = 8  # pictures that the first decoder has not given: it found a fault


class HevcTwin:
    """Decodes the same packets once more, and each by itself.

    Parameters
    ----------
    codec : av.VideoCodecContext
        The first decoder, before its first packet.
    """

    def __init__(self, codec: av.VideoCodecContext) -> None:
        self._codec = decoder_like(codec)
        self._length_bytes = length_bytes_of(codec.extradata)
        self._seen: dict[int | None, av.VideoFrame] = {}
        self._held: deque[av.VideoFrame] = deque(maxlen=_HELD)
        self._is_primed = False
        self._tail = SliceTail(codec)

    def decode(self, packet: av.Packet[Any]) -> bool:
        """Take the next packet, after the first decoder has.

        Parameters
        ----------
        packet : av.Packet
            The last one is empty.

        Returns
        -------
        bool
            Whether its data are damaged: they go on behind the picture's end.
        """
        import av
        import av.error

        data, copy = bytes(packet), None
        if data:
            copy = av.Packet(self._followed_by_others(data))
            copy.pts, copy.dts = packet.pts, packet.dts
            copy.time_base = packet.time_base
        try:
            if data and not self._is_primed:
                self._is_primed = True
                self._prime(data)
            frames = self._codec.decode(copy)
        except (av.error.FFmpegError, OSError):
            return True
        for frame in frames:
            self._seen[frame.pts] = frame
        while len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return self._tail.is_unread(data, is_key=packet.is_keyframe)

    def differs(self, frame: av.VideoFrame) -> bool:
        """Whether a picture of the first decoder is another one here, or none.

        Parameters
        ----------
        frame : av.VideoFrame
            Asked for once.

        Returns
        -------
        bool
            True: its data, or those of a picture it is made of, are damaged.
        """
        own = self._seen.pop(frame.pts, None)
        if own is None:
            return True
        self._held.append(own)
        return not are_same([frame], [own])

    def _followed_by_others(self, data: bytes) -> bytes:
        """The same packet, each slice with other bytes behind it."""
        out, done, size = bytearray(), 0, self._length_bytes
        for start, end in slices_in(data, size):
            out += data[done : start - size]
            unit = data[start:end]
            if not size or (len(unit) + len(_BEHIND)) >> 8 * size == 0:
                unit += _BEHIND
            out += (len(unit).to_bytes(size, "big") if size else b"") + unit
            done = end
        return bytes(out) + data[done:]

    def _prime(self, data: bytes) -> None:
        """Fill the second decoder's memory with pictures."""
        import av

        held = []
        for _ in range(_PRIMED):
            held += self._codec.decode(av.Packet(data)) + self._codec.decode(None)
            self._codec.flush_buffers()
