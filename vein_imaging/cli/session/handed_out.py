"""What the patient takes home, and what is printed of a session."""

from __future__ import annotations

import json
from pathlib import Path

import click

from vein_imaging.cli.store_access import AS_JSON, StoreAccess, store_options
from vein_imaging.words import translate as _

__all__ = ["aftercare", "report"]


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


@click.command()
@click.argument("session_id")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page (HTML), with its pictures in it.",
)
@click.option("--no-comparison", is_flag=True, help="Compare no photographs.")
@store_options
@AS_JSON
def report(
    access: StoreAccess, session_id: str, out: Path, no_comparison: bool, as_json: bool
) -> None:
    """Write a page of one session, to be printed: what was seen, given and found."""
    from vein_imaging.treatment.session_page import session_page

    with access.at_work() as work:
        visit = work.reopen(session_id)
        written = session_page(
            visit, checkpoint=work.checkpoint(), compared=not no_comparison
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")
    part.write_text(written.page, "utf-8")
    part.replace(out)
    row = {
        "file": str(out),
        "injections": written.injections,
        "photographs": written.photographs,
        "comparison": written.comparison,
    }
    click.echo(json.dumps(row, indent=2) if as_json else str(out))
