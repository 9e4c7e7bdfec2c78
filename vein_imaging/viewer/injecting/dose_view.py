"""What the dose panel says, as plain values: no Qt, no arithmetic on doses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vein_imaging.words import translate as _

__all__ = [
    "DoseLine",
    "DoseView",
    "RoomView",
    "Verdict",
    "checking",
    "no_room_known",
    "not_checked",
    "nothing_typed",
]

Verdict = Literal["none", "ok", "warn", "stop"]


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One limit and how much of it is used; every number is text, never rounded.

    Parameters
    ----------
    label : str
        "Asclera, this session".
    used, planned, maximum, remaining : str
        Plain decimals; `remaining` is before the planned injection.
    unit : str
        "mL", "mg", "mg/kg", "sites".
    """

    label: str
    used: str
    planned: str
    maximum: str
    remaining: str
    unit: str


@dataclass(frozen=True, slots=True)
class RoomView:
    """How much still fits of what is typed.

    Parameters
    ----------
    fits : str
        "9.4 mL", "none" or a dash.
    of : str
        "of 10 mL; at once 0.3 mL", or why there is no figure.
    span : str
        "this session" or "today": what the limit that binds counts.
    """

    fits: str
    of: str
    span: str = ""


@dataclass(frozen=True, slots=True)
class DoseView:
    """The answer to "may I give this?", the most important first.

    Parameters
    ----------
    verdict : "none", "ok", "warn" or "stop"
        Chooses the colour; `headline` says the same in words.
    headline : str
        "STOP: over the maximum for one injection".
    messages : tuple of str
        One sentence for each finding, the worst first, with its source.
    lines : tuple of DoseLine
        The limits that bind, the closest first; the first is shown large.
    """

    verdict: Verdict
    headline: str
    messages: tuple[str, ...] = ()
    lines: tuple[DoseLine, ...] = ()


def nothing_typed() -> DoseView:
    """The answer while the form is not filled in."""
    return DoseView("none", _("Type the next injection to check it"))


def not_checked() -> DoseView:
    """The answer while something typed cannot be read."""
    return DoseView("none", _("NOT CHECKED \N{EM DASH} correct what is marked red"))


def checking() -> DoseView:
    """The answer while the answer is not there yet."""
    return DoseView("none", _("Checking\N{HORIZONTAL ELLIPSIS}"))


def no_room_known() -> RoomView:
    """What still fits while the product is not chosen."""
    return RoomView("\N{EN DASH}", _("choose a product and its strength"))
