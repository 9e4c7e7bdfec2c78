"""Pictures missing in a stream of H.264, by the number that each of them carries.

FFmpeg's decoder notices the gap, fills it with the picture before and says nothing. The
fields read here are those of ITU-T H.264, 7.3.2.1.1 (sequence parameter set), 7.3.3
(slice header) and 7.4.3 (frame_num).
"""

from __future__ import annotations

import re

__all__ = ["FrameNumbers"]

_START = re.compile(rb"\x00\x00\x01")
_SLICE, _IDR, _SPS = 1, 5, 7  # nal_unit_type
_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""profile_idc of sets that state their chroma format."""
_READ = 64  # bytes of a slice that its header's first fields stand in


class _Bits:
    """The bits of a NAL unit, without the bytes that keep start codes out of it."""

    def __init__(self, data: bytes) -> None:
        data = data.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise ValueError("cut")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def unsigned(self) -> int:
        """An Exp-Golomb code, ue(v)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """The same, se(v)."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)


class FrameNumbers:
    """Follows the numbers of the pictures that others refer to."""

    def __init__(self) -> None:
        self._bits = 0  # of a number; 0 before a parameter set came
        self._has_planes = False
        self._last: int | None = None

    def gap_in(self, data: bytes) -> bool:
        """Whether a picture is missing before this one.

        Parameters
        ----------
        data : bytes
            One picture with start codes, or parameter sets alone.

        Returns
        -------
        bool
            False too where the numbers cannot be read.
        """
        gap = False
        starts = [found.end() for found in _START.finditer(data)]
        for i, at in enumerate(starts):
            end = starts[i + 1] - 3 if i + 1 < len(starts) else len(data)
            kind = data[at] & 31 if at < len(data) else 0
            try:
                if kind == _SPS:
                    self._learn(data[at + 1 : end])
                elif kind in (_SLICE, _IDR) and self._bits:
                    gap |= self._follow(data[at : min(end, at + _READ)])
            except ValueError:
                continue
        return gap

    def _follow(self, unit: bytes) -> bool:
        bits = _Bits(unit[1:])
        bits.unsigned(), bits.unsigned(), bits.unsigned()  # place, type, picture set
        if self._has_planes:
            bits.take(2)
        number, last = bits.take(self._bits), self._last
        if unit[0] & 31 == _IDR:
            last = None
        if unit[0] >> 5 & 3:  # others refer to it
            self._last = number
        if last is None:
            return False
        return number not in (last, (last + 1) % (1 << self._bits))

    def _learn(self, data: bytes) -> None:
        bits = _Bits(data)
        profile = bits.take(8)
        bits.take(16)
        bits.unsigned()
        self._has_planes = False
        if profile in _WITH_CHROMA:
            chroma = bits.unsigned()
            self._has_planes = chroma == 3 and bool(bits.take(1))
            bits.unsigned(), bits.unsigned(), bits.take(1)
            if bits.take(1):
                for i in range(12 if chroma == 3 else 8):
                    if bits.take(1):
                        _skip_scaling(bits, 16 if i < 6 else 64)
        self._bits = 4 + bits.unsigned()


def _skip_scaling(bits: _Bits, count: int) -> None:
    """Read past a scaling list (7.3.2.1.1.1)."""
    last = following = 8
    for _ in range(count):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
