"""What a signature would stand for, and what it would leave open, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vein_imaging.domain.quantity import plain
from vein_imaging.words import plural
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.treatment.visit import Visit

__all__ = ["left_open", "to_be_signed"]


def to_be_signed(visit: Visit) -> tuple[str, ...]:
    """What the session holds, one sentence for each kind of entry.

    Parameters
    ----------
    visit : Visit

    Returns
    -------
    tuple of str
        Every injection with its strength, form and volume; of the others how many.
    """
    session, table = visit.session, visit.rules.table
    lines = []
    for number, one in enumerate(session.entries, start=1):
        given = one.injection
        strength = f" {given.concentration}" if given.concentration else ""
        words = _("{number}: {product}{strength} {form}, {ml} mL").format(
            number=number,
            product=table.name(given.product),
            strength=strength,
            form=_(given.form),
            ml=plain(given.volume.ml),
        )
        if given.site:
            words = _("{words}, {site}").format(words=words, site=given.site)
        if one.voided_by is not None:
            words = _("{words} (void: {reason})").format(
                words=words, reason=one.voided_by.reason
            )
        elif one.corrections:
            words = _("{words} (corrected)").format(words=words)
        lines.append(words)
    if not session.entries:
        lines.append(_("No injection"))
    for count, said in (
        (
            len(session.photographs),
            plural("{n} photograph", "{n} photographs", len(session.photographs)),
        ),
        (len(session.notes), plural("{n} note", "{n} notes", len(session.notes))),
        (
            len(session.adverse_events),
            plural("{n} event", "{n} events", len(session.adverse_events)),
        ),
        (len(session.scores), plural("{n} score", "{n} scores", len(session.scores))),
    ):
        if count:
            lines.append(said.format(n=count))
    if session.screening is not None:
        lines.append(_("The screening"))
    return tuple(lines)


def left_open(visit: Visit) -> tuple[str, ...]:
    """What is odd or still due in the session; a signature does not settle it."""
    session = visit.session
    due = [
        _("Injection {number} passes a stop, and no reason is entered").format(
            number=session.entries.index(one) + 1
        )
        for one in session.reasons_due
    ]
    stops = [one for one in visit.checked().findings if one.severity == "stop"]
    return (
        *due,
        *(one.message for one in stops),
        *session.irregularities,
        *visit.warnings,
    )
