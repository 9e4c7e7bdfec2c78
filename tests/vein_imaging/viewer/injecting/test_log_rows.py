"""Rows and marks of a session, without a window."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from napari.layers.points._points_constants import Symbol

from vein_imaging.domain.injection import injection_from_json
from vein_imaging.domain.limits import REGIONS, load_limits
from vein_imaging.domain.session import Injected, Mark, Session, fold
from vein_imaging.viewer.injecting.log_rows import rows, site_marks, totals

AT = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)


def session(*products: str, image_id: str = "here") -> Session:
    entries = []
    for number, product in enumerate(products):
        body = {
            "at": AT.isoformat(),
            "product": product,
            "form": "liquid",
            "volume_ml": "0.1",
            "concentration_percent": "0.5",
        }
        entries.append(
            Injected(
                entry_id=str(number),
                injection=injection_from_json(body),
                limits_version="v",
                mark=Mark.at_pixels(image_id, [(2, 6)]),
            )
        )
    return fold(entries)


def test_a_mark_is_drawn_on_its_own_picture_only() -> None:
    given = session("asclera")
    drawn = site_marks(given, ("asclera",), {"0"})
    assert [(entry_id, mark.label) for entry_id, mark in drawn] == [("0", "1")]
    assert site_marks(given, ("asclera",), {"elsewhere"}) == ()


@pytest.mark.parametrize("region", REGIONS)
def test_every_product_has_a_symbol_that_napari_can_draw(region: str) -> None:
    """The fifth one was a pentagon: the session could never be opened again."""
    keys = [*load_limits(region).products, "of the pharmacy", "saline-23.4"]
    marks = site_marks(session(*keys), keys[:-2], {str(n) for n in range(20)})
    assert len(marks) == len(keys)
    for _entry_id, mark in marks:
        Symbol(mark.symbol)


def test_the_list_shows_the_clinics_own_time_and_the_totals() -> None:
    given = session("asclera", "asclera")
    listed = rows(given, {"asclera": "Asclera"}, ZoneInfo("Europe/Berlin"))
    assert [(row.number, row.time) for row in listed] == [
        ("2", "00:30"),
        ("1", "00:30"),
    ]
    assert listed[0].what == "Asclera 0.5 % liquid"
    assert totals(given, {"asclera": "Asclera"}) == "2 sites: 0.2 mL Asclera"
