"""What a label names is offered, no more and no less."""

from __future__ import annotations

import pytest

from vein_imaging.domain.limits import REGIONS, load_limits
from vein_imaging.domain.quantity import plain
from vein_imaging.treatment.presets import Preset, presets


def test_the_strengths_of_a_label_come_with_form_and_veins() -> None:
    assert presets(load_limits("US"), "asclera") == (
        Preset("0.5", "liquid", "", "veins up to 1 mm"),
        Preset("1", "liquid", "", "veins of 1 to 3 mm"),
    )


def test_a_foam_from_the_factory_has_no_ratio() -> None:
    (only,) = presets(load_limits("US"), "varithena")
    assert (only.form, only.gas_parts_per_liquid_part) == ("foam", "")


def test_an_unknown_product_has_none() -> None:
    assert presets(load_limits("US"), "glycerin of the pharmacy") == ()


@pytest.mark.parametrize("region", REGIONS)
def test_every_preset_is_on_its_label_and_each_is_there_once(region: str) -> None:
    table = load_limits(region)
    for key, product in table.products.items():
        offered = presets(table, key)
        assert len(set(offered)) == len(offered)
        on_label = {(plain(row.percent), row.form) for row in product.strengths}
        named = {(one.concentration_percent, one.form) for one in offered}
        assert named == on_label, key
