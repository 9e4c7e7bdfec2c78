"""The clinic's own limits: they may only tighten the table."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vein_imaging.domain.limits.table import (
    ClinicPolicy,
    Limit,
    LimitTable,
    Product,
    Source,
)
from vein_imaging.domain.moments import date_from_text
from vein_imaging.domain.quantity import decimal_from_text, plain

__all__ = ["tightened"]

_UNITS = {
    "per_injection_volume": "mL",
    "per_session_volume": "mL",
    "per_day_volume": "mL",
    "per_day_mass_per_kg": "mg/kg",
    "sites_per_session": "sites",
    "minimum_interval": "days",
}
_FILE_KEYS = {"clinic", "date", "region", "fraction_rule", "limit"}
_LIMIT_KEYS = {"product", "rule", "maximum", "strengths", "forms"}


def _check_keys(row: Mapping[str, Any], keys: set[str], required: set[str]) -> None:
    unknown = sorted(set(row) - keys)
    if unknown:
        raise ValueError(
            f"clinic file: unknown key {unknown[0]!r}; wanted {', '.join(sorted(keys))}"
        )
    missing = sorted(required - set(row))
    if missing:
        raise ValueError(f"clinic file: {missing[0]!r} is missing")


def _limit(row: Mapping[str, Any], source: Source) -> Limit:
    _check_keys(row, _LIMIT_KEYS, {"product", "rule", "maximum"})
    rule = row["rule"]
    if rule not in _UNITS:
        raise ValueError(
            f"clinic file: a clinic cannot set {rule!r}; wanted one of "
            f"{', '.join(_UNITS)}"
        )
    return Limit(
        rule=rule,
        product=row["product"],
        maximum=decimal_from_text(row["maximum"], f"clinic file: {rule}"),
        unit=_UNITS[rule],
        source=source,
        strengths=tuple(decimal_from_text(s) for s in row.get("strengths", ())),
        forms=tuple(row.get("forms", ())),
        clinic=True,
    )


def _refuse_looser(limit: Limit, product: Product) -> None:
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
        raise ValueError(
            f"clinic file: {limit.product} {limit.rule} {plain(limit.maximum)} "
            f"{limit.unit} would loosen the label's {plain(bound)}; a clinic may only "
            "tighten"
        )


def _overlap(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return not one or not other or not set(one).isdisjoint(other)


def tightened(table: LimitTable, text: str) -> LimitTable:
    """The table with the clinic's own limits beside the label's.

    Parameters
    ----------
    table : LimitTable
    text : str
        TOML with ``clinic``, ``date``, ``region``, an optional ``fraction_rule`` and
        ``[[limit]]`` rows of ``product``, ``rule``, ``maximum`` and, where the figure
        is for some strengths or forms only, ``strengths`` and ``forms``.

    Returns
    -------
    LimitTable
        All limits hold, so the tightest decides.

    Raises
    ------
    ValueError
        If the file is no TOML, has unknown keys, is for another region, or loosens.
    """
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"clinic file: not TOML: {error}") from None
    _check_keys(body, _FILE_KEYS, {"clinic", "date", "region"})
    if body["region"] != table.region:
        raise ValueError(
            f"clinic file: it is for region {body['region']!r}, the check for "
            f"{table.region!r}"
        )
    day = date_from_text(str(body["date"]), "clinic file: date").isoformat()
    source = Source(f"Own limit of {body['clinic']}", "the clinic's file", day)
    products = dict(table.products)
    for row in body.get("limit", ()):
        limit = _limit(row, source)
        known = products.get(limit.product) or Product(
            key=limit.product,
            name=limit.product,
            agent=table.agent(limit.product),
            single_strength=True,
            note="Not in the table of this region.",
        )
        _refuse_looser(limit, known)
        products[limit.product] = replace(known, limits=(*known.limits, limit))
    policy = ClinicPolicy(body["clinic"], day, body.get("fraction_rule", False))
    return replace(table, products=products, policy=policy)
