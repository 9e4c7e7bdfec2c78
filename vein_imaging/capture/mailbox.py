"""One slot between two threads: the latest value wins."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

__all__ = ["Mailbox"]

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A slot that one thread fills and another empties; neither waits for the other.

    A value that nobody took is replaced, and counted in `replaced`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: T | None = None
        self._replaced = 0

    @property
    def replaced(self) -> int:
        """Values that were overwritten before anyone took them."""
        return self._replaced

    def put(self, value: T) -> None:
        """Leave `value`, in place of whatever lies there."""
        with self._lock:
            self._replaced += self._value is not None
            self._value = value

    def take(self) -> T | None:
        """Empty the slot: the latest value, or None where nothing new came."""
        with self._lock:
            value, self._value = self._value, None
            return value
