"""Rules on names: what was read as what, and where that is not certain."""

from __future__ import annotations

from collections.abc import Iterator

from vein_imaging.domain.dose.context import DoseContext, site_key
from vein_imaging.domain.dose.finding import Finding, listed
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.names import is_near, printable
from vein_imaging.domain.quantity import plain

__all__ = ["name_unclear"]

_SIDES = {"lt": "left", "r": "right", "rt": "right", "l": "left"}
_FILLERS = frozenset(("no", "nr", "number", "site", "the"))
_LIKE_DIGITS = str.maketrans("ilo", "110")
_SOURCE = "Table of names of products and substances"


def _unclear(product: str, scope: str, message: str) -> Finding:
    return Finding(
        rule="name_unclear",
        severity="warn",
        scope=scope,
        product=product,
        source=_SOURCE,
        message=message,
    )


def _products(context: DoseContext) -> Iterator[Finding]:
    """Names that were read as a product, but not for certain."""
    for (text, *_), named in context.names.items():
        if named.doubt:
            name = context.table.name(named.key)
            doubt = named.doubt
            for key in context.table.products:
                doubt = doubt.replace(f" {key}", f" {context.table.name(key)}")
            yield _unclear(
                named.key,
                "session",
                f'"{printable(str(text))}" {doubt}; it was counted as {name}. '
                "Check the vial and write its name.",
            )


def _no_strength(
    context: DoseContext, typed: tuple[Injection, ...]
) -> Iterator[Finding]:
    """The bare substance with no strength: counted as the strongest there is."""
    seen = set()
    for one in typed if context.names else ():
        named = context.names.get((one.product, one.form, one.foam_ratio is None))
        if named is None or not named.substance or one.concentration is not None:
            continue
        percent = context.table.percent(one.renamed(named.key))
        if percent is not None and one.product not in seen:
            seen.add(one.product)
            yield _unclear(
                named.key,
                "injection",
                f'"{printable(one.product)}" has no strength; it was counted as '
                f"{plain(percent)} %, the strongest. Enter the strength.",
            )


def _strengths(context: DoseContext) -> Iterator[Finding]:
    """Names with a strength in them that is not the one stated."""
    given = (i for session in context.sessions for i in session.injections)
    typed = (*given, context.planned) if context.planned else tuple(given)
    doubtful = {key for key, named in context.names.items() if named.percents}
    yield from _no_strength(context, typed)
    for one in typed if doubtful else ():
        key = (one.product, one.form, one.foam_ratio is None)
        if key not in doubtful:
            continue
        percents = context.names[key].percents
        stated = [c.percent for c in (one.concentration, one.stock_concentration) if c]
        if stated and not set(stated) & set(percents):
            said = listed([plain(percent) for percent in percents], "or")
            yield _unclear(
                context.names[key].key,
                "injection",
                f'"{printable(one.product)}" says {said} %, but the strength entered '
                f"is {one.concentration}. Read the vial.",
            )


def _plain(site: str) -> list[str]:
    """Words of a site: sides written out, fillers left out, 1 typed as l or I read."""
    kept = [word for word in site.split() if word not in _FILLERS]
    words = [_SIDES.get(word, word) for word in kept[:-1]] + kept[-1:]
    numbers = [word.translate(_LIKE_DIGITS) for word in words]
    return [
        number if number.isdigit() and (word != number or word.isdigit()) else word
        for word, number in zip(words, numbers, strict=True)
    ]


def _same_but(one: str, other: str) -> bool:
    """Whether two site names differ by a slip, an abbreviation, order or one number.

    Not where they differ in a number or a single letter.
    """
    if one.replace(" ", "") == other.replace(" ", ""):
        return True
    words, against = _plain(one), _plain(other)
    if len(words) != len(against):
        short, long_ = sorted((words, against), key=len)
        return long_[:-1] == short and not any(word.isdigit() for word in short)
    if sorted(words) == sorted(against):
        return True
    return all(
        word == also or (word.isalpha() and also.isalpha() and is_near(word, also))
        for word, also in zip(words, against, strict=True)
    )


def _sites(context: DoseContext, subject: Injection) -> Iterator[Finding]:
    if not subject.site:
        return
    own = site_key(subject.site)
    if own in context.at_sites:
        return
    for site, given in context.at_sites.items():
        if _same_but(own, site):
            yield _unclear(
                subject.product,
                "injection",
                f'Site "{printable(subject.site)}" is nearly '
                f'"{printable(given[0].site or "")}", where '
                f"{context.table.name(given[0].product)} was given. Where it is one "
                "site, write one name: its volumes add.",
            )
            return


def name_unclear(context: DoseContext) -> list[Finding]:
    """A product or a site whose name is nearly a known one, or says two things.

    A product is counted as the one it is nearly; a site is not, as the slip may be in
    either.
    """
    found = [*_products(context), *_strengths(context)]
    if context.subject is not None:
        found += _sites(context, context.subject)
    return found
