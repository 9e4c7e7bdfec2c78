"""`vein-imaging tables`: injections, sites, vessels and changes as CSV or Parquet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vein_imaging.cli.session.handed_out import write_whole
from vein_imaging.cli.store_access import AS_JSON, StoreAccess, store_options
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.treatment.on_paper.print_course import TableFormat

__all__ = ["tables"]


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--patient", "patients", multiple=True, help="Only this one; repeat it.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    show_default=True,
    help="Parquet needs the extra `parquet`.",
)
@click.option("--names", is_flag=True, help="With name, number and birth date.")
@click.option("--no-pictures", is_flag=True, help="Measure no picture: quick.")
@store_options
@AS_JSON
def tables(
    access: StoreAccess,
    folder: Path,
    patients: tuple[str, ...],
    form: TableFormat,
    names: bool,
    no_pictures: bool,
    as_json: bool,
) -> None:
    """Write the tables of docs/data-dictionary.md into FOLDER; it is logged."""
    from vein_imaging.treatment.on_paper.print_course import export_tables

    with access.at_work() as work:
        try:
            files = export_tables(
                work, patients, form, names=names, measured=not no_pictures
            )
        except ImportError as error:
            raise click.ClickException(
                _("{error}; Parquet needs: pip install 'vein-imaging[parquet]'").format(
                    error=error
                )
            ) from error
    for name, content in files.items():
        write_whole(folder / name, content)
    written = [str(folder / name) for name in files]
    click.echo(json.dumps(written, indent=2) if as_json else "\n".join(written))
