"""A report as values: sections of notices, pictures and tables, in reading order.

The same value can be drawn as a web page or as print. Every cell is text that is shown
as it stands: numbers are formatted where they are known, with their unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Figure", "Notice", "Report", "Section", "Table", "Tone"]

Tone = Literal["stop", "warn", "note", "good"]
"""How urgent a line is; always said in words too, never by colour alone."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One line that must be read before the rest.

    Parameters
    ----------
    tone : "stop", "warn", "note" or "good"
        Sets the colour and the word in front.
    text : str
        What the reader must know.
    """

    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its caption.

    Parameters
    ----------
    caption : str
        What is seen, with place and date.
    png : bytes
        The picture, a whole PNG file.
    wide : bool
        Takes the full width of the page; otherwise two stand side by side.

    Raises
    ------
    ValueError
        If the bytes are no PNG file.
    """

    caption: str
    png: bytes
    wide: bool = True

    def __post_init__(self) -> None:
        if not self.png.startswith(b"\x89PNG\r\n\x1a\n"):
            raise ValueError(
                f"the picture {self.caption!r} is not a PNG file (it begins with "
                f"{self.png[:8]!r}); encode it with encode_png"
            )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns.

    Parameters
    ----------
    columns : tuple of str
        Headings, with units.
    rows : tuple of tuple of str
        One text per column.
    caption : str
        Above the table.
    note : str
        Below the table: definitions, sources.
    numeric : frozenset of int
        Columns set flush right.

    Raises
    ------
    ValueError
        If a row has more or fewer cells than there are columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    note: str = ""
    numeric: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"the table {self.caption!r} has {len(self.columns)} columns "
                    f"{self.columns} and a row of {len(row)} cells {row}"
                )


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what belongs under it, in this order: notices, figures, tables."""

    title: str
    text: str = ""
    notices: tuple[Notice, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Parameters
    ----------
    title, subtitle : str
        Who and what, when.
    sections : tuple of Section
        In reading order, the most important first.
    footer : tuple of str
        What identifies the state this was made from: version, limits.
    checkpoint : str
        The record's signed checkpoint, printed to the letter: it binds the store to
        what it held when the page was made.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    footer: tuple[str, ...] = ()
    checkpoint: str = ""
