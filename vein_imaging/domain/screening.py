"""Screening: what was asked and found before the first injection."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Screening"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """Answers of the first consultation."""

    hypersensitive: bool = False
