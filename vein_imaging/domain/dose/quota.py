"""The quantities a limit caps: how much was used, is planned and is left.

Every cap is counted here once; the rules, what remains and the largest volume that
still fits all read the same sums.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

from vein_imaging.domain.dose.context import DoseContext, site_key
from vein_imaging.domain.dose.finding import Remaining
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import Limit
from vein_imaging.domain.moments import local_date
from vein_imaging.domain.quantity import EXACT, Mass, rounded

__all__ = ["Quota", "drug_mg", "has_label_limit", "quotas", "volume_ml"]

_SESSION, _DAY, _INJECTION = "session", "day", "injection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One cap, counted.

    Parameters
    ----------
    limit : Limit
    scope, product, unit : str
    day : date, optional
        Of a cap of the day: which.
    used, planned, maximum : Fraction
        Exact, in `unit`.
    per_ml : Fraction
        How much of it one millilitre of the planned injection takes; 0 where the
        volume does not matter.
    """

    limit: Limit
    scope: str
    product: str
    used: Fraction
    planned: Fraction
    maximum: Fraction
    per_ml: Fraction
    unit: str
    day: date | None = None

    @property
    def exceeded(self) -> bool:
        """Whether used and planned together pass the maximum; equal does not."""
        return self.used + self.planned > self.maximum

    @property
    def left(self) -> Fraction:
        """What is left before the planned injection, never below 0."""
        return max(self.maximum - self.used, Fraction(0))

    def printed(self) -> Remaining:
        """The same in decimals, rounded where needed against more drug."""
        return Remaining(
            rule=self.limit.rule,
            scope=self.scope,
            product=self.product,
            used=rounded(self.used, up=True),
            planned=rounded(self.planned, up=True),
            maximum=rounded(self.maximum, up=False),
            remaining=rounded(self.left, up=False),
            unit=self.unit,
            source=str(self.limit.source),
        )


def _counted(
    context: DoseContext, limit: Limit, given: Iterable[Injection]
) -> Iterator[Injection]:
    table = context.table
    return (i for i in given if limit.counts(i.product, table.percent(i), i.form))


def _is_first(context: DoseContext, limit: Limit) -> bool:
    """Whether no earlier session gave anything that `limit` counts."""
    return not any(
        any(_counted(context, limit, session.injections)) for session in context.earlier
    )


def volume_ml(given: Iterable[Injection]) -> Fraction:
    """Millilitres of some injections together, exact."""
    total = Decimal(0)
    for injection in given:
        total = EXACT.add(total, injection.volume.ml)
    return Fraction(total)


def drug_mg(context: DoseContext, injection: Injection) -> Fraction:
    """Milligrams of drug in an injection.

    Factory foam of its label's strength holds what its label states; foam of unknown
    ratio counts as if it were all liquid: never too little.
    """
    table = context.table
    key = injection.product
    known = table.products.get(key) or table.elsewhere.get(key)
    strength = table.strength(injection)
    foam_mg = known.foam_mg_per_ml if known and injection.form == "foam" else None
    if known and foam_mg is not None and strength.percent in known.percents:
        return Fraction(injection.volume.ml) * Fraction(foam_mg)
    return Mass.of(injection.volume, strength, injection.foam_ratio).mg


def _at_site(
    context: DoseContext, limit: Limit, injection: Injection
) -> Iterator[Injection]:
    """Given already where `injection` goes, of a label that caps the site."""
    if not (limit.per_site and injection.site):
        return iter(())
    same = context.at_sites.get(site_key(injection.site), ())
    return _counted(context, limit, (i for i in same if i is not injection))


def _per_injection(context: DoseContext, subject: Injection) -> Iterator[Quota]:
    known = context.table.products.get(subject.product)
    if known is None:
        return
    percent = context.table.percent(subject)
    holding = [
        limit
        for limit in known.limits
        if limit.rule == "per_injection_volume"
        and limit.counts(subject.product, percent, subject.form)
        and limit.vein.holds(subject.vein_diameter_mm)
        and (not limit.first_treatment or _is_first(context, limit))
    ]
    own = Fraction(subject.volume.ml)
    is_planned = context.planned is not None
    for limit in _tightest(holding, subject):
        used = volume_ml(_at_site(context, limit, subject))
        yield Quota(
            limit=limit,
            scope=_INJECTION,
            product=subject.product,
            used=used if is_planned else used + own,
            planned=own if is_planned else Fraction(0),
            maximum=Fraction(limit.maximum),
            per_ml=Fraction(1),
            unit=limit.unit,
        )


def _tightest(holding: Iterable[Limit], subject: Injection) -> list[Limit]:
    """The least figure of each kind: of the label and of the clinic, of the site.

    A figure for a vein that the site names goes before the general one of its form,
    and only where the width was measured.
    """
    vein = _vein_named(subject)
    groups: dict[tuple[bool, bool], list[Limit]] = {}
    for limit in holding:
        if limit.vein_named in ("", vein):
            groups.setdefault((limit.clinic, limit.per_site), []).append(limit)
    chosen = []
    for limits in groups.values():
        named = [limit for limit in limits if limit.vein_named]
        chosen.append(min(named or limits, key=lambda limit: limit.maximum))
    return chosen


_SMALL = re.compile(r"\b(?:ssv|vsp|(?:small|short|lesser) saphenous|saphena parva)\b")
_GREAT = re.compile(r"\b(?:gsv|vsm|(?:great|long) saphenous|saphena magna)\b")
_BRANCH = re.compile(r"\b(?:tributar|branch|perforat|accessory|reticular|spider)")


