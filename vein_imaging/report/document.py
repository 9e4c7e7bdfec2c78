"""A report as values: sections of notices, pictures and tables, in reading order.

The same value can be drawn as a web page or as print. Every cell is text that is shown
as it stands: numbers are formatted where they are known, with their unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from vein_imaging.report.pictures import kind_of_picture

__all__ = [
    "BeforeAfter",
    "Figure",
    "LegendEntry",
    "Notice",
    "Report",
    "Section",
    "Table",
    "Tone",
]

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
    image : bytes
        The picture, a whole PNG or JPEG file.
    wide : bool
        Takes the full width of the page; otherwise two stand side by side.

    Raises
    ------
    ValueError
        If the bytes are no such file.
    """

    caption: str
    image: bytes
    wide: bool = True

    def __post_init__(self) -> None:
        kind_of_picture(self.image)


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Two pictures of one place, with a slider on a screen.

    Parameters
    ----------
    before, after : bytes
        Whole PNG or JPEG files.
    before_label, after_label : str
        With the date.
    caption : str
        What is seen, and whether one lies over the other.
    drawn : bytes
        Both and what became of each vein, side by side: this is what paper shows.
    laid_over : bool
        Whether AFTER is drawn in the frame of BEFORE; only then a slider makes sense.

    Raises
    ------
    ValueError
        If the bytes are no such files.
    """

    before: bytes
    after: bytes
    before_label: str
    after_label: str
    caption: str
    drawn: bytes
    laid_over: bool = True

    def __post_init__(self) -> None:
        for picture in (self.before, self.after, self.drawn):
            kind_of_picture(picture)


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """What a colour in the figures means.

    Parameters
    ----------
    colour : RGB, 0 to 255
    label : str
    dashed : bool
        Two entries of one colour differ by it.
    """

    colour: tuple[int, int, int]
    label: str
    dashed: bool = False


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
    """A heading with what belongs under it, in this order.

    Parameters
    ----------
    title, text : str
    notices, figures, sliders, tables : tuple
    legend : tuple of LegendEntry
        Of the colours in the figures.
    to_sign : tuple of str
        Lines to be filled in by hand, each with what goes there.
    """

    title: str
    text: str = ""
    notices: tuple[Notice, ...] = ()
    figures: tuple[Figure, ...] = ()
    sliders: tuple[BeforeAfter, ...] = ()
    tables: tuple[Table, ...] = ()
    to_sign: tuple[str, ...] = ()
    legend: tuple[LegendEntry, ...] = ()


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
        The record's signed checkpoint, printed to the letter and as a QR code: it
        binds the store to what it held when the page was made.
    as_of : date, optional
        Day of the state that it was made from; a PDF states it as its own.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    footer: tuple[str, ...] = ()
    checkpoint: str = ""
    as_of: date | None = None
