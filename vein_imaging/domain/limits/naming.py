"""Which product a name means: by the table of names, and never by a guess unsaid."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from importlib import resources

from vein_imaging.domain.names import compact, folded, has_lookalikes, is_near
from vein_imaging.domain.quantity import EXACT, decimal_from_text

__all__ = ["Named", "NamedTable", "name_product"]

_STRENGTH = re.compile(r"(\d+(?:\.\d+)?) ?(?:(mg)(?: ?/? ?ml)?|pct|percent|prozent)?")
_MOST_PERCENT = 100  # more is no strength: polidocanol 400
_PER_ML = re.compile(r"(?<=\d) ?mg ?/ ?ml\b", re.I)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name was read as.

    Parameters
    ----------
    key : str
        Key of a product, a substance, or the name itself where it is unknown.
    doubt : str
        Why the reading is not certain, as a clause; empty where it is.
    percents : tuple of Decimal
        Numbers that stand in the name, as strengths in % w/v.
    substance : bool
        It was the substance's name: the strengths of the product are not implied.
    """

    key: str
    doubt: str = ""
    percents: tuple[Decimal, ...] = ()
    substance: bool = False


@dataclass(frozen=True, slots=True)
class NamedTable:
    """The table of names: compact spelling to key, and the words that say nothing."""

    products: Mapping[str, str]
    substances: Mapping[str, str]
    idle: frozenset[str]


@lru_cache(maxsize=1)
def shipped_names() -> NamedTable:
    """The shipped table of names.

    Raises
    ------
    ValueError
        If one spelling means two things.
    """
    file = resources.files("vein_imaging.domain") / "limits" / "names.toml"
    body = tomllib.loads(file.read_text(encoding="utf-8"))
    products = _by_spelling(body["product"])
    substances = _by_spelling(body["substance"])
    both = set(products) & set(substances)
    if both:
        raise ValueError(f"names.toml: {min(both)!r} is a product and a substance")
    return NamedTable(products, substances, frozenset(body["words"]["idle"]))


def _by_spelling(rows: Mapping[str, Iterable[str]]) -> dict[str, str]:
    read: dict[str, str] = {}
    for key, spellings in rows.items():
        for spelling in (key, *spellings):
            if read.setdefault(compact(spelling), key) != key:
                raise ValueError(f"names.toml: {spelling!r} stands for two")
    return read


def _strengths(text: str) -> tuple[str, tuple[Decimal, ...]]:
    """A name without the strengths in it, and those strengths in %."""
    words: list[str] = []
    percents: list[Decimal] = []
    for word in folded(_PER_ML.sub("mg ", text.replace("%", " pct "))).split():
        found = _STRENGTH.fullmatch(word)
        if found is None:
            if word not in ("pct", "mg", "percent", "prozent"):
                words.append(word)
            elif word == "mg" and percents:
                percents[-1] = EXACT.scaleb(percents[-1], -1)
            continue
        try:
            number = decimal_from_text(found[1], "strength in the name")
        except ValueError:  # 007 or seven places: no strength
            words.append(word)
            continue
        percents.append(EXACT.scaleb(number, -1) if found[2] else number)
    return " ".join(words), tuple(one for one in percents if one <= _MOST_PERCENT)


def name_product(
    text: str,
    agents: Mapping[str, str],
    elsewhere: Iterable[str],
    *,
    preferred: Mapping[str, Sequence[str]],
) -> Named:
    """Read the name of a product.

    Parameters
    ----------
    text : str
        As typed.
    agents : mapping
        Key to substance of the products that the region's table holds.
    elsewhere : iterable of str
        Keys of products of other regions.
    preferred : mapping
        Substance to the region's products that its bare name can mean, the one it is
        read as first.

    Returns
    -------
    Named
    """
    table = shipped_names()
    abroad = tuple(elsewhere)
    known = {compact(key): key for key in (*abroad, *agents)}
    spellings = {**table.products, **known}
    whole = compact(text)
    if whole in spellings:  # glycerin-72 has its number in its name
        return Named(spellings[whole], _script(text))
    if whole in table.substances:  # lauromacrogol 400
        return _named(table.substances[whole], text, (), table, agents, preferred)
    rest, percents = _strengths(text)
    words = [word for word in rest.split() if word not in table.idle]
    found = _exact(words, spellings, table.substances)
    if len(found) == 1:
        (key,) = found
        return _named(key, text, percents, table, agents, preferred)
    if len(found) > 1:
        return Named(sorted(found)[0], f"names {' and '.join(sorted(found))}", percents)
    near = _nearest("".join(words) or whole, spellings, table.substances, agents)
    if near is None:
        return Named(text)
    read = _named(near, text, percents, table, agents, preferred)
    return replace(read, doubt=read.doubt or f"is nearly {near}")


def _script(text: str) -> str:
    mixed = has_lookalikes(text)
    return "has letters of another script among its own" if mixed else ""


def _exact(
    words: list[str], products: Mapping[str, str], substances: Mapping[str, str]
) -> set[str]:
    """Keys that the words name, run together or one by one."""
    joined = "".join(words)
    if joined in products:
        return {products[joined]}
    if joined in substances:
        return {substances[joined]}
    named: set[str] = set()
    rest = list(words)
    while rest:
        for size in range(min(4, len(rest)), 0, -1):
            part = "".join(rest[:size])
            key = products.get(part) or substances.get(part)
            if key is not None:
                named.add(key)
                rest = rest[size:]
                break
        else:
            return set()  # a word that is no name: nothing is certain
    only = named - set(substances.values())
    return only or named  # "Asclera (polidocanol)" is Asclera


def _named(
    key: str,
    text: str,
    percents: tuple[Decimal, ...],
    table: NamedTable,
    agents: Mapping[str, str],
    preferred: Mapping[str, Sequence[str]],
) -> Named:
    doubt = _script(text)
    meant = preferred.get(key, ())
    if key in agents or not meant:
        return Named(key, doubt, percents)
    if len(meant) > 1:
        doubt = doubt or f"may mean {' or '.join(meant)}"
    return Named(meant[0], doubt, percents, substance=True)


def _nearest(
    name: str,
    products: Mapping[str, str],
    substances: Mapping[str, str],
    agents: Mapping[str, str],
) -> str | None:
    """The known name that `name` is nearly: of the region before all others."""
    near = [
        key
        for spelling, key in (*products.items(), *substances.items())
        if is_near(name, spelling)
    ]
    here = [key for key in near if key in agents]
    return next(iter((*here, *near)), None)
