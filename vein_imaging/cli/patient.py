"""`vein-imaging patient`: add, find, show and change patients."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vein_imaging.cli.store_access import (
    AS_JSON,
    ENTRY_ID,
    StoreAccess,
    store_options,
)

if TYPE_CHECKING:
    from vein_imaging.storage.entries.patient_directory import PatientRecord
from vein_imaging.words import translate as _

__all__ = ["find_patients", "patient"]

_FACTS = (
    ("--number", "The clinic's own."),
    ("--born", "Date of birth: 1980-04-12."),
    ("--sex", "As the patient says."),
    ("--phone", "To be reached by."),
    ("--email", "To be reached by."),
    ("--address", "To be reached at."),
)


def _fact_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the facts of a person as one `facts`."""

    @functools.wraps(command)
    def with_facts(*args: Any, **given: Any) -> Any:
        names = [option.removeprefix("--") for option, _ in _FACTS]
        said = {name: given.pop(name) for name in names}
        facts = {name: text for name, text in said.items() if text is not None}
        return command(*args, facts=facts, **given)

    for option, said in reversed(_FACTS):
        with_facts = click.option(option, help=said)(with_facts)
    return with_facts


_ANOTHER = click.option(
    "--another-person",
    is_flag=True,
    help="It is none of those of the same name, number or birth date.",
)


@click.group()
def patient() -> None:
    """Add, find, show and change patients."""


@patient.command("add")
@click.argument("name")
@_fact_options
@_ANOTHER
@ENTRY_ID
@store_options
@AS_JSON
def add_patient_command(
    access: StoreAccess,
    name: str,
    facts: dict[str, str],
    another_person: bool,
    entry_id: str,
    as_json: bool,
) -> None:
    """Add patient NAME; print the id that the other commands take."""
    with access.at_work() as work:
        made = work.add_patient(
            {"name": name, **facts}, another_person=another_person, entry_id=entry_id
        )
    click.echo(json.dumps(_row(made), indent=2) if as_json else made.patient_id)


@patient.command("find")
@click.argument("fragment", default="")
@store_options
@AS_JSON
def find_patients(access: StoreAccess, fragment: str, as_json: bool) -> None:
    """Find patients by a FRAGMENT of name, number or birth date; it is logged."""
    with access.at_work() as work:
        found = work.find_patients(fragment)
    if as_json:
        rows = [_row(one) for one in found]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for one in found:
        born = (
            _("born {day}").format(day=one.born) if one.born else _("born: not known")
        )
        click.echo(f"{one.patient_id}  {one.number:<10} {one.name}, {born}")


@patient.command("show")
@click.argument("patient_id")
@store_options
@AS_JSON
def show_patient(access: StoreAccess, patient_id: str, as_json: bool) -> None:
    """Show what is written of a patient, and the sessions."""
    with access.at_work() as work:
        one = work.patient(patient_id)
        heads = work.sessions(patient_id)
        began = {head: work.reopen(head.session_id).started for head in heads}
    sessions = [
        {
            "session_id": head.session_id,
            "started": began[head].isoformat(timespec="seconds"),
            "author": head.author,
        }
        for head in heads
    ]
    if as_json:
        row = {**_row(one), "sessions": sessions}
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
        return
    for key, value in _row(one).items():
        click.echo(f"{key:<12} {value}")
    for session in sessions:
        click.echo(
            _("session      {session_id}  {started}").format(
                session_id=session["session_id"], started=session["started"]
            )
        )


@patient.command("change")
@click.argument("patient_id")
@click.option("--name", help="Another name.")
@_fact_options
@_ANOTHER
@store_options
@AS_JSON
def change_patient_command(
    access: StoreAccess,
    patient_id: str,
    name: str | None,
    facts: dict[str, str],
    another_person: bool,
    as_json: bool,
) -> None:
    """Change what is written of a patient; what is not named stays."""
    changed = facts if name is None else {"name": name, **facts}
    if not changed:
        raise click.UsageError(_("nothing to change: name what is different"))
    with access.at_work() as work:
        made = work.change_patient(patient_id, changed, another_person=another_person)
    click.echo(json.dumps(_row(made), indent=2) if as_json else made.patient_id)


@patient.command("report")
@click.argument("patient_id")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The pages: .pdf, or .html with its pictures in it.",
)
@click.option("--no-comparison", is_flag=True, help="Compare no photographs.")
@store_options
@AS_JSON
def report_course(
    access: StoreAccess, patient_id: str, out: Path, no_comparison: bool, as_json: bool
) -> None:
    """Print all of a patient's sessions as PDF or HTML, and what changed."""
    from vein_imaging.cli.session.handed_out import write_report
    from vein_imaging.treatment.on_paper.read_course import CourseParts

    with access.at_work() as work:
        parts = CourseParts(comparisons=not no_comparison)
        write_report(work, patient_id, out, parts, as_json)


def _row(one: PatientRecord) -> dict[str, object]:
    return {"patient_id": one.patient_id, **one.facts}
