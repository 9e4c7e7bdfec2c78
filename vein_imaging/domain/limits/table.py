"""The limit table as values: products, their strengths and caps, each with a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from vein_imaging.domain.injection import Form, Injection
from vein_imaging.domain.limits.figure import Limit, Severity, Source, Usual, VeinRange
from vein_imaging.domain.limits.naming import Named, name_product
from vein_imaging.domain.names import compact, printable
from vein_imaging.domain.quantity import Concentration

__all__ = [
    "Advice",
    "ClinicPolicy",
    "FoamMix",
    "Limit",
    "LimitTable",
    "Product",
    "Severity",
    "Source",
    "Strength",
    "TestDose",
    "Usual",
    "VeinRange",
]


@dataclass(frozen=True, slots=True)
class Strength:
    """A strength on the label, and the form and veins the label has it for.

    `inferred`: the label names the vein in words; the millimetres are ours.
    """

    percent: Decimal
    form: Form
    vein: VeinRange
    source: Source
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class TestDose:
    """When a label wants a test dose, and how firmly."""

    every_session: bool
    severity: Severity
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class FoamMix:
    """The parts of gas to one of liquid that the label or the maker names."""

    gas_parts: tuple[Decimal, ...]
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
    foam_mix : FoamMix, optional
        Where the label or the maker says how foam is made.
    foam_mg_per_ml : Decimal, optional
        Drug in 1 mL of factory foam, mg/mL, as its label states it.
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
    foam_mix: FoamMix | None = None
    foam_mg_per_ml: Decimal | None = None

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
    usual : tuple of Usual
    """

    region: str
    products: Mapping[str, Product]
    practice: tuple[Limit, ...]
    elsewhere: Mapping[str, Product]
    version: str
    policy: ClinicPolicy | None = None
    usual: tuple[Usual, ...] = ()

    def agent(self, product: str) -> str:
        """The substance of a product; an unknown product is its own substance."""
        known = self.products.get(product) or self.elsewhere.get(product)
        if known is not None:
            return known.agent
        substances = {one.agent for one in self.elsewhere.values()}
        return product if product in substances else compact(product) or product

    def knows(self, product: str) -> bool:
        """Whether the product stands in the table of this or another region."""
        return product in self.products or product in self.elsewhere

    def name(self, product: str) -> str:
        """What a person calls a product: the label's name, or what was typed."""
        known = self.products.get(product) or self.elsewhere.get(product)
        return known.name if known else printable(product)

    def read_name(self, injection: Injection) -> Named:
        """Which product the name of an injection means; see `name_product`.

        The bare name of a substance means the product of the region that comes in
        this form; a gas ratio says that foam was made by hand.
        """
        if self.knows(injection.product):
            return Named(injection.product)
        agents = {key: one.agent for key, one in self.products.items()}
        preferred: dict[str, list[str]] = {}
        for agent in set(agents.values()):
            meant = [one for one in self.products.values() if one.agent == agent]
            if injection.foam_ratio is not None:
                meant = [one for one in meant if not one.factory_foam] or meant
            same = [
                one
                for one in meant
                if not one.strengths
                or any(row.form == injection.form for row in one.strengths)
            ]
            preferred[agent] = [one.key for one in same or meant]
        return name_product(
            injection.product, agents, self.elsewhere, preferred=preferred
        )

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

    def strength(self, injection: Injection) -> Concentration:
        """`percent` as a concentration; where nothing is known, the undiluted drug."""
        percent = self.percent(injection)
        return Concentration(Decimal(100) if percent is None else percent)

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
