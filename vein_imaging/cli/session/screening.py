"""`session screen`: ask, and enter what was answered."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import get_args

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
from vein_imaging.domain.ceap import CEAP_CLASSES
from vein_imaging.domain.screening import (
    Answer,
    Doppler,
    Screening,
    screening_table,
)
from vein_imaging.words import translate as _

__all__ = ["screen"]

_CONSENTS = ("treatment", "photographs", "foam", "marketing")


def _answers(texts: tuple[str, ...], others_no: bool, so_far: Screening) -> Screening:
    known = screening_table().conditions
    answers: dict[str, Answer] = dict(so_far.answers)
    if others_no:
        answers |= {key: "no" for key in known if key not in answers}
    for text in texts:
        key, _sign, said = text.partition("=")
        if said not in get_args(Answer):
            raise click.UsageError(
                _(
                    "--answer: got {text!r}, wanted QUESTION=yes, no or unknown, such"
                    " as pregnancy=no"
                ).format(text=text)
            )
        answers[key] = "yes" if said == "yes" else "no" if said == "no" else "unknown"
    return replace(so_far, answers=tuple(answers.items()))


@click.command()
@click.argument("session_id")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="QUESTION=ANSWER",
    help="yes, no or unknown; may be repeated. Without any option the questions are "
    "shown.",
)
@click.option("--others-no", is_flag=True, help="All the other questions: no.")
@click.option("--recheck", is_flag=True, help="Asked again today, nothing has changed.")
@click.option("--doppler", type=click.Choice(["normal", "reflux"]), help="Done today.")
@click.option("--ceap-left", type=click.Choice(CEAP_CLASSES), help="Left leg.")
@click.option("--ceap-right", type=click.Choice(CEAP_CLASSES), help="Right leg.")
@click.option(
    "--consent",
    "consents",
    multiple=True,
    type=click.Choice(_CONSENTS),
    help="Given; may be repeated.",
)
@click.option("--suitable/--not-suitable", default=None, help="The decision.")
@click.option("--because", default="", help="Why it was decided so.")
@REASON
@ENTRY_ID
@store_options
@AS_JSON
def screen(
    access: StoreAccess,
    session_id: str,
    answers: tuple[str, ...],
    others_no: bool,
    recheck: bool,
    doppler: str | None,
    ceap_left: str | None,
    ceap_right: str | None,
    consents: tuple[str, ...],
    suitable: bool | None,
    because: str,
    reason: str,
    entry_id: str,
    as_json: bool,
) -> None:
    """Enter the screening as it stands; what is not named stays as it was.

    What is asked at every session is open again on another day unless it was a yes, or
    --recheck says that it was asked.
    """
    changed = (answers, others_no, recheck, doppler, ceap_left, ceap_right, consents)
    own_id = entry_id or uuid.uuid4().hex
    with access.at_work() as work:
        visit = work.reopen(session_id)
        if not any(changed) and suitable is None:
            _show(visit.screening, as_json)
            return
        held = visit.screening if recheck else visit.screening_to_ask
        found = _answers(answers, others_no, held)
        found = replace(
            found,
            ceap_left=ceap_left or found.ceap_left,
            ceap_right=ceap_right or found.ceap_right,
            **{f"consent_{name}": True for name in consents},  # type: ignore[arg-type]
        )
        if doppler is not None:
            result = Doppler(
                result="reflux" if doppler == "reflux" else "normal",
                done_on=visit.today,
                done_by=visit.author,
            )
            found = replace(found, doppler=result)
        if suitable is not None:
            found = replace(
                found, suitable=suitable, reason=because, decided_by=visit.author
            )
        done = visit.screen(found, reason=reason, entry_id=own_id)
    say_recorded(recorded_row(done, own_id), as_json)


def _show(screening: Screening, as_json: bool) -> None:
    given = dict(screening.answers)
    rows = [
        {"question": key, "asks": one.asks, "answer": given.get(key)}
        for key, one in screening_table().conditions.items()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['question']:<26} {row['answer'] or '-':<8} {row['asks']}")
