"""`vein-imaging session`: a patient's sessions, and one session as it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from vein_imaging.cli.store_access import StoreAccess, store_options
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.storage import StoredEvent

__all__ = ["session"]


@click.group()
def session() -> None:
    """Show the sessions in a store. Every reading is logged."""


@session.command("list")
@click.argument("patient_id")
@store_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_sessions(access: StoreAccess, patient_id: str, as_json: bool) -> None:
    """List the sessions of a patient, the oldest first."""
    with access.signed_in() as signed_in:
        found = signed_in.sessions(patient_id)
    rows = [
        {
            "session_id": one.session_id,
            "started": one.started_at.isoformat(timespec="seconds"),
            "author": one.author,
        }
        for one in found
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['session_id']}  {row['started']}  {row['author']}")


@session.command("show")
@click.argument("session_id")
@store_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def show(access: StoreAccess, session_id: str, as_json: bool) -> None:
    """Show every entry of a session, in the order in which it was written."""
    with access.signed_in() as signed_in:
        entries = signed_in.events(session_id)
    for entry in entries:
        click.echo(_as_json(entry) if as_json else _as_line(entry))


def _as_json(entry: StoredEvent) -> str:
    row = {
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="seconds"),
        "author": entry.author,
        "kind": entry.kind,
        "body": entry.body,
        "clock_set_back": entry.clock_set_back,
    }
    return json.dumps(row, ensure_ascii=False)


def _as_line(entry: StoredEvent) -> str:
    injection = entry.body.get("injection")
    said = injection if isinstance(injection, dict) else entry.body
    about = ", ".join(
        f"{key} {value}"
        for key, value in said.items()
        if isinstance(value, str) and key not in ("id", "entry_id", "at", "timezone")
    )
    flag = "  " + _("[clock set back]") if entry.clock_set_back else ""
    at = entry.at.isoformat(timespec="seconds")
    return f"{entry.seq:>6}  {at}  {entry.author:<12} {entry.kind:<12} {about}{flag}"
