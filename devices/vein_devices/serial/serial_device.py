"""The shape of a simulated serial device, whatever line it hangs on."""

from __future__ import annotations

from typing import Protocol

__all__ = ["SerialDevice"]


class SerialDevice(Protocol):
    """The device itself: bytes in, answers out."""

    @property
    def baud(self) -> int | None:
        """Rate at which it listens now, bit/s; None for USB, which has no rate."""

    def receive(self, data: bytes, now_s: float) -> list[tuple[float, bytes]]:
        """Take bytes; give answers, each with a pause before it (s)."""

    def tick(self, now_s: float) -> list[tuple[float, bytes]]:
        """Give what it sends unasked, as time goes by."""
