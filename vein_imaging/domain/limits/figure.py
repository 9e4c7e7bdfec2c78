"""A figure of a label: what it caps, how gravely, and where it was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from vein_imaging.domain.injection import Form

__all__ = ["Limit", "Severity", "Source", "Usual", "VeinRange"]

Severity = Literal["stop", "warn", "note"]
_A_YEAR_DAYS = 365  # labels are revised about as often


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure was read.

    Parameters
    ----------
    title, address : str
    read_on : str
        Month or day of reading, ISO.
    sure : "verified" or "second-hand"
        Verified: the words were read at the address.
    label_date : str
        Date of the label or paper where it is known, else empty.
    older : bool
        A text is in force that was not read, or that says something else.
    """

    title: str
    address: str
    read_on: str
    sure: str = "verified"
    label_date: str = ""
    older: bool = False

    @property
    def state(self) -> str:
        """How far it can be relied on: "in force", "older" or "second hand"."""
        if self.sure != "verified":
            return "second hand"
        return "older" if self.older else "in force"

    def is_stale(self, today: date) -> bool:
        """Whether it was read more than a year before `today`, a month as its first."""
        year, month, *day = (int(part) for part in self.read_on.split("-"))
        read_on = date(year, month, day[0] if day else 1)
        return (today - read_on).days > _A_YEAR_DAYS

    def __str__(self) -> str:
        dated = f" ({self.label_date})" if self.label_date else ""
        doubt = "" if self.sure == "verified" else f", {self.sure}"
        return f"{self.title}{dated}, {self.address}{doubt}"


@dataclass(frozen=True, slots=True)
class VeinRange:
    """Diameters above `over_mm` and up to and including `up_to_mm`.

    A vein of exactly the border belongs to the smaller class, and so to the lower
    strength.
    """

    over_mm: Decimal = Decimal(0)
    up_to_mm: Decimal | None = None

    def holds(self, diameter_mm: Decimal | None) -> bool:
        """Whether a vein of this diameter may lie in the range; unknown may."""
        if diameter_mm is None:
            return True
        return self.over_mm < diameter_mm and (
            self.up_to_mm is None or diameter_mm <= self.up_to_mm
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One figure of a label, or of the clinic.

    Parameters
    ----------
    rule : str
        The rule it feeds, as ``docs/dose-rules.md`` names it.
    product : str
        Key of the product, or empty for general practice.
    maximum : Decimal
        In `unit`; of an interval, the least.
    unit : str
    source : Source
    severity : "stop", "warn" or "note"
    strengths, forms : tuple
        What it counts; empty counts all.
    vein : VeinRange
        Veins it holds for.
    per_site : bool
        The label gives the figure for a site, so injections at one site add.
    first_treatment, hypersensitive : bool
        Only at the first treatment with the product; only where the patient is prone
        to hypersensitivity.
    clinic : bool
        Set by the clinic's own file.
    also : str
        What another text says beside it, in our words, for the message.
    vein_named : str
        Only for a vein that the site names: ``great saphenous`` or
        ``small saphenous``.
    agent : str
        Of a general figure that is for one substance only.
    """

    rule: str
    product: str
    maximum: Decimal
    unit: str
    source: Source
    severity: Severity = "stop"
    strengths: tuple[Decimal, ...] = ()
    forms: tuple[Form, ...] = ()
    vein: VeinRange = field(default_factory=VeinRange)
    per_site: bool = False
    first_treatment: bool = False
    hypersensitive: bool = False
    clinic: bool = False
    also: str = ""
    vein_named: str = ""
    agent: str = ""

    def counts(self, product: str, percent: Decimal | None, form: Form) -> bool:
        """Whether an injection of this product, strength and form counts for it."""
        return (
            product == self.product
            and (not self.strengths or percent in self.strengths)
            and (not self.forms or form in self.forms)
        )


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in a vein of up to some width: no maximum, a help against slips.

    Parameters
    ----------
    what : "volume" or "strength"
    amount : mL at one injection, or % w/v
    up_to_mm : mm
    agent : str
        The substance it is for; empty for any.
    source : Source
    """

    what: str
    amount: Decimal
    up_to_mm: Decimal
    agent: str
    source: Source
