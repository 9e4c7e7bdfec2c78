"""The limit table as values: products, their strengths and caps, each with a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from vein_imaging.domain.injection import Form, Injection
from vein_imaging.domain.quantity import Concentration

__all__ = [
    "Advice",
    "ClinicPolicy",
    "Limit",
    "LimitTable",
    "Product",
    "Severity",
    "Source",
    "Strength",
    "TestDose",
    "VeinRange",
]

Severity = Literal["stop", "warn", "note"]


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
    """

    title: str
    address: str
    read_on: str
    sure: str = "verified"
    label_date: str = ""

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

    def counts(self, product: str, percent: Decimal | None, form: Form) -> bool:
        """Whether an injection of this product, strength and form counts for it."""
        return (
            product == self.product
            and (not self.strengths or percent in self.strengths)
            and (not self.forms or form in self.forms)
        )


@dataclass(frozen=True, slots=True)
class Strength:
    """A strength on the label, and the form and veins the label has it for."""

    percent: Decimal
    form: Form
    vein: VeinRange
    source: Source


@dataclass(frozen=True, slots=True)
class TestDose:
    """When a label wants a test dose, and how firmly."""

    __test__ = False  # pytest: no test class

    every_session: bool
    severity: Severity
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Advice:
    """Something a label says that is no maximum, in our words."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product of one region.

    Parameters
    ----------
    key, name, agent, atc : str
        `agent` is the substance; `atc` is empty where no code was found.
    strengths : tuple of Strength
        Empty where the label's strengths were not read.
    single_strength : bool
        The concentration need not be stated.
    factory_foam : bool
        Comes as foam: no gas ratio.
    limits : tuple of Limit
    test_dose : TestDose, optional
    advice : tuple of Advice
    note : str
        What is not known of it.
    """

    key: str
    name: str
    agent: str
    atc: str = ""
    strengths: tuple[Strength, ...] = ()
    single_strength: bool = False
    factory_foam: bool = False
    limits: tuple[Limit, ...] = ()
    test_dose: TestDose | None = None
    advice: tuple[Advice, ...] = ()
    note: str = ""

    @property
    def percents(self) -> tuple[Decimal, ...]:
        """The strengths on the label, weakest first, in % w/v."""
        return tuple(sorted({strength.percent for strength in self.strengths}))


@dataclass(frozen=True, slots=True)
class ClinicPolicy:
    """Who tightened the table and when, and whether fractions of caps add."""

    clinic: str
    date: str
    fraction_rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTable:
    """All that a dose is checked against in one region.

    Parameters
    ----------
    region : str
    products : mapping
        By key; those of the region and those known everywhere without limits.
    practice : tuple of Limit
        General figures that are no label's.
    elsewhere : mapping
        Products of other regions by key, strongest first where a key has several: to
        know the substance of what a patient had abroad. Never for a limit.
    version : str
        Hash of the files it was read from, to be kept with every record.
    policy : ClinicPolicy, optional
    """

    region: str
    products: Mapping[str, Product]
    practice: tuple[Limit, ...]
    elsewhere: Mapping[str, Product]
    version: str
    policy: ClinicPolicy | None = None

    def agent(self, product: str) -> str:
        """The substance of a product; an unknown product is its own substance."""
        known = self.products.get(product) or self.elsewhere.get(product)
        return known.agent if known else product

    def percent(self, injection: Injection) -> Decimal | None:
        """Strength of an injection in % w/v, the label's only one where not stated.

        Of a product of another region, or a substance named in place of a product,
        with no strength stated: the strongest known.
        """
        if injection.concentration is not None:
            return injection.concentration.percent
        key = injection.product
        known = self.products.get(key) or self.elsewhere.get(key)
        if known is not None:
            return known.percents[-1] if known.percents else None
        named = (one for one in self.elsewhere.values() if one.agent == key)
        return max((one.percents[-1] for one in named if one.percents), default=None)

    def strength(self, injection: Injection) -> Concentration | None:
        """`percent` as a concentration."""
        percent = self.percent(injection)
        return None if percent is None else Concentration(percent)

    def general(self, rule: str) -> Limit:
        """The general practice figure of a rule.

        Raises
        ------
        KeyError
            If there is none.
        """
        for limit in self.practice:
            if limit.rule == rule:
                return limit
        raise KeyError(rule)

    def mass_limits(self, agent: str) -> tuple[Limit, ...]:
        """The mg/kg limits of a substance: they count all its products."""
        return tuple(
            limit
            for product in self.products.values()
            if product.agent == agent
            for limit in product.limits
            if limit.rule == "per_day_mass_per_kg"
        )
