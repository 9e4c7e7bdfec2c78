"""Collect every text that a user reads, and bring the translations up to date.

``make texts`` writes the template; ``make texts LANGUAGES="de fr"`` also begins or
updates the translation into German and French, and compiles it.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from vein_imaging.cli import main
from vein_imaging.comparison.judging.summary import Assessment
from vein_imaging.comparison.result import Verdict
from vein_imaging.domain.adverse_events import GRADES, adverse_event_kinds
from vein_imaging.domain.aftercare import load_sheet
from vein_imaging.domain.session import Light, Pose
from vein_imaging.imaging.vein_map import VeinClass
from vein_imaging.words import DOMAIN

__all__ = ["PACKAGE", "template", "update"]

PACKAGE = Path(__file__).resolve().parents[1] / "vein_imaging"
_LOOKED_UP: dict[str, Any] = {
    "_": None,
    "translate": None,
    "marked": None,
    "plural": (1, 2),
}
_READ_BY = [("**.py", "python"), ("**.j2", "jinja2")]


def template() -> Catalog:
    """Collect the texts: those looked up in the code, the command line's help, data."""
    catalog = Catalog(project="vein-imaging", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        PACKAGE, _READ_BY, keywords=_LOOKED_UP, comment_tags=("Translators:",)
    )
    for file, line, text, comments, context in sorted(found, key=lambda row: row[:2]):
        catalog.add(text, None, [(file, line)], (), comments, context=context)
    for text in _help_texts(main, click.Context(main)):
        catalog.add(text, locations=[("cli", 0)], auto_comments=["help"])
    sheet = load_sheet()
    signs = [text for one in sheet.warnings for text in (one.sign, one.do)]
    for text in (*sheet.expect, *(item.text for item in sheet.items), *signs):
        catalog.add(text, locations=[("domain/aftercare.toml", 0)])
    names = [kind.name for kind in adverse_event_kinds().values()]
    for text in dict.fromkeys((*names, *GRADES.values(), "none", "strong")):
        catalog.add(text, locations=[("domain/adverse_events.toml", 0)])
    for words in (Light, Pose, VeinClass, Verdict, Assessment):
        for text in get_args(words):
            catalog.add(text, locations=[("words of the record", 0)])
    return catalog


def _help_texts(command: click.Command, ctx: click.Context) -> Iterator[str]:
    if command.help:
        yield inspect.cleandoc(command.help)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield parameter.help
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            if inner is not None:
                yield from _help_texts(inner, ctx)


def update(languages: list[str], locales: Path = PACKAGE / "locale") -> None:
    """Write the template, and update and compile the translations.

    Parameters
    ----------
    languages : list of str
        To begin, as in "de" or "pt_BR"; those that are there are updated in any case.
    locales : Path
        The folder of the translations.
    """
    texts = template()
    locales.mkdir(exist_ok=True)
    with (locales / f"{DOMAIN}.pot").open("wb") as file:
        write_po(file, texts, width=88)
    there = {path.parts[-3] for path in locales.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    for language in sorted(there | set(languages)):
        folder = locales / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        written = folder / f"{DOMAIN}.po"
        catalog = Catalog(language, project="vein-imaging", fuzzy=False)
        if written.exists():
            with written.open("rb") as file:
                catalog = read_po(file, language)
        catalog.update(texts)
        with written.open("wb") as file:
            write_po(file, catalog, width=88)
        with written.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
        done = sum(bool(message.string) for message in catalog if message.id)
        click.echo(f"{language}: {done} of {len(catalog)} texts translated")
    click.echo(f"{len(texts)} texts in {locales / f'{DOMAIN}.pot'}")


if __name__ == "__main__":
    os.environ["LANGUAGE"] = "C"  # the texts as they are written, whoever runs this
    update(sys.argv[1:])
