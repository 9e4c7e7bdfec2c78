"""Rows and lines that the session commands print; `docs/commands.schema.json`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from vein_imaging.domain.dose.finding import Finding, Remaining
from vein_imaging.domain.quantity import plain

if TYPE_CHECKING:
    from vein_imaging.storage.entries.ledger import StoredEvent
    from vein_imaging.treatment import Given, Needs, Visit, Written
from vein_imaging.words import translate as _

__all__ = [
    "dose_row",
    "entry_line",
    "entry_row",
    "finding_row",
    "recorded_row",
    "remaining_row",
    "say_findings",
    "session_row",
    "visit_row",
]


def finding_row(one: Finding) -> dict[str, str | None]:
    """A finding, every number as text."""
    return {
        "rule": one.rule,
        "severity": one.severity,
        "scope": one.scope,
        "product": one.product,
        "used": None if one.used is None else plain(one.used),
        "planned": None if one.planned is None else plain(one.planned),
        "maximum": None if one.maximum is None else plain(one.maximum),
        "remaining": None if one.remaining is None else plain(one.remaining),
        "unit": one.unit,
        "source": one.source,
        "message": one.message,
    }


def remaining_row(one: Remaining) -> dict[str, str]:
    """What is left of a limit, every number as text."""
    return {
        "rule": one.rule,
        "scope": one.scope,
        "product": one.product,
        "used": plain(one.used),
        "planned": plain(one.planned),
        "maximum": plain(one.maximum),
        "remaining": plain(one.remaining),
        "unit": one.unit,
    }


def recorded_row(done: Written, own_id: str) -> dict[str, Any]:
    """An entry that is in the record."""
    return {
        "recorded": "recorded",
        "repeated": done.repeated,
        "entry_id": own_id,
        "kind": done.entry.kind,
        "seq": done.entry.seq,
        "at": done.entry.at.isoformat(timespec="seconds"),
        "author": done.entry.author,
    }


def dose_row(done: Given | Needs, own_id: str) -> dict[str, Any]:
    """The outcome of a plan, an injection or a correction, with what was found."""
    judged = done.judged
    found = {
        "findings": [finding_row(one) for one in judged.findings] if judged else [],
        "remaining": [remaining_row(one) for one in judged.quantities]
        if judged
        else [],
    }
    recorded = getattr(done, "recorded", None)
    if recorded is None:
        return {"recorded": "not recorded", "entry_id": own_id, **found}
    return {**recorded_row(recorded, own_id), **found}


def say_findings(rows: Iterable[dict[str, Any]]) -> None:
    """Print findings, the worst first, each with its source."""
    for row in rows:
        click.echo(f"{row['severity'].upper():4}  {row['message']}")
        click.echo(
            _("      {rule}; source: {source}").format(
                rule=row["rule"], source=row["source"]
            )
        )


def session_row(visit: Visit) -> dict[str, Any]:
    """One session of a patient's list."""
    held = visit.session
    return {
        "session_id": visit.head.session_id,
        "started": visit.started.isoformat(timespec="seconds"),
        "author": visit.head.author,
        "visit": held.opened.visit if held.opened else None,
        "signed": held.is_signed,
        "injections": len(held.injections),
        "photographs": len(held.photographs),
    }


def visit_row(visit: Visit) -> dict[str, Any]:
    """A session that was just begun, and what the plan says."""
    due = visit.next_appointment
    return {
        **session_row(visit),
        "patient_id": visit.head.patient_id,
        "region": visit.rules.table.region,
        "timezone": str(visit.rules.zone),
        "limits_version": visit.rules.table.version,
        "session_of_plan": due.number if due else None,
        "planned_on": due.planned_on.isoformat() if due else None,
        "not_before": due.earliest_on.isoformat() if due else None,
        "warnings": list(visit.warnings),
    }


def entry_row(entry: StoredEvent, called_wrong: Collection[datetime]) -> dict[str, Any]:
    """One entry as it stands in the ledger.

    Parameters
    ----------
    entry : StoredEvent
    called_wrong : collection of datetime
        Times of the ledger that a person has called wrong: nobody is blamed for
        standing before them.
    """
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="seconds"),
        "author": entry.author,
        "kind": entry.kind,
        "body": entry.body,
        "clock_set_back": entry.clock_set_back and entry.latest_at not in called_wrong,
    }


def entry_line(row: dict[str, Any]) -> str:
    """The same in one line."""
    body = row["body"]
    injection = body.get("injection")
    said = injection if isinstance(injection, dict) else body
    about = ", ".join(
        f"{key} {value}"
        for key, value in said.items()
        if isinstance(value, str) and key not in ("id", "at", "timezone", "digest")
    )
    own_id = (
        f"{body['entry_id']}: " if "entry_id" not in said and "entry_id" in body else ""
    )
    flag = "  [clock set back]" if row["clock_set_back"] else ""
    who = f"{row['author']:<12} {row['kind']:<12}"
    return f"{row['seq']:>6}  {row['at']}  {who} {own_id}{about}{flag}"
