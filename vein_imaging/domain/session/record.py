"""From a checked plan to the entry that is kept."""

from __future__ import annotations

from vein_imaging.domain.dose import DoseContext, check_dose
from vein_imaging.domain.session.events import Injected, Mark, Planned

__all__ = ["plan_entry", "record"]


def plan_entry(
    context: DoseContext, *, entry_id: str, mark: Mark | None = None
) -> Planned:
    """The entry of a plan with all that was shown.

    Raises
    ------
    ValueError
        If nothing is planned.
    """
    if context.planned is None:
        raise ValueError("plan_entry: nothing is planned")
    return Planned(
        entry_id=entry_id,
        injection=context.planned,
        limits_version=context.table.version,
        findings=check_dose(context),
        mark=mark,
    )


def record(
    context: DoseContext,
    *,
    entry_id: str,
    reason: str = "",
    plan_id: str | None = None,
    mark: Mark | None = None,
) -> Injected:
    """The entry of an injection that was given: never refused.

    Parameters
    ----------
    context : DoseContext
        As it was before the injection, with the injection as `planned`.
    entry_id : str
    reason : str
        Why it was given past a stop. Where it is due and missing the entry says so
        (`Injected.reason_due`), and so does its session (`Session.reasons_due`) until a
        note about the entry, or a correction of it, gives it.
    plan_id : str, optional
    mark : Mark, optional

    Returns
    -------
    Injected
        With every finding, the version of the limits, and the weight used.

    Raises
    ------
    ValueError
        If the context has no injection.
    """
    if context.planned is None:
        raise ValueError("record: no injection given; pass it as context.planned")
    return Injected(
        entry_id=entry_id,
        injection=context.planned,
        limits_version=context.table.version,
        findings=check_dose(context),
        reason=reason,
        weight=context.weight,
        plan_id=plan_id,
        mark=mark,
    )
