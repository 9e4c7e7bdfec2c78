"""`vein-imaging guide`: how well a picture repeats an earlier one, and what to do."""

from __future__ import annotations

from pathlib import Path

import click

from vein_imaging.cli.reading import one_picture
from vein_imaging.cli.result_files import picture_file, refuse_unwritable, write_results
from vein_imaging.comparison.guiding.guide import ADVICE, Guide
from vein_imaging.imaging.arrays import check_picture
from vein_imaging.words import translate as _

__all__ = ["guide_command"]

_PICTURE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("guide")
@click.argument("earlier", type=_PICTURE)
@click.argument("live", type=_PICTURE)
@click.option(
    "--ghost",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write EARLIER laid over LIVE as a picture.",
)
def guide_command(earlier: Path, live: Path, ghost: Path | None) -> None:
    """Say how well LIVE repeats the view of EARLIER, and what to change.

    Prints a score from 0 to 100 and the advice, the most important first. The exit
    status is 1 when EARLIER is not recognised in LIVE.
    """
    if ghost is not None:
        refuse_unwritable(ghost.parent)
    try:
        guide = Guide(check_picture(one_picture(earlier).pixels))
        seen = check_picture(one_picture(live).pixels)
        found = guide.match(seen)
    except (OSError, TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    if ghost is not None:
        drawn = picture_file(guide.ghost(seen), ghost.suffix)
        write_results(ghost.parent, {ghost.name: drawn}, earlier=())
    click.echo(_("view match {score:.0f} of 100").format(score=found.score))
    for one in found.advice:
        click.echo(f"- {_(ADVICE[one])}")
    if not found.advice:
        click.echo(_("- Nothing need change"))
    if "not recognised" in found.advice:
        raise SystemExit(1)
