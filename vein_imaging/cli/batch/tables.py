"""Tables of a batch: totals of pictures, old figures beside new ones, failures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vein_imaging.batch import Figures, Finished, NotStarted, ResultFolder
from vein_imaging.durable import write_durably
from vein_imaging.report.table_file import no_formula

__all__ = [
    "COMPARED",
    "Row",
    "compared_rows",
    "earlier_figures",
    "picture_rows",
    "write_rows",
]

Row = dict[str, Any]
WORDS = ("verdict", "assessment", "reasons", "alignment_verdict")
COMPARED = (
    "clearance_pct",
    "clearance_lo_pct",
    "clearance_hi_pct",
    "new_pct",
    "len_change_pct",
    "area_change_pct",
    "judged_px",
    "unjudged_px",
    "cleared_px",
    "faded_px",
    "persistent_px",
    "new_px",
    "vein_len_before_px",
    "vein_len_after_px",
    "vein_area_before_mm2",
    "vein_area_after_mm2",
    "reg_error_median_mm",
    "common_field_pct",
)
"""Figures of the change table that are set beside their earlier ones."""


def picture_rows(finished: Iterable[Finished], results: ResultFolder) -> Iterator[Row]:
    """Yield one row of totals for each picture that was measured, in their order.

    Parameters
    ----------
    finished : iterable of Finished
    results : ResultFolder
    """
    for label, _key, figures in _measured(finished, results):
        summary = dict(figures["summary"])
        for name, of_class in (summary.pop("classes", None) or {}).items():
            summary |= {f"{name}_{one}": value for one, value in of_class.items()}
        yield {**label, **summary}


def compared_rows(
    finished: Iterable[Finished],
    results: ResultFolder,
    earlier: Sequence[ResultFolder],
) -> Iterator[Row]:
    """Yield old and new figures of each pair, and their difference.

    Parameters
    ----------
    finished : iterable of Finished
    results : ResultFolder
        The new ones.
    earlier : sequence of ResultFolder
        The newest first: the first that has the pair is what it is compared with.
    """
    for label, key, figures in _measured(finished, results):
        old_version, old_figures = earlier_figures(key, earlier)
        new, old = figures["summary"], old_figures.get("summary", {})
        row: Row = {**label, "days_between": new["days_between"]}
        row |= {"old_version": old_version, "new_version": results.version}
        for name in WORDS:
            row |= {f"{name}_old": old.get(name), f"{name}_new": new[name]}
        for name in COMPARED:
            was, now = old.get(name), new[name]
            known = was is not None and now is not None
            row |= {
                f"{name}_old": was,
                f"{name}_new": now,
                f"{name}_difference": float(f"{now - was:.6g}") if known else None,
            }
        yield row


def earlier_figures(key: str, earlier: Sequence[ResultFolder]) -> tuple[str, Figures]:
    """Find the newest earlier figures of a pair, and the version that made them."""
    for folder in earlier:
        figures = folder.figures(key)
        if figures is not None:
            return folder.version, figures
    return "", {}


def write_rows(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a table whole or not at all; a cell without a value is empty.

    Parameters
    ----------
    file : Path
    rows : iterable of mappings
        Columns are those of all rows, in the order they first come.
    """
    table = list(rows)
    columns = list(dict.fromkeys(name for row in table for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(
        {name: no_formula(cell) for name, cell in row.items()} for row in table
    )
    write_durably(file, text.getvalue().encode())


def _measured(
    finished: Iterable[Finished], results: ResultFolder
) -> Iterator[tuple[Mapping[str, str], str, Figures]]:
    for one in finished:
        if one.how == "failed" or isinstance(one.task, NotStarted):
            continue
        figures = results.figures(one.task.key)
        assert figures is not None
        yield one.task.label, one.task.key, figures
