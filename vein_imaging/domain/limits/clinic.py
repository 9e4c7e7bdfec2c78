"""The clinic's own limits: they may only tighten the table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from vein_imaging.domain.limits.naming import Named, name_product
from vein_imaging.domain.limits.table import (
    ClinicPolicy,
    Limit,
    LimitTable,
    Product,
    Source,
)
from vein_imaging.domain.moments import date_from_text
from vein_imaging.domain.quantity import decimal_from_text, plain

__all__ = ["ClinicFileError", "tightened"]

_UNITS = {
    "per_injection_volume": "mL",
    "per_session_volume": "mL",
    "per_day_volume": "mL",
    "per_day_mass_per_kg": "mg/kg",
    "sites_per_session": "sites",
    "minimum_interval": "days",
}
_FORMS = ("liquid", "foam")
_FILE_KEYS = {"clinic", "date", "region", "fraction_rule", "limit"}
_LIMIT_KEYS = {"product", "rule", "maximum", "strengths", "forms", "own_agent"}


class ClinicFileError(ValueError):
    """The clinic's file is wrong: where, what came, what was wanted."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Where things stand in the file, for the messages: TOML readers do not say."""

    lines: tuple[str, ...]

    def limit(self, number: int) -> int:
        """Line of the n-th ``[[limit]]``, counted from 0."""
        heads = [
            line
            for line, text in enumerate(self.lines, 1)
            if re.match(r"\s*\[\[\s*limit\s*\]\]", text)
        ]
        return heads[number] if number < len(heads) else 1

    def key(self, key: str, number: int | None = None) -> str:
        """``clinic file, line 7: `` of a key, of the file or of its n-th limit."""
        start = 1 if number is None else self.limit(number)
        for line, text in enumerate(self.lines[start - 1 :], start):
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", text):
                return f"clinic file, line {line}: "
            if line > start and re.match(r"\s*\[", text):
                break
        return f"clinic file, line {start}: "


def _check_keys(
    row: Mapping[str, Any],
    keys: set[str],
    required: set[str],
    places: _Places,
    number: int | None = None,
) -> None:
    unknown = sorted(set(row) - keys)
    if unknown:
        raise ClinicFileError(
            f"{places.key(unknown[0], number)}unknown key {unknown[0]!r}; wanted "
            f"{', '.join(sorted(keys))}"
        )
    missing = sorted(required - set(row))
    if missing:
        raise ClinicFileError(f"{places.key('', number)}{missing[0]!r} is missing")


def _product(row: Mapping[str, Any], table: LimitTable, where: str) -> str:
    """Key of the product that a row names, or its own name for an own agent."""
    text = row["product"]
    known = ", ".join((*table.products, *sorted(set(table.elsewhere))))
    if not isinstance(text, str) or not text.strip():
        raise ClinicFileError(f"{where}product: got {text!r}, wanted one of {known}")
    agents = {key: one.agent for key, one in table.products.items()}
    of: dict[str, list[str]] = {}
    for key, agent in agents.items():
        of.setdefault(agent, []).append(key)
    named = (
        Named(text)
        if table.knows(text)
        else name_product(text, agents, table.elsewhere, preferred=of)
    )
    if named.doubt or named.percents:
        doubt = f"nearly {named.key}" if named.doubt else "a name with a strength in it"
        raise ClinicFileError(
            f"{where}product: got {text!r}, {doubt}; wanted one of {known}"
        )
    own = row.get("own_agent", False)
    if not isinstance(own, bool):
        raise ClinicFileError(f"{where}own_agent: got {own!r}, wanted true or false")
    if not table.knows(named.key) and not own:
        raise ClinicFileError(
            f"{where}product: got {text!r}, which is not known; wanted one of {known}. "
            "For an agent of the clinic's own, which no table holds, write "
            "own_agent = true"
        )
    return named.key


def _strengths(
    row: Mapping[str, Any], product: Product | None, where: str
) -> tuple[Decimal, ...]:
    raw = row.get("strengths", ())
    if not isinstance(raw, list | tuple):
        raise ClinicFileError(
            f'{where}strengths: got {raw!r}, wanted a list such as ["1"]'
        )
    read = tuple(_number(one, f"{where}strengths") for one in raw)
    labelled = product.percents if product else ()
    for percent in read:
        if labelled and percent not in labelled:
            wanted = ", ".join(f'"{plain(one)}"' for one in labelled)
            raise ClinicFileError(
                f"{where}strengths: got {plain(percent)} %, wanted one of the label's: "
                f"{wanted}"
            )
    return read


def _forms(row: Mapping[str, Any], where: str) -> tuple[Any, ...]:
    raw = row.get("forms", ())
    if not isinstance(raw, list | tuple) or any(one not in _FORMS for one in raw):
        raise ClinicFileError(
            f'{where}forms: got {raw!r}, wanted some of "liquid", "foam"'
        )
    return tuple(raw)