def _vein_named(subject: Injection) -> str:
    """The trunk that the site names, where the vein was measured; else nothing."""
    if subject.site is None or subject.vein_diameter_mm is None:
        return ""
    site = site_key(subject.site)
    if _BRANCH.search(site):
        return ""
    if _SMALL.search(site):
        return "small saphenous"
    return "great saphenous" if _GREAT.search(site) else ""


def _volumes(context: DoseContext, subject: Injection) -> Iterator[Quota]:
    """Millilitres in the session and on the day."""
    known = context.table.products.get(subject.product)
    percent = context.table.percent(subject)
    day = local_date(subject.at, context.zone)
    scopes = {
        "per_session_volume": (_SESSION, None, context.current.injections),
        "per_day_volume": (_DAY, day, context.given_with(subject)),
    }
    for limit in known.limits if known else ():
        if limit.rule not in scopes:
            continue
        if not limit.counts(subject.product, percent, subject.form):
            continue
        scope, of_day, given = scopes[limit.rule]
        yield Quota(
            limit=limit,
            scope=scope,
            product=subject.product,
            used=volume_ml(_counted(context, limit, given)),
            planned=Fraction(subject.volume.ml if context.planned else 0),
            maximum=Fraction(limit.maximum),
            per_ml=Fraction(1),
            unit=limit.unit,
            day=of_day,
        )


def _masses(context: DoseContext, subject: Injection) -> Iterator[Quota]:
    """Milligrams of the substance on the day, over all its products and strengths."""
    if context.weight is None:
        return
    agent = context.table.agent(subject.product)
    for limit in context.table.mass_limits(agent):
        used = sum(
            (
                drug_mg(context, injection)
                for injection in context.given_with(subject)
                if context.table.agent(injection.product) == agent
            ),
            Fraction(0),
        )
        mg = drug_mg(context, subject) if context.planned else Fraction(0)
        yield Quota(
            limit=limit,
            scope=_DAY,
            product=subject.product,
            used=used,
            planned=mg,
            maximum=Fraction(limit.maximum) * Fraction(context.weight.kg),
            per_ml=mg / Fraction(subject.volume.ml),
            unit="mg",
            day=local_date(subject.at, context.zone),
        )


def _sites(context: DoseContext, subject: Injection) -> Iterator[Quota]:
    known = context.table.products.get(subject.product)
    percent = context.table.percent(subject)
    prone = context.screening is not None and context.screening.hypersensitive
    for limit in known.limits if known else ():
        if limit.rule != "sites_per_session":
            continue
        if not limit.counts(subject.product, percent, subject.form):
            continue
        if limit.first_treatment and not _is_first(context, limit):
            continue
        if limit.hypersensitive and not prone:
            continue
        given = list(_counted(context, limit, context.current.injections))
        if limit.unit == "injections":
            used, new = len(given), 1
        else:
            named = {site_key(i.site) for i in given if i.site}
            used = len(named) + sum(1 for injection in given if not injection.site)
            new = 0 if subject.site and site_key(subject.site) in named else 1
        yield Quota(
            limit=limit,
            scope=_SESSION,
            product=subject.product,
            used=Fraction(used),
            planned=Fraction(new if context.planned else 0),
            maximum=Fraction(limit.maximum),
            per_ml=Fraction(0),
            unit=limit.unit,
        )


def _foam_practice(context: DoseContext, subject: Injection) -> Iterator[Quota]:
    """The general foam figure, only where the label has no cap for foam."""
    if subject.form != "foam" or has_label_limit(context, subject, foam=True):
        return
    limit = context.table.general("per_session_volume")
    foams = (i for i in context.current.injections if i.form == "foam")
    yield Quota(
        limit=limit,
        scope=_SESSION,
        product=subject.product,
        used=volume_ml(foams),
        planned=Fraction(subject.volume.ml if context.planned else 0),
        maximum=Fraction(limit.maximum),
        per_ml=Fraction(1),
        unit=limit.unit,
    )


def has_label_limit(
    context: DoseContext, injection: Injection, *, foam: bool = False
) -> bool:
    """Whether the label caps what such an injection adds up to.

    Parameters
    ----------
    context : DoseContext
    injection : Injection
    foam : bool
        Ask for a cap on the volume of foam in particular.
    """
    table = context.table
    known = table.products.get(injection.product)
    if known is None:
        return False
    percent = table.percent(injection)
    volume = any(
        limit.rule in ("per_session_volume", "per_day_volume")
        and not limit.clinic
        and limit.counts(injection.product, percent, injection.form)
        and (not foam or "foam" in limit.forms)
        for limit in known.limits
    )
    if volume or foam:
        return volume
    return any(not limit.clinic for limit in table.mass_limits(known.agent))


_Counter = Callable[[DoseContext, Injection], Iterator[Quota]]
_TOTALS: tuple[_Counter, ...] = (_volumes, _masses, _sites, _foam_practice)


def quotas(context: DoseContext) -> tuple[Quota, ...]:
    """Every cap that bears on the planned injection, or on the session as it stands.

    Returns
    -------
    tuple of Quota
        Each once, in the order of the rule table. Counted once for a context.
    """
    kept = context.kept.get("quotas")
    if kept is None:
        kept = context.kept["quotas"] = tuple(_quotas(context))
    return cast(tuple[Quota, ...], kept)


def _quotas(context: DoseContext) -> Iterable[Quota]:
    found: dict[Quota, None] = {}
    seen: set[tuple[object, ...]] = set()
    for subject in context.subjects:
        alike = (
            *(subject.product, context.table.percent(subject), subject.form),
            *(subject.volume.ml, subject.vein_diameter_mm, subject.site),
        )
        if alike not in seen:  # the same again counts the same
            seen.add(alike)
            found.update(dict.fromkeys(_per_injection(context, subject)))
    for count in _TOTALS:
        for subject in context.kinds:
            found.update(dict.fromkeys(count(context, subject)))
    return found
