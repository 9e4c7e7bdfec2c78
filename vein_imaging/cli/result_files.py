"""The files a command leaves in its folder: all of one run, whole, or none."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
import cv2
from numpy.typing import NDArray

from vein_imaging.comparison.telling.table import Row
from vein_imaging.durable import (
    TEMPORARY_SUFFIX,
    flush_folder,
    make_folder,
    write_flushed,
)
from vein_imaging.report.table_file import no_formula
from vein_imaging.words import translate as _

__all__ = ["picture_file", "refuse_unwritable", "table_file", "write_results"]


def refuse_unwritable(folder: Path) -> None:
    """Say that nothing can be written, before anything is measured.

    Parameters
    ----------
    folder : Path
        It need not exist.

    Raises
    ------
    click.UsageError
        If it, or the folder it would be made in, cannot be written.
    """
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise click.UsageError(
            _("{folder} cannot be written: choose another place").format(folder=there)
        )


def write_results(
    folder: Path, files: Mapping[str, bytes], *, earlier: Iterable[str]
) -> None:
    """Write the files of one run; take away what an earlier run left in their place.

    All are written under other names first: a full disk, or a run that is ended,
    leaves the earlier files as they were. Never is the picture of one pair beside the
    figures of another.

    Parameters
    ----------
    folder : Path
        It is made if it does not exist.
    files : mapping of name to content
    earlier : patterns of names
        What this command writes at all.

    Raises
    ------
    click.ClickException
        If they cannot be written.
    """
    sign = f".{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"
    staged = {folder / name: folder / (name + sign) for name in files}
    try:
        make_folder(folder)
        for (file, temporary), content in zip(
            staged.items(), files.values(), strict=True
        ):
            if file.is_dir():
                raise IsADirectoryError(_("{file} is a folder").format(file=file))
            write_flushed(temporary, content)
        for pattern in earlier:
            for old in folder.glob(pattern):
                if not old.is_dir():
                    old.unlink()
        for file, temporary in staged.items():
            temporary.replace(file)
        flush_folder(folder)
    except OSError as error:
        raise click.ClickException(
            _("nothing was written to {folder}: {error}").format(
                folder=folder, error=error.strerror or error
            )
        ) from error
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def picture_file(picture: NDArray[Any], kind: str = ".png") -> bytes:
    """Code a grey or RGB picture as a file.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB
    kind : str
        The ending of its name, with the point.

    Raises
    ------
    click.UsageError
        If there is no such kind of picture.
    """
    if not cv2.haveImageWriter("x" + kind):
        raise click.UsageError(
            _("no picture can be written as {kind!r}: end its name in .png").format(
                kind=kind
            )
        )
    plain = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    done, coded = cv2.imencode(kind, plain)
    if not done:
        raise click.UsageError(
            _("the picture could not be coded as {kind}").format(kind=kind)
        )
    return coded.tobytes()


def table_file(rows: Iterable[Row], columns: Iterable[str] = ()) -> bytes:
    """Code rows as CSV that no spreadsheet program runs.

    Parameters
    ----------
    rows : iterable of Row
        The first one's names are the heading.
    columns : iterable of str
        The heading where there is no row.
    """
    table = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(table[0]) if table else list(columns))
    writer.writeheader()
    writer.writerows(
        {name: no_formula(cell) for name, cell in row.items()} for row in table
    )
    return text.getvalue().encode()
