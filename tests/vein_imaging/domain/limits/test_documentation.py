"""``docs/dose-rules.md`` says what the tables say, no more and no less.

``VEIN_WRITE_DOCS=1 pytest tests/vein_imaging/domain/limits/test_documentation.py``
writes the generated parts of the page anew.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vein_imaging.domain.dose import RULES
from vein_imaging.domain.limits import REGIONS, Limit, Source, VeinRange, load_limits
from vein_imaging.domain.quantity import plain
from vein_imaging.domain.screening import screening_table

PAGE = Path(__file__).parents[4] / "docs" / "dose-rules.md"
Rows = Callable[[], Iterator[str]]


def vein(of: VeinRange) -> str:
    over = f"over {plain(of.over_mm)} mm" if of.over_mm else ""
    upto = "" if of.up_to_mm is None else f"to {plain(of.up_to_mm)} mm"
    return " ".join(filter(None, (over, upto)))


def read(source: Source) -> str:
    return f"{source} | {source.read_on} | {source.state}"


def limit_row(region: str, limit: Limit) -> str:
    only = [f"{plain(percent)} %" for percent in limit.strengths]
    only += [limit.agent, *limit.forms, vein(limit.vein)]
    only += [f"{limit.vein_named} vein named"] if limit.vein_named else []
    only += ["per site"] if limit.per_site else []
    only += ["first treatment"] if limit.first_treatment else []
    only += ["prone to hypersensitivity"] if limit.hypersensitive else []
    figure = f"{plain(limit.maximum)} {limit.unit}"
    what = ", ".join(filter(None, only)) or "all"
    product = limit.product or "(practice)"
    severity = "" if limit.severity == "stop" else f" ({limit.severity})"
    return (
        f"| {region} | {product} | {limit.rule}{severity} | {figure} | {what} "
        f"| {read(limit.source)} |"
    )


def figures() -> Iterator[str]:
    yield "| region | product | rule | figure | counts | source | read | state |"
    yield "|---|---|---|---|---|---|---|---|"
    for region in REGIONS:
        for product in load_limits(region).products.values():
            for limit in product.limits:
                yield limit_row(region, limit)
            if product.foam_mix:
                parts = " or ".join(
                    f"1 + {plain(p)}" for p in product.foam_mix.gas_parts
                )
                yield (
                    f"| {region} | {product.key} | gas ratio (warn) | {parts} | foam "
                    f"| {read(product.foam_mix.source)} |"
                )
            if product.foam_mg_per_ml:
                yield (
                    f"| {region} | {product.key} | drug in foam "
                    f"| {plain(product.foam_mg_per_ml)} mg/mL | foam "
                    f"| {read(product.limits[0].source)} |"
                )
    for limit in load_limits("US").practice:
        yield limit_row("all", limit)


def unread() -> Iterator[str]:
    yield "| region | product | what is not known |"
    yield "|---|---|---|"
    for region in REGIONS:
        for product in load_limits(region).products.values():
            if not product.limits or product.note:
                yield f"| {region} | {product.key} | {product.note} |"


def strengths() -> Iterator[str]:
    yield "| region | product | strength | form | vein | source | read | state |"
    yield "|---|---|---|---|---|---|---|---|"
    for region in REGIONS:
        for product in load_limits(region).products.values():
            for row in product.strengths:
                ours = " (our reading)" if row.inferred else ""
                yield (
                    f"| {region} | {product.key} | {plain(row.percent)} % | {row.form} "
                    f"| {vein(row.vein) or 'not stated'}{ours} | {read(row.source)} |"
                )


def screening() -> Iterator[str]:
    table = screening_table()
    yield (
        "| key | asked | yes means | for foam | in a region, for a product "
        "| each session | source | read | state |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in table.conditions.values():
        foam = one.if_foam if one.if_foam != one.if_yes else ""
        region = ", ".join(
            f"{key} {value}"
            for key, value in (*one.if_region.items(), *one.if_product.items())
        )
        again = "yes" if one.each_session else ""
        yield (
            f"| `{one.key}` | {one.asks} | {one.if_yes} | {foam} | {region} "
            f"| {again} | {read(one.source)} |"
        )
    yield ""
    yield "| must stand before an injection | | if missing | source | read | state |"
    yield "|---|---|---|---|---|---|"
    for need in table.requirements.values():
        missing = f"{need.asks} | {need.if_missing} | {read(need.source)}"
        yield f"| `{need.key}` | {missing} |"


GENERATED: dict[str, Rows] = {
    "figures": figures,
    "unread": unread,
    "strengths": strengths,
    "screening": screening,
}


@pytest.mark.parametrize("name", GENERATED)
def test_the_page_has_the_rows_of_the_table_and_no_others(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    part = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    wanted = "".join(f"{row}\n" for row in GENERATED[name]())
    if os.environ.get("VEIN_WRITE_DOCS"):
        page = part.sub(lambda found: found[1] + wanted + found[2], page)
        PAGE.write_text(page, encoding="utf-8")
    found = part.search(page)
    assert found, f"docs/dose-rules.md has no part {name}"
    assert found[0].splitlines()[1:-1] == wanted.splitlines()


def test_every_rule_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    caps = {
        *("per_injection_volume", "per_session_volume", "per_day_volume"),
        *("per_day_mass_per_kg", "sites_per_session"),
    }
    parts = {
        "over_caps",
        "foam_ratio_not_on_label",
        "weight_implausible",
        "gas_ratio_unknown",
    }  # findings of other names
    for rule in {one.__name__ for one in RULES} - parts | caps:
        assert f"`{rule}`" in page


def test_every_figure_has_a_source_a_date_and_a_state() -> None:
    for region in REGIONS:
        for product in load_limits(region).products.values():
            for limit in product.limits:
                source = limit.source
                assert source.title
                assert source.address
                assert re.fullmatch(r"2\d{3}-\d\d(-\d\d)?", source.read_on)
                assert source.state in ("in force", "older", "second hand")
