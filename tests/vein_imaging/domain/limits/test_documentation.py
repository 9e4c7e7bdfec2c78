"""``docs/dose-rules.md`` says what the tables say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vein_imaging.domain.dose import RULES
from vein_imaging.domain.limits import REGIONS, Limit, VeinRange, load_limits
from vein_imaging.domain.quantity import plain
from vein_imaging.domain.screening import screening_table

PAGE = (Path(__file__).parents[4] / "docs" / "dose-rules.md").read_text(
    encoding="utf-8"
)


def vein(of: VeinRange) -> str:
    over = f"over {plain(of.over_mm)} mm" if of.over_mm else ""
    upto = "" if of.up_to_mm is None else f"to {plain(of.up_to_mm)} mm"
    return " ".join(filter(None, (over, upto)))


def limit_row(region: str, limit: Limit) -> str:
    only = [f"{plain(percent)} %" for percent in limit.strengths]
    only += [*limit.forms, vein(limit.vein)]
    only += ["per site"] if limit.per_site else []
    only += ["first treatment"] if limit.first_treatment else []
    only += ["prone to hypersensitivity"] if limit.hypersensitive else []
    figure = f"{plain(limit.maximum)} {limit.unit}"
    what = ", ".join(filter(None, only)) or "all"
    product = limit.product or "(practice)"
    return (
        f"| {region} | {product} | {limit.rule} | {figure} | {what} | {limit.source} |"
    )


def limit_rows() -> Iterator[str]:
    for region in REGIONS:
        for product in load_limits(region).products.values():
            for limit in product.limits:
                yield limit_row(region, limit)
    for limit in load_limits("US").practice:
        yield limit_row("all", limit)


def strength_rows() -> Iterator[str]:
    for region in REGIONS:
        for product in load_limits(region).products.values():
            for row in product.strengths:
                yield (
                    f"| {region} | {product.key} | {plain(row.percent)} % | {row.form} "
                    f"| {vein(row.vein) or 'not stated'} | {row.source} |"
                )


def screening_rows() -> Iterator[str]:
    table = screening_table()
    for one in table.conditions.values():
        foam = one.if_foam if one.if_foam != one.if_yes else ""
        region = ", ".join(f"{key} {value}" for key, value in one.if_region.items())
        again = "yes" if one.each_session else ""
        yield (
            f"| `{one.key}` | {one.asks} | {one.if_yes} | {foam} | {region} "
            f"| {again} | {one.source} |"
        )
    for need in table.requirements.values():
        yield f"| `{need.key}` | {need.asks} | {need.if_missing} | {need.source} |"


@pytest.mark.parametrize(
    "rows", [limit_rows, strength_rows, screening_rows], ids=lambda rows: rows.__name__
)
def test_every_row_of_the_tables_is_on_the_page(rows: object) -> None:
    assert callable(rows)
    missing = [row for row in rows() if row not in PAGE]
    assert missing == []


def test_every_rule_is_on_the_page() -> None:
    caps = {
        *("per_injection_volume", "per_session_volume", "per_day_volume"),
        *("per_day_mass_per_kg", "sites_per_session"),
    }
    for rule in {one.__name__ for one in RULES} - {"over_caps"} | caps:
        assert f"`{rule}`" in PAGE
