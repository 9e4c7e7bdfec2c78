"""Reading limit tables: strictly, and no figure without its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any

from vein_imaging.domain.limits.clinic import tightened
from vein_imaging.domain.limits.table import (
    Advice,
    FoamMix,
    Limit,
    LimitTable,
    Product,
    Source,
    Strength,
    TestDose,
    Usual,
    VeinRange,
)
from vein_imaging.domain.quantity import decimal_from_text

__all__ = ["REGIONS", "load_limits"]

#: Regions with a limit table.
REGIONS: tuple[str, ...] = (
    *("US", "UK", "IE", "DE", "AT", "CH", "FR"),
    *("IT", "ES", "AU", "CA"),
)

_SOURCE_KEYS = {"title", "address", "read_on", "sure", "label_date", "older"}
_LIMIT_KEYS = {
    *("rule", "maximum", "unit", "source", "severity", "strengths", "forms"),
    *("over_mm", "up_to_mm", "per_site", "first_treatment", "hypersensitive"),
    *("also", "vein_named", "agent"),
}
_STRENGTH_KEYS = {"percent", "form", "over_mm", "up_to_mm", "source", "inferred"}
_PRODUCT_KEYS = {
    *("key", "name", "agent", "atc", "note", "single_strength", "factory_foam"),
    *("strengths", "limits", "test_dose", "advice", "foam_mix", "foam_mg_per_ml"),
}
_FILE_KEYS = {"region", "source", "product", "practice", "usual"}
_USUAL_KEYS = {"what", "amount", "up_to_mm", "agent", "source"}


def _only(row: Mapping[str, Any], keys: set[str], where: str) -> Mapping[str, Any]:
    unknown = sorted(set(row) - keys)
    if unknown:
        raise ValueError(f"{where}: unknown key {unknown[0]!r}")
    return row


def _source(
    row: Mapping[str, Any], sources: Mapping[str, Source], where: str
) -> Source:
    try:
        return sources[row["source"]]
    except KeyError:
        raise ValueError(
            f"{where}: no source; every figure names a [source.*] of its file"
        ) from None


def _vein(row: Mapping[str, Any]) -> VeinRange:
    upper = row.get("up_to_mm")
    return VeinRange(
        decimal_from_text(row.get("over_mm", "0"), "over_mm"),
        None if upper is None else decimal_from_text(upper, "up_to_mm"),
    )


def _limit(
    row: Mapping[str, Any], product: str, sources: Mapping[str, Source]
) -> Limit:
    where = f"{product or 'practice'}, {row.get('rule')}"
    _only(row, _LIMIT_KEYS, where)
    return Limit(
        rule=row["rule"],
        product=product,
        maximum=decimal_from_text(row["maximum"], f"{where}: maximum"),
        unit=row["unit"],
        source=_source(row, sources, where),
        severity=row.get("severity", "stop"),
        strengths=tuple(decimal_from_text(s) for s in row.get("strengths", ())),
        forms=tuple(row.get("forms", ())),
        vein=_vein(row),
        per_site=row.get("per_site", False),
        first_treatment=row.get("first_treatment", False),
        hypersensitive=row.get("hypersensitive", False),
        also=row.get("also", ""),
        vein_named=row.get("vein_named", ""),
        agent=row.get("agent", ""),
    )


def _product(row: Mapping[str, Any], sources: Mapping[str, Source]) -> Product:
    key = row["key"]
    _only(row, _PRODUCT_KEYS, key)
    test, mix = row.get("test_dose"), row.get("foam_mix")
    foam_mg = row.get("foam_mg_per_ml")
    strengths = tuple(
        Strength(
            decimal_from_text(entry["percent"], f"{key}: percent"),
            entry["form"],
            _vein(entry),
            _source(entry, sources, f"{key} {entry['percent']} %"),
            entry.get("inferred", False),
        )
        for entry in row.get("strengths", ())
        if _only(entry, _STRENGTH_KEYS, key)
    )
    return Product(
        key=key,
        name=row["name"],
        agent=row["agent"],
        atc=row.get("atc", ""),
        strengths=strengths,
        single_strength=row.get("single_strength", False)
        or len({entry.percent for entry in strengths}) == 1,
        factory_foam=row.get("factory_foam", False),
        limits=tuple(_limit(entry, key, sources) for entry in row.get("limits", ())),
        test_dose=None
        if test is None
        else TestDose(
            test["every_session"],
            test["severity"],
            test["text"],
            _source(test, sources, f"{key}, test_dose"),
        ),
        advice=tuple(
            Advice(entry["text"], _source(entry, sources, f"{key}, advice"))
            for entry in row.get("advice", ())
        ),
        note=row.get("note", ""),
        foam_mix=None
        if mix is None
        else FoamMix(
            tuple(decimal_from_text(one, f"{key}, foam_mix") for one in mix["parts"]),
            _source(mix, sources, f"{key}, foam_mix"),
        ),
        foam_mg_per_ml=None
        if foam_mg is None
        else decimal_from_text(foam_mg, f"{key}, foam_mg_per_ml"),
    )


@dataclass(frozen=True, slots=True)
class TableFile:
    """What one file holds.

    Parameters
    ----------
    region : str
    products : tuple of Product
    practice : tuple of Limit
    usual : tuple of Usual
    """

    region: str
    products: tuple[Product, ...]
    practice: tuple[Limit, ...]
    usual: tuple[Usual, ...]


def _usual(row: Mapping[str, Any], sources: Mapping[str, Source]) -> Usual:
    where = f"usual {row.get('what')}"
    _only(row, _USUAL_KEYS, where)
    return Usual(
        row["what"],
        decimal_from_text(row["amount"], where),
        decimal_from_text(row["up_to_mm"], where),
        row.get("agent", ""),
        _source(row, sources, where),
    )


def read_table(text: str) -> TableFile:
    """Region, products, practice and usual figures of one file.

    Parameters
    ----------
    text : str
        TOML as in ``vein_imaging/domain/limits/us.toml``.

    Raises
    ------
    ValueError
        If a key is unknown or a figure has no source.
    """
    body = _only(tomllib.loads(text), _FILE_KEYS, "limit table")
    sources = {
        key: Source(**_only(row, _SOURCE_KEYS, f"source.{key}"))
        for key, row in body.get("source", {}).items()
    }
    products = tuple(_product(row, sources) for row in body.get("product", ()))
    practice = tuple(_limit(row, "", sources) for row in body.get("practice", ()))
    usual = tuple(_usual(row, sources) for row in body.get("usual", ()))
    return TableFile(body["region"], products, practice, usual)


@lru_cache(maxsize=1)
def _shipped() -> dict[str, str]:
    folder = resources.files("vein_imaging.domain") / "limits"
    return {
        name: (folder / f"{name.lower()}.toml").read_text(encoding="utf-8")
        for name in (*REGIONS, "practice")
    }


@lru_cache(maxsize=64)
def load_limits(region: str, clinic: str | None = None) -> LimitTable:
    """The limits of a region, tightened by the clinic's own where it has some.

    Parameters
    ----------
    region : str
        One of `REGIONS`.
    clinic : str, optional
        Text of the clinic's TOML file; see ``docs/dose-rules.md``.

    Returns
    -------
    LimitTable
        The same object for the same arguments.

    Raises
    ------
    ValueError
        If the region is unknown, or the clinic's file is wrong or would loosen a limit.
    """
    if region not in REGIONS:
        raise ValueError(f"region: got {region!r}, wanted one of {', '.join(REGIONS)}")
    texts = _shipped()
    read = {name: read_table(text) for name, text in texts.items()}
    general = read["practice"]
    elsewhere: dict[str, Product] = {}
    for name in REGIONS:
        for product in read[name].products:
            known = elsewhere.get(product.key)
            if known is None or known.percents[-1:] < product.percents[-1:]:
                elsewhere[product.key] = product
    digest = sha256()
    for text in (texts[region], texts["practice"], clinic or ""):
        digest.update(text.encode())
        digest.update(b"\0")
    held = (*read[region].products, *general.products)
    table = LimitTable(
        region=region,
        products={product.key: product for product in held},
        practice=general.practice,
        elsewhere=elsewhere,
        version=f"{region} sha256:{digest.hexdigest()}",
        usual=general.usual,
    )
    return table if clinic is None else tightened(table, clinic)
