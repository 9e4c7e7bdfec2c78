"""Pages typeset by Typst: a template, facts as JSON, pictures; PDF/A comes out."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vein_imaging.report.readable import font_folders, printable_text
from vein_imaging.words import language

if TYPE_CHECKING:
    import typst

__all__ = ["TypesetError", "typeset"]

_STANDARD: Final = "a-2a"
"""PDF/A-2a: tagged, searchable, whole in itself. Stated by Typst; no validator that
these registries carry has checked it."""

_MEMORY = Path("/dev/shm")  # Linux: a patient's facts and pictures never touch the disk


class TypesetError(Exception):
    """A page could not be set."""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    import typst

    folders = [str(folder) for folder in font_folders()]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)


def typeset(
    template: str,
    facts: Mapping[str, Any],
    as_of: date,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Set a page.

    Parameters
    ----------
    template : str
        A file beside this one, such as ``report.typ``.
    facts : mapping
        Texts, numbers, lists and objects. Every text is shown as it stands: markup in a
        name is text, and letters that no font holds are named.
    as_of : date
        That the PDF states as its own; never the machine's.
    pictures : mapping of file name to bytes, optional

    Returns
    -------
    bytes
        A PDF. The same arguments give the same bytes.

    Raises
    ------
    TypesetError
        If Typst could not set it.
    """
    import typst

    day = {"year": as_of.year, "month": as_of.month, "day": as_of.day}
    whole = {**_printable(facts), "as_of": day, "language": language()}
    moment = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    kept_in = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="vein-imaging-", dir=kept_in) as folder:
        root = Path(folder)
        source = resources.files(__package__) / template
        (root / "page.typ").write_bytes(source.read_bytes())
        (root / "facts.json").write_text(json.dumps(whole), "utf-8")
        for name, picture in (pictures or {}).items():
            (root / name).write_bytes(picture)
        try:
            made = typst.compile(
                root / "page.typ",
                root=root,
                font_paths=_fonts(),
                pdf_standards=_STANDARD,
                timestamp=moment,
            )
        except typst.TypstError as error:
            raise TypesetError(f"the page could not be set: {error}") from error
    assert isinstance(made, bytes)  # for the type checker: one PDF, not pages
    return made


def _printable(value: Any) -> Any:
    match value:
        case str():
            return printable_text(value)
        case Mapping():
            return {key: _printable(item) for key, item in value.items()}
        case tuple() | list():
            return [_printable(item) for item in value]
    return value
