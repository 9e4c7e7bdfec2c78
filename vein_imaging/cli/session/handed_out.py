"""What the patient takes home, and what is printed of a session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vein_imaging.cli.store_access import AS_JSON, StoreAccess, store_options
from vein_imaging.durable import write_durably
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.treatment import AtWork
    from vein_imaging.treatment.on_paper.read_course import CourseParts
    from vein_imaging.treatment.on_paper.take_home import Booking

__all__ = [
    "aftercare",
    "calendar",
    "report",
    "sheet",
    "write_report",
    "write_whole",
]


@click.command()
@click.argument("session_id")
@store_options
@AS_JSON
def aftercare(access: StoreAccess, session_id: str, as_json: bool) -> None:
    """Say by date what the patient is asked to do after the last injection."""
    with access.at_work() as work:
        visit = work.reopen(session_id)
        lines = visit.aftercare()
        due = visit.next_appointment
    rows = [
        {
            "key": one.key,
            "text": one.text,
            "from": one.from_on.isoformat(),
            "until": None if one.until_on is None else one.until_on.isoformat(),
        }
        for one in lines
    ]
    if as_json:
        planned = None if due is None else due.planned_on.isoformat()
        whole = {"aftercare": rows, "next_session_on": planned}
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    for row in rows:
        until = row["until"] or _("no end")
        text = str(row["text"])
        click.echo(
            _("{first} to {until:<10}  {text}").format(
                first=row["from"], until=until, text=_(text)
            )
        )
    if due is not None:
        click.echo(
            _("Next session: {planned}, not before {earliest}").format(
                planned=due.planned_on, earliest=due.earliest_on
            )
        )


_OUT: dict[str, Any] = {
    "required": True,
    "type": click.Path(dir_okay=False, path_type=Path),
}
_AT = click.option("--at", metavar="TIME", help="Of the next appointment: 10:30.")
_ON = click.option("--on", metavar="DAY", help="Where it is not the planned day.")


@click.command()
@click.argument("session_id")
@click.option("--out", help="The page: .pdf, or .html with its pictures in it.", **_OUT)
@click.option("--no-comparison", is_flag=True, help="Compare no photographs.")
@store_options
@AS_JSON
def report(
    access: StoreAccess, session_id: str, out: Path, no_comparison: bool, as_json: bool
) -> None:
    """Print one session as PDF or HTML: what was seen, given, found and agreed."""
    from vein_imaging.treatment.on_paper.read_course import CourseParts

    with access.at_work() as work:
        patient_id = work.reopen(session_id).head.patient_id
        parts = CourseParts(session_id, comparisons=not no_comparison)
        write_report(work, patient_id, out, parts, as_json)


def write_report(
    work: AtWork, patient_id: str, out: Path, parts: CourseParts, as_json: bool
) -> None:
    """Print a course or a session into a file, and say what is on it."""
    from vein_imaging.treatment.on_paper.print_course import page_format, print_report

    try:
        form = page_format(out.name)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    printed = print_report(work, patient_id, form, parts)
    write_whole(out, printed.page)
    row = {
        "file": str(out),
        "sessions": printed.sessions,
        "injections": printed.injections,
        "photographs": printed.photographs,
        "comparisons": list(printed.verdicts),
    }
    click.echo(json.dumps(row, indent=2) if as_json else str(out))


def write_whole(out: Path, content: bytes) -> None:
    """Write a file that is whole or absent, for this user's eyes; make its folder."""
    out.parent.mkdir(parents=True, exist_ok=True)
    write_durably(out, content)


@click.command()
@click.argument("session_id")
@click.option("--out", help="The sheet (PDF).", **_OUT)
@_AT
@_ON
@store_options
@AS_JSON
def sheet(
    access: StoreAccess,
    session_id: str,
    out: Path,
    at: str | None,
    on: str | None,
    as_json: bool,
) -> None:
    """Print the patient's sheet: aftercare by date, warning signs, appointments."""
    from vein_imaging.report.patient_sheet import render_sheet
    from vein_imaging.treatment.on_paper.take_home import patient_sheet

    with access.at_work() as work:
        made = patient_sheet(work.reopen(session_id), _booking(at, on))
        write_whole(out, render_sheet(made))
    if not made.phone:
        click.echo(
            _(
                "Warning: the clinic's telephone number is not known: fill it in by"
                " hand, or let the owner write it with store clinic --phone"
            ),
            err=True,
        )
    row = {"file": str(out), "phone": made.phone, "appointments": made.appointments}
    click.echo(json.dumps(row, indent=2) if as_json else str(out))


@click.command()
@click.argument("session_id")
@click.option("--out", help="The calendar (.ics).", **_OUT)
@_AT
@_ON
@store_options
@AS_JSON
def calendar(
    access: StoreAccess,
    session_id: str,
    out: Path,
    at: str | None,
    on: str | None,
    as_json: bool,
) -> None:
    """Write the sessions ahead as a calendar file; --at says their time."""
    from vein_imaging.report.calendar_file import calendar_file
    from vein_imaging.treatment.on_paper.take_home import appointment_entries

    with access.at_work() as work:
        visit = work.reopen(session_id)
        entries = appointment_entries(visit, _booking(at, on))
        write_whole(out, calendar_file(entries, visit.record.now()))
    row = {
        "file": str(out),
        "appointments": [one.starts.isoformat() for one in entries],
    }
    click.echo(json.dumps(row, indent=2) if as_json else str(out))


def _booking(at: str | None, on: str | None) -> Booking:
    from vein_imaging.treatment.on_paper.take_home import read_booking

    return read_booking(at or "", on or "")
