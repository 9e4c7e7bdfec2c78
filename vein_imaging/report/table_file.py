"""Tables as files: CSV that no spreadsheet program runs, and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from vein_imaging.domain.quantity import plain

__all__ = [
    "Cell",
    "Column",
    "ColumnKind",
    "RecordTable",
    "csv_bytes",
    "no_formula",
    "parquet_bytes",
]

ColumnKind = Literal["text", "whole", "decimal", "measure", "day", "moment", "yes_no"]
"""What a column holds; `decimal` is exact, `measure` is what was measured."""
Cell = str | int | float | Decimal | date | bool | None
"""What a cell holds (a `datetime` is a `date`); None where there is no value."""

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Beginnings that a spreadsheet program may take for a formula, full-width ones too."""
_DIGITS = (38, 9)  # of an exact decimal in Parquet: doses have far fewer


@dataclass(frozen=True, slots=True)
class Column:
    """A column, as the data dictionary tells it.

    Parameters
    ----------
    name : str
        With its unit.
    kind : ColumnKind
    meaning : str
    unit : str
    personal : bool
        It names a person: left out unless it is asked for.
    """

    name: str
    kind: ColumnKind
    meaning: str
    unit: str = ""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class RecordTable:
    """A table.

    Parameters
    ----------
    name : str
        Of the file, without its ending.
    meaning : str
        What one row is.
    columns : tuple of Column
    rows : tuple of mapping
        From column name to cell.

    Raises
    ------
    ValueError
        If a row has a key that is no column.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Cell], ...] = ()

    def __post_init__(self) -> None:
        known = {column.name for column in self.columns}
        for row in self.rows:
            for key in row:
                if key not in known:
                    raise ValueError(f"table {self.name}: {key!r} is no column of it")

    def without_names(self) -> RecordTable:
        """The same table without the columns that name a person."""
        kept = tuple(column for column in self.columns if not column.personal)
        names = {column.name for column in kept}
        rows = tuple({k: v for k, v in row.items() if k in names} for row in self.rows)
        return RecordTable(self.name, self.meaning, kept, rows)


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case Decimal():
            return plain(cell)
        case float():
            return f"{cell:.6g}"
        case date():  # datetime too
            return cell.isoformat()
        case int():
            return str(cell)
    return f"'{cell}" if cell.startswith((*_RUNS, "'", " ")) else cell


def no_formula(cell: object) -> object:
    """Put an apostrophe in front of a text that a spreadsheet program would run.

    Parameters
    ----------
    cell : any
        What is no text stays as it is.
    """
    if isinstance(cell, str) and (cell.startswith(_RUNS) or _runs_after_blanks(cell)):
        return f"'{cell}"
    return cell


def _runs_after_blanks(text: str) -> bool:
    return text.lstrip().startswith(_RUNS)


def csv_bytes(table: RecordTable) -> bytes:
    """Write a table as CSV.

    Parameters
    ----------
    table : RecordTable

    Returns
    -------
    bytes
        UTF-8 with a mark that spreadsheet programs know it by; lines end as RFC 4180
        says, every cell is quoted. A text that begins with a blank, an apostrophe or
        what begins a formula has an apostrophe in front: take one away to read it
        back. Numbers have a point, and a minus where they are negative.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([_text(row.get(column.name)) for column in table.columns])
    return file.getvalue().encode("utf-8-sig")


def parquet_bytes(table: RecordTable, facts: Mapping[str, str]) -> bytes:
    """Write a table as Parquet, typed, with the data dictionary in its schema.

    Parameters
    ----------
    table : RecordTable
    facts : mapping
        Kept beside the schema: version, the record's head.

    Raises
    ------
    ImportError
        If pyarrow is missing; the extra `parquet` brings it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "text": pa.string(),
        "whole": pa.int64(),
        "decimal": pa.decimal128(*_DIGITS),
        "measure": pa.float64(),
        "day": pa.date32(),
        "moment": pa.timestamp("us", tz="UTC"),
        "yes_no": pa.bool_(),
    }
    fields, arrays = [], []
    for each in table.columns:
        about = {"meaning": each.meaning, "unit": each.unit}
        fields.append(pa.field(each.name, kinds[each.kind], metadata=about))
        cells = [row.get(each.name) for row in table.rows]
        arrays.append(pa.array(cells, type=kinds[each.kind]))
    schema = pa.schema(fields, metadata={**facts, "meaning": table.meaning})
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), file)
    return file.getvalue()