def _number(raw: Any, name: str) -> Decimal:
    try:
        return decimal_from_text(raw, name)
    except TypeError as error:
        raise ClinicFileError(str(error)) from None


def _limit(
    row: Any, number: int, table: LimitTable, source: Source, places: _Places
) -> Limit:
    if not isinstance(row, Mapping):
        raise ClinicFileError(f"{places.key('limit')}limit: wanted [[limit]] rows")
    _check_keys(row, _LIMIT_KEYS, {"product", "rule", "maximum"}, places, number)
    rule = row["rule"]
    if rule not in _UNITS:
        raise ClinicFileError(
            f"{places.key('rule', number)}a clinic cannot set {rule!r}; wanted one of "
            f"{', '.join(_UNITS)}"
        )
    product = _product(row, table, places.key("product", number))
    known = table.products.get(product)
    where = places.key("maximum", number)
    maximum = _number(row["maximum"], f"{where}{rule}")
    if not maximum:
        raise ClinicFileError(f"{where}{rule}: got 0, wanted more than 0")
    return Limit(
        rule=rule,
        product=product,
        maximum=maximum,
        unit=_UNITS[rule],
        source=source,
        strengths=_strengths(row, known, places.key("strengths", number)),
        forms=_forms(row, places.key("forms", number)),
        clinic=True,
    )


def _refuse_looser(limit: Limit, product: Product, where: str) -> None:
    """A figure above all of the label's that it stands beside would change nothing."""
    beside = [
        label.maximum
        for label in product.limits
        if label.rule == limit.rule
        and not label.first_treatment
        and _overlap(limit.strengths, label.strengths)
        and _overlap(limit.forms, label.forms)
    ]
    if not beside:
        return
    if limit.rule == "minimum_interval":
        looser, bound = limit.maximum < min(beside), min(beside)
    else:
        looser, bound = limit.maximum > max(beside), max(beside)
    if looser:
        raise ClinicFileError(
            f"{where}{limit.product} {limit.rule} {plain(limit.maximum)} "
            f"{limit.unit} would loosen the label's {plain(bound)}; a clinic may only "
            "tighten"
        )


def _overlap(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return not one or not other or not set(one).isdisjoint(other)


def _head(body: Mapping[str, Any], table: LimitTable, places: _Places) -> ClinicPolicy:
    """Who tightened the table, when, and whether fractions add."""
    _check_keys(body, _FILE_KEYS, {"clinic", "date", "region"}, places)
    if body["region"] != table.region:
        raise ClinicFileError(
            f"{places.key('region')}it is for region {body['region']!r}, the check for "
            f"{table.region!r}"
        )
    clinic, fractions = body["clinic"], body.get("fraction_rule", False)
    if not isinstance(clinic, str) or not clinic.strip():
        raise ClinicFileError(
            f"{places.key('clinic')}clinic: got {clinic!r}, wanted a name"
        )
    if not isinstance(fractions, bool):
        raise ClinicFileError(
            f"{places.key('fraction_rule')}fraction_rule: got {fractions!r}, wanted "
            "true or false"
        )
    try:
        day = date_from_text(str(body["date"]), f"{places.key('date')}date").isoformat()
    except ValueError as error:
        raise ClinicFileError(str(error)) from None
    return ClinicPolicy(clinic, day, fractions)


def tightened(table: LimitTable, text: str) -> LimitTable:
    """The table with the clinic's own limits beside the label's.

    Parameters
    ----------
    table : LimitTable
    text : str
        TOML with ``clinic``, ``date``, ``region``, an optional ``fraction_rule`` and
        ``[[limit]]`` rows of ``product``, ``rule``, ``maximum`` and, where the figure
        is for some strengths or forms only, ``strengths`` and ``forms``. An agent that
        no table holds needs ``own_agent = true``.

    Returns
    -------
    LimitTable
        All limits hold, so the tightest decides.

    Raises
    ------
    ClinicFileError
        With the line: if the file is no TOML, has unknown keys, names no known product,
        strength or form, is for another region, or loosens.
    """
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClinicFileError(f"clinic file: not TOML: {error}") from None
    except RecursionError:
        raise ClinicFileError("clinic file: not TOML: nested too deep") from None
    places = _Places(tuple(text.splitlines()))
    policy = _head(body, table, places)
    source = Source(f"Own limit of {policy.clinic}", "the clinic's file", policy.date)
    products = dict(table.products)
    rows = body.get("limit", [])
    if not isinstance(rows, list):
        raise ClinicFileError(f"{places.key('limit')}limit: wanted [[limit]] rows")
    for number, row in enumerate(rows):
        limit = _limit(row, number, table, source, places)
        known = products.get(limit.product) or Product(
            key=limit.product,
            name=table.name(limit.product),
            agent=table.agent(limit.product),
            single_strength=True,
            note="Not in the table of this region.",
        )
        _refuse_looser(limit, known, places.key("maximum", number))
        products[limit.product] = replace(known, limits=(*known.limits, limit))
    return replace(table, products=products, policy=policy)
