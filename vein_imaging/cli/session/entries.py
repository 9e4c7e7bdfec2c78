"""Note, photograph, adverse event, outcome score and signature."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any, get_args

import click

from vein_imaging.cli.session.shown import recorded_row
from vein_imaging.cli.store_access import (
    AS_JSON,
    ENTRY_ID,
    REASON,
    StoreAccess,
    say_recorded,
    store_options,
)
from vein_imaging.domain.session import Light, Meaning, Pose

__all__ = ["event", "note", "photograph", "score", "sign"]


@click.command()
@click.argument("session_id")
@click.argument("text")
@click.option("--about", help="Entry it speaks of.")
@REASON
@ENTRY_ID
@store_options
@AS_JSON
def note(
    access: StoreAccess,
    session_id: str,
    text: str,
    about: str | None,
    reason: str,
    entry_id: str,
    as_json: bool,
) -> None:
    """Enter a note: TEXT."""
    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        visit = work.reopen(session_id)
        done = visit.note(text, about=about, reason=reason, entry_id=own_id)
    say_recorded(recorded_row(done, own_id), as_json)


@click.command()
@click.argument("session_id")
@click.argument("source")
@click.option(
    "--light", type=click.Choice(get_args(Light)), required=True, help="Of the picture."
)
@click.option(
    "--pose", type=click.Choice(get_args(Pose)), required=True, help="Of the patient."
)
@click.option("--view", required=True, help='Leg and side: "left lateral".')
@click.option("--after", is_flag=True, help="Taken after injecting.")
@click.option(
    "--mm-per-pixel",
    type=click.FloatRange(min=0, min_open=True),
    help="Scale on the skin, where it is known.",
)
@REASON
@ENTRY_ID
@store_options
@AS_JSON
def photograph(
    access: StoreAccess,
    session_id: str,
    source: str,
    light: Light,
    pose: Pose,
    view: str,
    after: bool,
    mm_per_pixel: float | None,
    reason: str,
    entry_id: str,
    as_json: bool,
) -> None:
    """Keep the next picture of SOURCE, a camera's address or a picture file.

    A file is kept as a recording, the drawn leg as a drawing.
    """
    from vein_devices import open_camera
    from vein_devices.cameras import what_it_shows
    from vein_devices.errors import DeviceAddressError, DeviceError
    from vein_imaging.treatment.photographs import Circumstances

    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        visit = work.reopen(session_id)
        try:
            with open_camera(source) as camera:
                frame = camera.read()
        except DeviceAddressError as error:
            raise click.UsageError(str(error)) from error
        except DeviceError as error:
            raise click.ClickException(str(error)) from error
        own_scale = getattr(frame.truth, "mm_per_pixel", None)
        how = Circumstances(
            light,
            pose,
            " ".join(view.split()).lower(),
            "after" if after else "before",
        )
        done = visit.photographs.take(
            frame.pixels,
            how,
            mm_per_pixel or own_scale,
            shows=what_it_shows(source),
            reason=reason,
            entry_id=own_id,
        )
        image: Any = done.entry.body
    change = image.get("change", {}).get("body", image)
    row = {**recorded_row(done, own_id), "image_id": change["image_id"]}
    say_recorded(row, as_json)


@click.command("event")
@click.argument("session_id")
@click.argument("what")
@click.option("--grade", type=click.IntRange(1, 5), required=True, help="1 mild.")
@click.option(
    "--days-ago", type=click.IntRange(min=0), default=0, help="Since it began."
)
@click.option("--site", help="Of the injections.")
@click.option("--injection", "injection_entry", help="Entry that it follows.")
@click.option("--batch", help="Of the vial.")
@click.option("--resolved", is_flag=True, help="It is over today.")
@click.option("--reported", is_flag=True, help="To the authority.")
@click.option("--text", default="", help="In words.")
@REASON
@ENTRY_ID
@store_options
@AS_JSON
def event(
    access: StoreAccess,
    session_id: str,
    what: str,
    grade: int,
    days_ago: int,
    resolved: bool,
    reason: str,
    entry_id: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Report an adverse event: WHAT is its kind, such as staining or ulceration."""
    from vein_imaging.domain.adverse_events import AdverseEvent, adverse_event_kinds

    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        visit = work.reopen(session_id)
        reported = AdverseEvent(
            entry_id=own_id,
            what=what,
            onset_on=visit.today - timedelta(days=days_ago),
            grade=grade,
            resolved_on=visit.today if resolved else None,
            **given,
        )
        done = visit.report_event(reported, reason=reason)
    kind = adverse_event_kinds()[what]
    row = {
        **recorded_row(done, own_id),
        "urgency": kind.urgency,
        "action": kind.action,
        "follow_up_on": [day.isoformat() for day in reported.follow_up_on],
    }
    say_recorded(row, as_json)
    if not as_json:
        click.echo(f"{kind.urgency}: {kind.action}", err=True)


@click.command()
@click.argument("session_id")
@click.option("--photograph", type=click.IntRange(1, 5), help="1 worse, 5 cleared.")
@click.option("--cleared-percent", help="Of vessel length.")
@click.option("--satisfaction", type=click.IntRange(1, 5), help="The patient's.")
@click.option("--blinded", is_flag=True, help="Not knowing which picture came first.")
@REASON
@ENTRY_ID
@store_options
@AS_JSON
def score(
    access: StoreAccess,
    session_id: str,
    photograph: int | None,
    cleared_percent: str | None,
    satisfaction: int | None,
    blinded: bool,
    reason: str,
    entry_id: str,
    as_json: bool,
) -> None:
    """Score how the last treatment before today turned out."""
    from vein_imaging.domain.exact import decimal_from_text

    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        cleared: Decimal | None = None
        if cleared_percent is not None:
            cleared = decimal_from_text(cleared_percent, "cleared-percent")
        done = work.reopen(session_id).score(
            photograph=photograph,
            cleared_percent=cleared,
            satisfaction=satisfaction,
            blinded=blinded,
            reason=reason,
            entry_id=own_id,
        )
    say_recorded(recorded_row(done, own_id), as_json)


@click.command()
@click.argument("session_id")
@click.option(
    "--meaning",
    type=click.Choice(get_args(Meaning)),
    default="performed",
    show_default=True,
    help="What you vouch for.",
)
@ENTRY_ID
@store_options
@AS_JSON
def sign(
    access: StoreAccess,
    session_id: str,
    meaning: Meaning,
    entry_id: str,
    as_json: bool,
) -> None:
    """Sign exactly the entries so far; asks for your own password again."""
    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        visit = work.reopen(session_id)
        signed = visit.sign(access.password(), meaning=meaning, entry_id=own_id)
    row = {
        "recorded": "recorded",
        "repeated": False,
        "entry_id": own_id,
        "kind": signed.kind,
        "seq": signed.seq,
        "at": signed.at.isoformat(timespec="seconds"),
        "author": signed.author,
        "meaning": signed.body.get("meaning", "performed"),
        "entries": signed.body["entries"],
        "digest": signed.body["digest"],
    }
    click.echo(json.dumps(row, indent=2) if as_json else own_id)
