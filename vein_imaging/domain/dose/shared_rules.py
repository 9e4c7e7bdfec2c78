"""Rules on what adds up: one substance in several products, two substances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from vein_imaging.domain.dose.context import DoseContext
from vein_imaging.domain.dose.finding import Finding, listed
from vein_imaging.domain.dose.quota import drug_mg, quotas, volume_ml
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import Limit
from vein_imaging.domain.quantity import plain, rounded

__all__ = ["shared_maximum", "two_agents"]

_OURS = "This project's own choice, no published rule: shares of the labels' maxima add"


@dataclass(frozen=True, slots=True)
class _Share:
    """What was had of one cap of a session."""

    product: str
    limit: Limit | None
    given: tuple[Injection, ...]

    ml: Fraction

    @property
    def share(self) -> Fraction:
        return self.ml / Fraction(self.limit.maximum) if self.limit else Fraction(0)


def _cap(context: DoseContext, injection: Injection) -> Limit | None:
    """The label's own cap of a session that counts the injection: the least.

    Where the region's label has none, that of the label abroad, then the least of the
    substance here, but neither for a liquid whose milligrams are capped here; foam
    without any is held against the figure of general practice.
    """
    table, percent = context.table, context.table.percent(injection)
    tables = [table.products, table.elsewhere]
    if injection.form == "liquid" and table.mass_limits(table.agent(injection.product)):
        tables.pop()
    for products in tables:
        known = products.get(injection.product)
        caps = [
            limit
            for limit in (known.limits if known else ())
            if limit.rule == "per_session_volume"
            and not limit.clinic
            and limit.counts(injection.product, percent, injection.form)
        ]
        if caps:
            return min(caps, key=lambda limit: limit.maximum)
    alike = _cap_of_substance(context, injection) if len(tables) > 1 else None
    if alike is not None:
        return alike
    return table.general("per_session_volume") if injection.form == "foam" else None


def _cap_of_substance(context: DoseContext, injection: Injection) -> Limit | None:
    """The least cap of the region's products of the same substance and form."""
    agent = context.table.agent(injection.product)
    caps = [
        limit
        for one in context.table.products.values()
        if one.agent == agent and not one.factory_foam
        for limit in one.limits
        if limit.rule == "per_session_volume"
        and not limit.clinic
        and injection.form in (limit.forms or (injection.form,))
    ]
    return min(caps, key=lambda limit: limit.maximum, default=None)


def _shares(context: DoseContext, had: Iterable[Injection]) -> list[_Share]:
    caps: dict[tuple[object, ...], Limit | None] = {}
    grouped: dict[tuple[object, ...], list[Injection]] = {}
    for one in had:
        kind = (one.product, context.table.percent(one), one.form)
        if kind not in caps:
            caps[kind] = _cap(context, one)
        limit = caps[kind]
        own = (one.product, id(limit)) if limit else (*kind, None)
        grouped.setdefault(own, []).append(one)
    return [
        _Share(
            str(key[0]), caps[_kind(context, given[0])], tuple(given), volume_ml(given)
        )
        for key, given in grouped.items()
    ]


def _kind(context: DoseContext, one: Injection) -> tuple[object, ...]:
    return (one.product, context.table.percent(one), one.form)


def _had(context: DoseContext, agent: str) -> tuple[tuple[Injection, ...], bool]:
    """All of a substance in this session, on its day and just before, the plan too.

    Also whether some was had in another session: opening a second one, before or after
    midnight, leaves nothing out.
    """
    own = {id(one): one for one in context.current.injections}
    day = {
        id(one): one
        for subject in context.kinds[:1]
        for one in (*context.given_with(subject), *context.just_before(subject))
        if id(one) not in own and one is not context.subject
    }
    planned = (context.subject,) if context.subject else ()
    agents = context.table.agent
    other = tuple(one for one in day.values() if agents(one.product) == agent)
    here = (*own.values(), *planned)
    return (*other, *(i for i in here if agents(i.product) == agent)), bool(other)


def _is_open(context: DoseContext, one: _Share) -> bool:
    """Whether nothing but the session caps it: then another session starts anew."""
    known = context.table.products.get(one.product)
    form = one.given[0].form
    return not any(
        limit.rule == "per_day_volume" and form in (limit.forms or (form,))
        for limit in (known.limits if known else ())
    )


