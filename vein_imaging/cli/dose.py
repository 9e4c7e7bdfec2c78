"""`vein-imaging dose`: check a dose document, and show the limits it is checked by."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

from vein_imaging.domain.dose_document import DocumentError, answer, read_document
from vein_imaging.domain.limits import (
    REGIONS,
    Limit,
    LimitTable,
    Product,
    Source,
    Strength,
    VeinRange,
    load_limits,
)
from vein_imaging.domain.moments import date_from_text
from vein_imaging.domain.names import compact
from vein_imaging.domain.quantity import plain
from vein_imaging.words import translate as _

__all__ = ["dose"]

_CLINIC = click.option(
    "--clinic",
    metavar="FILE",
    help="The clinic's own limits (TOML). They can only be tighter than the label's.",
)


_LEAST = ("minimum_interval", "planned_interval")


class _BadInput(click.ClickException):
    """The input is wrong: one line, exit status 2."""

    exit_code = 2


_MOST_BYTES = 32 * 2**20  # some 130,000 injections


def _text(path: str) -> str:
    try:
        with click.open_file(path, "rb") as file:
            content: bytes = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            too_big = _("{path}: over {most} MB; a document of one patient is smaller")
            raise _BadInput(too_big.format(path=path, most=_MOST_BYTES // 2**20))
        return content.decode("utf-8-sig")
    except OSError as error:
        raise _BadInput(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise _BadInput(
            _("{path}: not UTF-8 text at byte {start}").format(
                path=path, start=error.start
            )
        ) from None


@contextmanager
def _no_collection() -> Iterator[None]:
    """Switch the search for reference cycles off: reading makes none.

    The cost of the search grows faster than the history. At 100,000 injections reading
    takes 6.4 µs per injection with it and 4.6 without; at 10,000 it takes 4.7 and 4.4.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@click.group()
def dose() -> None:
    """Check a dose against sourced maximum quantities, or list them."""


@dose.command()
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@_CLINIC
@click.pass_context
def check(ctx: click.Context, file: str, as_json: bool, clinic: str | None) -> None:
    """Check the planned injection in FILE, a JSON document.

    FILE can be - for standard input. Without a planned injection, the session that
    began last is checked as it stands. The exit status is 0 without a stop, 1 with a
    stop, and 2 when the document is wrong.
    """
    text, own = _text(file), None if clinic is None else _text(clinic)
    try:
        with _no_collection():
            reply = answer(read_document(text, clinic=own))
    except DocumentError as error:
        raise _BadInput(str(error)) from None
    if as_json:
        click.echo(json.dumps(reply, indent=2, ensure_ascii=False))
    else:
        _print_answer(reply)
    ctx.exit(int(any(one["severity"] == "stop" for one in reply["findings"])))


def _print_answer(reply: dict[str, Any]) -> None:
    click.echo(f"{reply['heading']}\n")
    for finding in reply["findings"]:
        click.echo(f"{finding['severity'].upper():4}  {finding['message']}")
        click.echo(
            "      "
            + _("{rule}; source: {source}").format(
                rule=finding["rule"], source=finding["source"]
            )
        )
    if reply["largest_volume_ml"] is not None:
        largest = _("Largest volume without a stop: {volume} mL")
        click.echo("\n" + largest.format(volume=reply["largest_volume_ml"]))
    for text in reply["advice"]:
        click.echo(_("The label adds: {text}").format(text=text))
    if reply["remaining"]:
        click.echo("\n" + _("Left before the planned injection:"))
    for left in reply["remaining"]:
        cap = _("{remaining} of {maximum} {unit}").format(
            remaining=left["remaining"], maximum=left["maximum"], unit=left["unit"]
        )
        when = _("today") if left["scope"] == "day" else _("this session")
        click.echo(f"  {cap:20} {when:13} {left['product']} ({left['rule']})")
    click.echo(
        "\n"
        + _("Limits: {limits_version}").format(limits_version=reply["limits_version"])
    )


