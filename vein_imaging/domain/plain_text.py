"""Text shown as it is: what would steer what follows stands there as a number."""

from __future__ import annotations

import unicodedata

__all__ = ["JOINERS", "plain_text"]

JOINERS = "\u200c\u200d"
"""They shape Persian and Indic names, and join emoji: not visible, and wanted."""


def plain_text(text: str) -> str:
    """Show what steers text instead of obeying it.

    Parameters
    ----------
    text : str
        As a person wrote it.

    Returns
    -------
    str
        A mark that turns the direction of what follows, a control character or one
        that is no letter of any script stands there as its number: ``[U+202E]``.
    """
    return "".join(map(_shown, text))


def _shown(letter: str) -> str:
    if letter == "\n":
        return letter
    if letter in "\t\r\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}":
        return " "
    kind = unicodedata.category(letter)
    if kind[0] != "C" or letter in JOINERS:
        return letter
    return f"[U+{ord(letter):04X}]"
