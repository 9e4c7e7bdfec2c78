"""Weigh, plan, inject, correct, void: what has to do with a dose."""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from vein_imaging.cli.session.shown import dose_row, recorded_row, say_findings
from vein_imaging.cli.store_access import (
    AS_JSON,
    ENTRY_ID,
    REASON,
    StoreAccess,
    say_recorded,
    store_options,
)

if TYPE_CHECKING:
    from vein_imaging.treatment import Given, Needs
    from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.words import translate as _

__all__ = ["correct", "inject", "plan", "void", "weigh"]

_TEXT = (
    ("--product", "product", "Key of the product, or a name of one's own."),
    ("--percent", "concentration_percent", "Strength as injected, % w/v."),
    ("--ml", "volume_ml", "Volume of what leaves the needle."),
    ("--gas", "gas_parts_per_liquid_part", "Gas parts to one of liquid, of foam."),
    ("--vein-mm", "vein_diameter_mm", "Width of the vein, measured standing."),
    ("--batch", "batch", "As printed on the vial."),
    ("--expires", "expires_on", "As printed on the vial: 2027-03-31."),
    ("--site", "site", "Area of the body."),
    ("--stock-percent", "stock_concentration_percent", "Strength in the vial."),
    ("--diluent", "diluent", "Where it was diluted."),
)


def _dose_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the fields of an injection as one `typed`."""

    @functools.wraps(command)
    def with_typed(*args: Any, form: str | None, test_dose: bool, **given: Any) -> Any:
        from vein_imaging.treatment.typed_injection import EntryText

        texts = {name: given.pop(name) or "" for _, name, _ in _TEXT}
        typed = EntryText(form=form or "", test_dose=test_dose, **texts)
        return command(*args, typed=typed, **given)

    for option, name, said in reversed(_TEXT):
        with_typed = click.option(option, name, help=said)(with_typed)
    with_typed = click.option(
        "--form",
        type=click.Choice(["liquid", "foam"]),
        help="As given; there is no default.",
    )(with_typed)
    return click.option("--test-dose", is_flag=True, help="To see the reaction.")(
        with_typed
    )


@click.command()
@click.argument("session_id")
@click.argument("kg")
@REASON
@ENTRY_ID
@store_options
@AS_JSON
def weigh(
    access: StoreAccess,
    session_id: str,
    kg: str,
    reason: str,
    entry_id: str,
    as_json: bool,
) -> None:
    """Enter the weight in KG, as measured just now."""
    from vein_imaging.treatment.typed_injection import EntryText, read_weight

    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        weight = read_weight(EntryText(weight_kg=kg))
        if weight is None:
            raise click.UsageError(_("KG: got nothing, wanted a weight such as 70"))
        visit = work.reopen(session_id)
        done = visit.weigh(weight, reason=reason, entry_id=own_id)
    say_recorded(recorded_row(done, own_id), as_json)


@click.command()
@click.argument("session_id")
@_dose_options
@REASON
@ENTRY_ID
@store_options
@AS_JSON
def plan(
    access: StoreAccess,
    session_id: str,
    typed: EntryText,
    reason: str,
    entry_id: str,
    as_json: bool,
) -> None:
    """Check an injection before the needle and keep the plan; print its entry id.

    A plan with a stop is kept too; exit status 1 says that there is one.
    """
    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        log = work.reopen(session_id).log
        done = log.plan(typed, reason=reason, entry_id=own_id)
    _say(done, own_id, as_json)
    if done.judged is not None and done.judged.stops:
        raise SystemExit(1)


@click.command()
@click.argument("session_id")
@click.option("--plan", "plan_id", help="Entry of the plan it carries out.")
@_dose_options
@REASON
@ENTRY_ID
@store_options
@AS_JSON
def inject(
    access: StoreAccess,
    session_id: str,
    plan_id: str | None,
    typed: EntryText,
    reason: str,
    entry_id: str,
    as_json: bool,
) -> None:
    """Record an injection that was given; print its entry id.

    With a stop nothing is recorded, unless --reason says why it was given all the same.
    """
    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        log = work.reopen(session_id).log
        entry = typed
        if plan_id is not None:
            entry = log.as_planned(plan_id, typed, entry_id=own_id)
        done = log.record(entry, reason=reason, entry_id=own_id, plan_id=plan_id)
    _say(done, own_id, as_json)


@click.command()
@click.argument("session_id")
@click.argument("corrects")
@_dose_options
@click.option("--reason", required=True, help="Why it is corrected.")
@ENTRY_ID
@store_options
@AS_JSON
def correct(
    access: StoreAccess,
    session_id: str,
    corrects: str,
    typed: EntryText,
    reason: str,
    entry_id: str,
    as_json: bool,
) -> None:
    """Say what was really given in entry CORRECTS; what is left out stays as it was."""
    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        log = work.reopen(session_id).log
        right = log.as_given(corrects, typed)
        done = log.correct(corrects, right, reason, entry_id=own_id)
    _say(done, own_id, as_json)


@click.command()
@click.argument("session_id")
@click.argument("voids")
@click.option("--reason", required=True, help="Why it does not hold.")
@ENTRY_ID
@store_options
@AS_JSON
def void(
    access: StoreAccess,
    session_id: str,
    voids: str,
    reason: str,
    entry_id: str,
    as_json: bool,
) -> None:
    """Mark entry VOIDS void. It stays readable and no longer counts."""
    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        done = work.reopen(session_id).log.void(voids, reason, own_id=own_id)
    say_recorded(recorded_row(done, own_id), as_json)


def _say(done: Given | Needs, own_id: str, as_json: bool) -> None:
    row = dose_row(done, own_id)
    if as_json:
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
    elif row["recorded"] == "recorded":
        click.echo(own_id)
        for one in row["findings"]:
            click.echo(f"{one['severity'].upper()}: {one['message']}", err=True)
    else:
        say_findings(row["findings"])
    if row["recorded"] != "recorded":
        why = _("it could not be checked")
        if getattr(done, "signed", False):
            why = _("the session is signed")
        elif any(one["severity"] == "stop" for one in row["findings"]):
            why = _("a stop")
        raise click.ClickException(
            _(
                "nothing was recorded: {why}; if it was given, say why with --reason"
            ).format(why=why)
        )
