"""Text that can be read on paper: what no font holds is said in words, never lost."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from pathlib import Path

from vein_imaging.domain.plain_text import JOINERS, plain_text

__all__ = ["font_folders", "printable_text"]

_FONT_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
_LONGEST_WORD = 24  # letters: a column of a table is no wider
_BREAK = "\u200b"  # where a word may go on in the next line; nothing is printed


def font_folders() -> tuple[Path, ...]:
    """Folders of the fonts that pages are set in; the system's own are never used.

    The same page is the same bytes on every computer. They are the Noto fonts, under
    the SIL Open Font License 1.1.
    """
    return tuple(Path(str(resources.files(name))) for name in _FONT_PACKAGES)


def printable_text(text: str) -> str:
    """`plain_text`, with letters that no font of ours holds written as their names.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Words too long for a column may break anywhere.
    """
    said = "".join(_in_fonts(letter) for letter in plain_text(text))
    return "".join(_breakable(said))


def _in_fonts(letter: str) -> str:
    if letter.isascii() or letter in JOINERS or _is_held(ord(letter)):
        return letter
    name = unicodedata.name(letter, "")
    return f"[{name}]" if name else f"[U+{ord(letter):04X}]"


def _breakable(text: str) -> Iterator[str]:
    run = 0
    for letter in text:
        run = 0 if letter.isspace() else run + 1
        joins = unicodedata.combining(letter) or letter in JOINERS
        if run > _LONGEST_WORD and not joins:
            yield _BREAK
            run = 1
        yield letter


@lru_cache(maxsize=4096)
def _is_held(code: int) -> bool:
    return any(code in held for held in _fonts())


def _fonts() -> Iterator[frozenset[int]]:
    """The letters of each font, the small fonts first, read when asked for."""
    for folder in font_folders():
        for file in sorted(folder.iterdir()):
            if file.suffix in (".ttf", ".otf", ".ttc"):
                yield _letters_of(file)


@lru_cache(maxsize=64)
def _letters_of(file: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True, fontNumber=0) as font:
        return frozenset(font.getBestCmap())
