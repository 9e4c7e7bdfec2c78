"""The group, and its commands that begin, list and show sessions."""

from __future__ import annotations

import json
from typing import Any

import click

from vein_imaging.cli.session.doses import (
    correct,
    inject,
    plan,
    void,
    weigh,
)
from vein_imaging.cli.session.entries import event, note, photograph, score, sign
from vein_imaging.cli.session.handed_out import aftercare, calendar, report, sheet
from vein_imaging.cli.session.screening import screen
from vein_imaging.cli.session.shown import (
    entry_line,
    entry_row,
    session_row,
    visit_row,
)
from vein_imaging.cli.store_access import (
    AS_JSON,
    ENTRY_ID,
    StoreAccess,
    store_options,
)
from vein_imaging.words import plural
from vein_imaging.words import translate as _

__all__ = ["session"]


@click.group()
def session() -> None:
    """Start, fill in, sign and hand out the sessions of a patient."""


@session.command("list")
@click.argument("patient_id")
@store_options
@AS_JSON
def list_sessions(access: StoreAccess, patient_id: str, as_json: bool) -> None:
    """List a patient's sessions, the oldest first."""
    with access.at_work() as work:
        found = work.sessions(patient_id)
        visits = [work.reopen(one.session_id) for one in found]
        rows = [session_row(visit) for visit in visits]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        signed = _("signed") if row["signed"] else _("open")
        given = plural("{count} injection", "{count} injections", row["injections"])
        click.echo(
            f"{row['session_id']}  {row['started']}  {row['author']:<12} {signed:<7} "
            + given.format(count=row["injections"])
        )


@session.command("start")
@click.argument("patient_id")
@click.option("--needle", default="", help="Syringe and needle gauge.")
@click.option(
    "--kit/--no-kit", default=None, help="Whether the resuscitation kit is at hand."
)
@click.option("--region", help="Whose limits hold, where the owner has not said.")
@click.option("--timezone", help="The clinic's, where the owner has not said.")
@ENTRY_ID
@store_options
@AS_JSON
def start_session_command(
    access: StoreAccess,
    patient_id: str,
    needle: str,
    kit: bool | None,
    region: str | None,
    timezone: str | None,
    entry_id: str,
    as_json: bool,
) -> None:
    """Begin a session of the plan, now; print its id."""
    if (region is None) != (timezone is None):
        raise click.UsageError(_("--region and --timezone go together"))
    with access.at_work(region, timezone) as work:
        visit = work.start_session(
            patient_id, needle=needle, resuscitation_kit=kit, entry_id=entry_id
        )
        row = visit_row(visit)
    click.echo(json.dumps(row, indent=2) if as_json else row["session_id"])


@session.command("show")
@click.argument("session_id")
@store_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def show_session(access: StoreAccess, session_id: str, as_json: bool) -> None:
    """Show every entry of a session in the order written."""
    with access.at_work() as work:
        visit = work.reopen(session_id)
        wrong = work.times_called_wrong
        rows: list[dict[str, Any]] = [
            entry_row(entry, wrong)
            for entry in visit.record.history.events
            if entry.session_id == session_id
        ]
        warnings = visit.warnings
    for warning in warnings:
        click.echo(_("Warning: {warning}").format(warning=warning), err=True)
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else entry_line(row))


for _command in (
    *(screen, weigh, plan, inject, correct, void),
    *(note, photograph, event, score, sign, aftercare, report, sheet, calendar),
):
    session.add_command(_command)
