"""The contraindication table: questions, what a yes means, and its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from vein_imaging.domain.limits import Severity, Source

__all__ = ["Condition", "Requirement", "ScreeningTable", "screening_table"]

_SEVERITY: dict[str, Severity] = {"stop": "stop", "review": "warn", "warn": "warn"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One question.

    Parameters
    ----------
    key, asks : str
    if_yes, if_foam : "stop" or "warn"
        What a yes means, and what it means where foam is planned.
    if_region : mapping
        Regions whose label goes further.
    each_session : bool
        Asked again at every session.
    source : Source
    brief : str
        The question in a few words.
    if_product : mapping
        Products whose label goes further.
    """

    key: str
    asks: str
    if_yes: Severity
    if_foam: Severity
    if_region: Mapping[str, Severity] = field(hash=False)
    each_session: bool
    source: Source
    brief: str = ""
    if_product: Mapping[str, Severity] = field(hash=False, default_factory=dict)

    def severity(self, region: str, *, foam: bool, product: str = "") -> Severity:
        """What a yes means here: the gravest that applies."""
        means = {self.if_yes, self.if_region.get(region, self.if_yes)}
        means.add(self.if_product.get(product, self.if_yes))
        if foam:
            means.add(self.if_foam)
        return "stop" if "stop" in means else "warn"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that must stand before an injection, and how grave it is if not."""

    key: str
    asks: str
    if_missing: Severity
    source: Source


@dataclass(frozen=True, slots=True)
class ScreeningTable:
    """All questions and requirements by key."""

    conditions: Mapping[str, Condition]
    requirements: Mapping[str, Requirement]


@lru_cache(maxsize=1)
def screening_table() -> ScreeningTable:
    """The shipped table.

    Returns
    -------
    ScreeningTable
        In the order in which the questions are asked.

    Raises
    ------
    KeyError
        If a row names no source of the file.
    """
    folder = resources.files("vein_imaging.domain") / "screening"
    body = tomllib.loads((folder / "conditions.toml").read_text(encoding="utf-8"))
    sources = {key: Source(**row) for key, row in body["source"].items()}
    conditions = (
        Condition(
            row["key"],
            row["asks"],
            _SEVERITY[row["if_yes"]],
            _SEVERITY[row.get("if_foam", row["if_yes"])],
            {
                region: _SEVERITY[severity]
                for region, severity in row.get("if_region", {}).items()
            },
            row.get("each_session", False),
            sources[row["source"]],
            row["brief"],
            {key: _SEVERITY[means] for key, means in row.get("if_product", {}).items()},
        )
        for row in body["condition"]
    )
    requirements = (
        Requirement(
            row["key"],
            row["asks"],
            _SEVERITY[row["if_missing"]],
            sources[row["source"]],
        )
        for row in body["requirement"]
    )
    return ScreeningTable(
        {condition.key: condition for condition in conditions},
        {requirement.key: requirement for requirement in requirements},
    )