@dose.command()
@click.option("--region", type=click.Choice(REGIONS), help="List this region only.")
@click.option("--product", help="List the product of this name only.")
@click.option("--json", "as_json", is_flag=True, help="Print the limits as JSON.")
@click.option(
    "--stale", is_flag=True, help="List only figures that were read over a year ago."
)
@click.option(
    "--on",
    "today",
    metavar="DATE",
    default=lambda: date.today().isoformat(),  # noqa: DTZ011  # a day, to the reader
    help="Day from which --stale looks back. Default: today.",
)
def limits(
    region: str | None, product: str | None, as_json: bool, stale: bool, today: str
) -> None:
    """List every limit with its source."""
    tables = [load_limits(one) for one in ([region] if region else REGIONS)]
    wanted = None if product is None else compact(product)
    held = [
        (table, one)
        for table in tables
        for one in table.products.values()
        if wanted in (None, compact(one.key), compact(one.name))
    ]
    if not held:
        keys = sorted({key for table in tables for key in table.products})
        raise _BadInput(
            _("product: got {product!r}, wanted one of {keys}").format(
                product=product, keys=", ".join(keys)
            )
        )
    if stale:
        _print_stale(held, today, as_json)
        return
    rows = [
        {"region": table.region, "limits_version": table.version} | _product_row(one)
        for table, one in held
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        _print_product(row)
    if product is None:
        click.echo(_("Figures of general practice and of this project, not of a label"))
        for limit in tables[0].practice:
            _print_limit(_limit_row(limit))


def _print_stale(
    held: list[tuple[LimitTable, Product]], today: str, as_json: bool
) -> None:
    """The figures whose source was read more than a year before a day."""
    try:
        day = date_from_text(today, "--on")
    except ValueError as error:
        raise _BadInput(str(error)) from None
    rows = []
    for table, product in held:
        figures = [(one.rule, one.source) for one in product.limits]
        figures += [
            (f"{plain(one.percent)} % {one.form}", one.source)
            for one in product.strengths
        ]
        figures += [("advice", one.source) for one in product.advice]
        if product.test_dose:
            figures.append(("test dose", product.test_dose.source))
        if product.foam_mix:
            figures.append(("gas ratio", product.foam_mix.source))
        rows += [
            {"region": table.region, "product": product.key, "figure": figure}
            | _source_row(source)
            for figure, source in figures
            if source.is_stale(day)
        ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        figure = f"{row['region']}  {row['product']:15} {row['figure']:22}"
        read = _("read {read_on}, {state}: {title}").format(**row)
        click.echo(f"{figure} {read}")
    if not rows:
        nothing = _("Nothing was read more than a year before {day}.")
        click.echo(nothing.format(day=day))


def _source_row(source: Source) -> dict[str, str]:
    return {
        "title": source.title,
        "address": source.address,
        "read_on": source.read_on,
        "sure": source.sure,
        "state": source.state,
        "label_date": source.label_date,
    }


def _vein_row(vein: VeinRange) -> dict[str, str | None]:
    upper = vein.up_to_mm
    return {
        "over_mm": plain(vein.over_mm),
        "up_to_mm": None if upper is None else plain(upper),
    }


def _limit_row(limit: Limit) -> dict[str, Any]:
    return {
        "rule": limit.rule,
        "severity": limit.severity,
        "maximum": plain(limit.maximum),
        "unit": limit.unit,
        "strengths_percent": [plain(one) for one in limit.strengths],
        "forms": list(limit.forms),
        "vein": _vein_row(limit.vein),
        "per_site": limit.per_site,
        "first_treatment": limit.first_treatment,
        "hypersensitive": limit.hypersensitive,
        "vein_named": limit.vein_named,
        "also": limit.also,
        "source": _source_row(limit.source),
    }


def _strength_row(strength: Strength) -> dict[str, Any]:
    return {
        "percent": plain(strength.percent),
        "form": strength.form,
        "vein": _vein_row(strength.vein),
        "source": _source_row(strength.source),
    }


def _product_row(product: Product) -> dict[str, Any]:
    test = product.test_dose
    return {
        "product": product.key,
        "name": product.name,
        "agent": product.agent,
        "atc": product.atc,
        "note": product.note,
        "strengths": [_strength_row(one) for one in product.strengths],
        "limits": [_limit_row(one) for one in product.limits],
        "test_dose": None
        if test is None
        else {
            "every_session": test.every_session,
            "severity": test.severity,
            "text": test.text,
            "source": _source_row(test.source),
        },
        "advice": [
            {"text": one.text, "source": _source_row(one.source)}
            for one in product.advice
        ],
    }


def _print_limit(limit: dict[str, Any]) -> None:
    bound = _("at least") if limit["rule"] in _LEAST else _("at most")
    only = [f"{one} %" for one in limit["strengths_percent"]] + limit["forms"]
    upper = limit["vein"]["up_to_mm"]
    only += [_("vein up to {upper} mm").format(upper=upper)] if upper else []
    only += [_("first treatment")] if limit["first_treatment"] else []
    only += [f"{limit['vein_named']} vein"] if limit["vein_named"] else []
    only += [_("prone to hypersensitivity")] if limit["hypersensitive"] else []
    source = limit["source"]
    dated = f" ({source['label_date']})" if source["label_date"] else ""
    dated += "" if source["state"] == "in force" else f", {source['state']}"
    figure = f"{bound:8} {limit['maximum']} {limit['unit']}"
    click.echo(f"    {limit['rule']:21} {figure:22} {', '.join(only)}".rstrip())
    click.echo(f"{'':26}{source['title']}{dated}, {source['address']}")


def _print_product(row: dict[str, Any]) -> None:
    click.echo(f"{row['region']}  {row['name']} [{row['product']}], {row['agent']}")
    if not any(limit["severity"] == "stop" for limit in row["limits"]):
        click.echo("    " + _("no limit known"))
    for limit in row["limits"]:
        _print_limit(limit)
    for text in filter(None, (row["note"], *(one["text"] for one in row["advice"]))):
        click.echo(f"    {text}")
    if row["test_dose"]:
        click.echo(
            "    " + _("Test dose: {text}.").format(text=row["test_dose"]["text"])
        )
    click.echo()
