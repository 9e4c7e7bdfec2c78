"""What is plugged in, in words a person can choose from."""

from __future__ import annotations

from dataclasses import asdict, dataclass

__all__ = ["Listing"]


@dataclass(frozen=True, slots=True)
class Listing:
    """One device that is there now.

    Parameters
    ----------
    address : str
        Opens it, today and after it was plugged in elsewhere, where it has a serial
        number.
    name : str
        What it calls itself.
    detail : str
        Node, bus, and what may stand in the way.
    """

    address: str
    name: str
    detail: str = ""

    def to_json(self) -> dict[str, str]:
        """Give every field."""
        return asdict(self)
