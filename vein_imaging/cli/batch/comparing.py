"""`vein-imaging batch compare`: every patient's pairs again, old figures beside new."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from vein_imaging.batch import earlier_results
from vein_imaging.cli.batch.running import (
    Engine,
    beside,
    engine_options,
    leave,
    run_tasks,
    tasks_of_store,
)
from vein_imaging.cli.batch.stored import pair_tasks
from vein_imaging.cli.batch.tables import Row, compared_rows, write_rows
from vein_imaging.cli.store_access import StoreAccess, store_options
from vein_imaging.comparison import CompareSettings
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = ["compare_patients"]


@click.command("compare")
@click.option(
    "--patients",
    "whom",
    multiple=True,
    required=True,
    metavar="all|ID",
    help="Whose pairs; may be given more than once.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results; beside the store when left out.",
)
@click.option(
    "--against",
    metavar="VERSION",
    default="",
    help="Folder of the earlier results in there; the newest of each pair when left "
    "out.",
)
@engine_options
@store_options
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def compare_patients(
    whom: tuple[str, ...],
    out: Path | None,
    against: str,
    engine: Engine,
    access: StoreAccess,
    as_json: bool,
) -> None:
    """Compare every pair of the patients' photographs again; set old beside new.

    Of one view and light, the first photograph is compared with each later one, and
    each with the one before it. Writes compared.csv and failures.csv into a folder that
    names the version; the record stays as it is. Earlier figures are those of an
    earlier version beside it.
    """
    settings = CompareSettings()
    tasks, engine = tasks_of_store(access, engine, whom, settings, pair_tasks)
    done = run_tasks(tasks, len(tasks), beside(access, out), settings, engine)
    earlier = list(earlier_results(done.results))
    if against:
        earlier = [one for one in earlier if one.version == against]
        if not earlier:
            raise click.UsageError(
                _("there are no earlier results named {against} in {folder}").format(
                    against=against, folder=done.results.folder.parent
                )
            )
    rows = list(compared_rows(done.finished, done.results, earlier))
    write_rows(done.results.folder / "compared.csv", rows)
    if as_json:
        told = {**done.as_json(), "pairs": rows}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        done.say()
        _say_differences(rows)
    leave(done)


def _say_differences(rows: Sequence[Row]) -> None:
    both = [row for row in rows if row["old_version"]]
    if not both:
        click.echo(_("there are no earlier figures: the next version has these"))
        return
    verdicts = [row for row in both if row["verdict_old"] != row["verdict_new"]]
    moved = sorted(
        (row for row in both if row["clearance_pct_difference"]),
        key=lambda row: -abs(row["clearance_pct_difference"]),
    )
    click.echo(
        plural(
            "{count} pair has earlier figures: {verdicts} with another verdict, "
            "{moved} with another clearance",
            "{count} pairs have earlier figures: {verdicts} with another verdict, "
            "{moved} with another clearance",
            len(both),
        ).format(count=len(both), verdicts=len(verdicts), moved=len(moved))
    )
    for row in moved[:10]:
        click.echo(
            _(
                "  {patient}, {view}, {before} to {after}: {old:.1f} % was, "
                "{new:.1f} % is ({difference:+.1f})"
            ).format(
                patient=row["patient_id"],
                view=row["view"],
                before=row["before_day"],
                after=row["after_day"],
                old=row["clearance_pct_old"],
                new=row["clearance_pct_new"],
                difference=row["clearance_pct_difference"],
            )
        )
