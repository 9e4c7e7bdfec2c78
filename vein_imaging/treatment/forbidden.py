"""Which treatments a patient's screening forbids, as every face says first."""

from __future__ import annotations

from collections.abc import Mapping

from vein_imaging.domain.names import printable
from vein_imaging.domain.session import Session
from vein_imaging.treatment.dose_context import stored_screening

__all__ = ["forbidden_treatments"]


def forbidden_treatments(
    sessions: Mapping[str, Session], region: str
) -> tuple[str, ...]:
    """What the patient's screening as last entered forbids, in one sentence each.

    Parameters
    ----------
    sessions : mapping of session id to Session
        The patient's.
    region : str
        Whose rules hold.

    Returns
    -------
    tuple of str
        What forbids any treatment first; then what forbids foam, or one product.
    """
    held = stored_screening(sessions)
    any_, some = [], []
    for one in held.confirmed:
        if one.severity(region, foam=False) == "stop":
            any_.append(f"{one.asks}: do not treat.")
        elif one.severity(region, foam=True) == "stop":
            some.append(f"{one.asks}: no foam.")
        for product, means in one.if_product.items():
            if means == "stop" and one.severity(region, foam=False) != "stop":
                some.append(f"{one.asks}: no {product}.")
    if held.suitable is False:
        any_.append(f"Decided not suitable: {printable(held.reason)}.")
    return (*any_, *some)
