"""`vein-imaging import`: a folder of photographs with a list becomes sessions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vein_imaging.cli.store_access import AS_JSON, StoreAccess, store_options
from vein_imaging.words import plural
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.treatment.photo_import import ImportPlan

__all__ = ["import_command"]

_EVERY = 10  # pictures: often enough to see that it goes on


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("listing", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
@click.option("--other-sizes", is_flag=True, help="A view's pictures may differ.")
@store_options
@AS_JSON
def import_command(
    access: StoreAccess,
    folder: Path,
    listing: Path,
    dry_run: bool,
    other_sizes: bool,
    as_json: bool,
) -> None:
    """Import the photographs of FOLDER that LISTING (CSV) names into sessions.

    Columns: file, patient, taken, light, pose, view; also when and mm_per_pixel. Every
    mistake is named with its line. With one, nothing is imported; else all is, or, when
    the program is ended before, nothing.
    """
    from vein_devices.cameras.pictures.reader import read_one_picture
    from vein_imaging.treatment.photo_import import plan_import, run_import

    def pixels(path: Path) -> Any:
        return read_one_picture(path).eight_bits

    def stored(count: int) -> None:
        if count % _EVERY == 0:
            click.echo(_("{count} pictures stored").format(count=count), err=True)

    with access.at_work() as work:
        plan = plan_import(
            work, folder, listing.read_bytes(), pixels, other_sizes=other_sizes
        )
        imported = 0
        if not dry_run and not plan.problems:
            imported = run_import(work, plan, pixels, stored=stored)
    click.echo(
        json.dumps(_row(plan, imported), indent=2, ensure_ascii=False)
        if as_json
        else _preview(plan)
    )
    if plan.problems:
        raise click.ClickException(
            plural(
                "nothing was imported: {count} problem",
                "nothing was imported: {count} problems",
                len(plan.problems),
            ).format(count=len(plan.problems))
        )
    if not as_json:
        said = _("nothing was written: a dry run") if dry_run else _("imported")
        click.echo(f"{said}: {len(plan.photos)}")


def _preview(plan: ImportPlan) -> str:
    lines = []
    for one in plan.photos:
        row, new = one.listed, _("new") if one.new_session else _("there")
        height, width = one.size_px
        lines.append(
            f"{row.line:>5}  {row.file:<24} {one.patient_name},"
            f" {one.at:%Y-%m-%d %H:%M}, {row.view}, {row.light}, {row.pose},"
            f" {width} x {height} -> {one.session_id} ({new})"
        )
    lines += [
        _("line {line}, {file}: {problem}").format(
            line=one.line, file=one.file or "-", problem=one.problem
        )
        for one in plan.problems
    ]
    lines += [
        _("not in the list, left where it is: {file}").format(file=name)
        for name in plan.unlisted
    ]
    return "\n".join(lines)


def _row(plan: ImportPlan, imported: int) -> dict[str, Any]:
    return {
        "imported": imported,
        "photographs": [
            {
                "line": one.listed.line,
                "file": one.listed.file,
                "patient_id": one.patient_id,
                "taken": one.at.isoformat(),
                "session_id": one.session_id,
                "new_session": one.new_session,
                "image_id": one.image_id,
                "size_px": list(one.size_px),
            }
            for one in plan.photos
        ],
        "problems": [
            {"line": one.line, "file": one.file, "problem": one.problem}
            for one in plan.problems
        ],
        "unlisted": list(plan.unlisted),
    }