def shared_maximum(context: DoseContext) -> list[Finding]:
    """One substance in several products, forms or strengths: past their maxima.

    Each label's cap of a session is a whole; what was had of each is a share of it; the
    shares add over all products of the substance, in this session and on its day. Over
    1 is a warning. What a single cap counts alone is its own rule's affair, and
    milligrams add by themselves where a label caps them.
    """
    found = []
    for agent in dict.fromkeys(context.table.agent(i.product) for i in context.kinds):
        had, elsewhere = _had(context, agent)
        shares = _shares(context, had)
        total = sum((one.share for one in shares), Fraction(0))
        if len(shares) == 1 and not (elsewhere and _is_open(context, shares[0])):
            continue  # one cap, which its own rule counts
        if total > 1:
            found.append(_shared(context, agent, shares, total))
    return found


def _shared(
    context: DoseContext, agent: str, shares: list[_Share], total: Fraction
) -> Finding:
    all_ml = sum((one.ml for one in shares), Fraction(0))
    mg = sum(
        (drug_mg(context, one) for share in shares for one in share.given), Fraction(0)
    )
    parts = []
    for one in shares:
        percents = {context.table.percent(i) for i in one.given} - {None}
        strengths = listed([plain(p) for p in sorted(filter(None, percents))], "and")
        what = f" {strengths} %" if strengths else ""
        amount = plain(rounded(one.ml, up=True))
        of = f" of {plain(one.limit.maximum)}" if one.limit else ", no maximum known"
        name = context.table.name(one.product)
        parts.append(f"{name}{what} {one.given[0].form} {amount} mL{of}")
    planned = Fraction(0)
    if context.subject is not None:
        cap = _cap(context, context.subject)
        if cap is not None:
            planned = Fraction(context.subject.volume.ml) / Fraction(cap.maximum)
    used = total - planned
    return Finding(
        rule="shared_maximum",
        severity="warn",
        scope="session",
        product=context.kinds[0].product,
        used=rounded(used, up=True),
        planned=rounded(planned, up=True),
        maximum=Decimal(1),
        remaining=rounded(max(1 - used, Fraction(0)), up=False),
        unit="shares",
        source=_OURS,
        message=f"{agent[0].upper()}{agent[1:]} in all: "
        f"{plain(rounded(all_ml, up=True))} mL, {plain(rounded(mg, up=True))} mg "
        f"({listed(parts)}). Together {plain(rounded(total * 100, up=True))} % of what "
        "the labels allow: no label allows the full amount of each.",
    )


def two_agents(context: DoseContext) -> list[Finding]:
    """A second substance in one session: no label says how the two add.

    Where the clinic has switched its fraction rule on, used / maximum of all session
    caps together may not pass 1.
    """
    table = context.table
    agents: dict[str, str] = {}
    for injection in (*context.current.injections, *context.subjects):
        agents.setdefault(table.agent(injection.product), injection.product)
    if len(agents) < 2 or not context.subjects:
        return []
    product = context.subjects[0].product
    named = [
        f"{table.name(key)} ({agent})" if table.knows(key) else table.name(key)
        for agent, key in agents.items()
    ]
    found = [
        Finding(
            rule="two_agents",
            severity="warn",
            scope="session",
            product=product,
            source="No published rule was found",
            message=f"{listed(named)} in one session: no published rule says "
            "how they add up; each was checked alone.",
        )
    ]
    return found + _fractions(context, product)


def _fractions(context: DoseContext, product: str) -> list[Finding]:
    policy = context.table.policy
    if policy is None or not policy.fraction_rule:
        return []
    used: dict[tuple[object, ...], Fraction] = {}
    for quota in quotas(context.as_given()):
        limit = quota.limit
        if limit.rule == "per_session_volume" and limit.severity == "stop":
            cap = (limit.product, limit.strengths, limit.forms)
            used[cap] = max(used.get(cap, Fraction(0)), quota.used / quota.maximum)
    if sum(used.values()) <= 1:
        return []
    return [
        Finding(
            rule="two_agents",
            severity="stop",
            scope="session",
            product=product,
            source=f"Own rule of {policy.clinic} ({policy.date})",
            message="The clinic adds the fractions of all caps of the session; with "
            "the planned injection they pass 1.",
        )
    ]
