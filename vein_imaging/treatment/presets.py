"""What a product's label names of strength, form and gas: one press fills it in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from vein_imaging.domain.limits import LimitTable, Product, VeinRange
from vein_imaging.domain.quantity import plain
from vein_imaging.words import translate as _

__all__ = ["Preset", "presets"]


@dataclass(frozen=True, slots=True)
class Preset:
    """One strength and form of a label; texts as they would be typed.

    Parameters
    ----------
    concentration_percent : str
    form : "liquid" or "foam"
    gas_parts_per_liquid_part : str
        Where the label or the maker names one ratio for foam made by hand.
    veins : str
        "veins up to 1 mm"; empty where the label has it for any.
    """

    concentration_percent: str
    form: str
    gas_parts_per_liquid_part: str = ""
    veins: str = ""


def presets(table: LimitTable, product: str) -> tuple[Preset, ...]:
    """The strengths and forms of a product's label, the weakest first.

    Empty where the product is not in the table, or its strengths were not read.
    """
    known = table.products.get(product)
    return () if known is None else tuple(dict.fromkeys(_of(known)))


def _of(product: Product) -> Iterator[Preset]:
    mix = product.foam_mix
    one_ratio = mix is not None and len(mix.gas_parts) == 1
    gas = plain(mix.gas_parts[0]) if mix is not None and one_ratio else ""
    for row in sorted(product.strengths, key=lambda one: (one.form, one.percent)):
        by_hand = row.form == "foam" and not product.factory_foam
        yield Preset(
            plain(row.percent), row.form, gas if by_hand else "", _veins(row.vein)
        )


def _veins(vein: VeinRange) -> str:
    over, up_to = vein.over_mm, vein.up_to_mm
    if up_to is None:
        if over == Decimal(0):
            return ""
        return _("veins over {over} mm").format(over=plain(over))
    if over == Decimal(0):
        return _("veins up to {up_to} mm").format(up_to=plain(up_to))
    return _("veins of {over} to {up_to} mm").format(
        over=plain(over), up_to=plain(up_to)
    )
