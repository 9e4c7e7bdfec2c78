"""Faults that can be put on a serial line, from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["Faults", "Noise"]


@dataclass(frozen=True, slots=True)
class Faults:
    """How a line misbehaves.

    Parameters
    ----------
    flip, drop, insert : 0 to 1
        Chance for each byte to be changed, lost, or followed by a stray one.
    skip_bytes : int
        So many bytes pass before any of the three happens.
    truncate_every : int
        One answer in so many loses its second half; 0 means none.
    stall : bool
        Nothing is answered.
    garbage : bool
        Answers are replaced by random bytes.
    babble : bool
        Random bytes are sent all the time, unasked.
    seed : int
        Of the chance.
    """

    flip: float = 0.0
    drop: float = 0.0
    insert: float = 0.0
    skip_bytes: int = 0
    truncate_every: int = 0
    stall: bool = False
    garbage: bool = False
    babble: bool = False
    seed: int = 1


class Noise:
    """Applies faults to what a device sends, and counts what it did.

    Parameters
    ----------
    faults : Faults
        What to do.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.damaged = 0
        """Bytes changed, lost or added so far."""
        self._random = random.Random(faults.seed)
        self._sent = 0
        self._answers = 0

    def spoil(self, data: bytes) -> bytes:
        """Send an answer through the bad line.

        Parameters
        ----------
        data : bytes
            One answer.

        Returns
        -------
        bytes
        """
        faults = self.faults
        self._answers += 1
        if faults.stall:
            return b""
        if faults.garbage:
            self.damaged += len(data)
            return self._random.randbytes(len(data))
        if faults.truncate_every and self._answers % faults.truncate_every == 0:
            self.damaged += len(data) - len(data) // 2
            data = data[: len(data) // 2]
        if not (faults.flip or faults.drop or faults.insert):
            return data
        spoiled = bytearray()
        for byte in data:
            self._sent += 1
            chance = self._random.random() if self._sent > faults.skip_bytes else 1.0
            if chance < faults.flip:
                byte ^= 1 << self._random.randrange(8)
            elif chance < faults.flip + faults.drop:
                self.damaged += 1
                continue
            elif chance < faults.flip + faults.drop + faults.insert:
                spoiled.append(self._random.randrange(256))
            else:
                spoiled.append(byte)
                continue
            self.damaged += 1
            spoiled.append(byte)
        return bytes(spoiled)

    def babble(self) -> bytes:
        """Give a few bytes of nonsense, if the line babbles."""
        return self._random.randbytes(16) if self.faults.babble else b""
