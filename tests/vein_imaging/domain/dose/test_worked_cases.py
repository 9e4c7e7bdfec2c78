"""Worked cases, each with its arithmetic: the rows of ``worked_cases.toml``.

A row says what was given and planned in shorthand and which stops and warnings must
come, no others. ``given`` entries read ``[COUNT x] VOLUME [DOSE] [@PLACE] [OPTION]``:
DOSE as in ``dose`` (the planned one's where left out), ``@PLACE`` is ``@5d`` for a
session five days before, ``@0d`` for another session earlier the same day, and an
option is ``site=...`` (``_`` for a blank) or ``test``. What follows the first cases of
a rule is read as well: the ``heading``, what a message ``says``, what still ``fits``.
"""

from __future__ import annotations

import json
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vein_imaging.domain.dose import RULES
from vein_imaging.domain.dose_document import answer, read_document

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("worked_cases.toml").read_text(encoding="utf-8")
)["case"]
START = datetime.fromisoformat("2026-11-22T10:00:00+00:00")


def dose_of(text: str) -> dict[str, str]:
    product, percent, form, *ratio = text.split()
    body = {"product": product, "form": form}
    if percent != "-":
        body["concentration_percent"] = percent
    if ratio:
        body["gas_parts_per_liquid_part"] = ratio[0].removeprefix("1:")
    return body


def given_of(text: str, own: str, vein: str) -> tuple[int, list[dict[str, Any]]]:
    words = text.split()
    times = 1
    if len(words) > 1 and words[1] == "x":
        times, words = int(words[0]), words[2:]
    volume, words = words[0], words[1:]
    days = -1
    body: dict[str, Any] = {"volume_ml": volume}
    dose = []
    for word in words:
        if word.startswith("@"):
            days = int(word[1:-1])
        elif word.startswith("site="):
            body["site"] = word.removeprefix("site=").replace("_", " ")
        elif word == "test":
            body["test_dose"] = True
        else:
            dose.append(word)
    body |= dose_of(" ".join(dose) or own)
    if vein:
        body["vein_diameter_mm"] = vein
    return days, [body] * times


def document_of(case: dict[str, Any]) -> dict[str, Any]:
    own, vein = case["dose"], case.get("vein", "")
    sessions: dict[int, list[dict[str, Any]]] = {-1: []}
    for text in case.get("given", ()):
        days, bodies = given_of(text, own, vein)
        sessions.setdefault(days, []).extend(bodies)
    listed = []
    for days, bodies in sessions.items():
        started = START if days < 0 else START - timedelta(days=days, hours=1)
        injections = [
            body | {"at": (started + timedelta(seconds=number)).isoformat()}
            for number, body in enumerate(bodies)
        ]
        listed.append({"started": started.isoformat(), "injections": injections})
    document: dict[str, Any] = {
        "region": case["region"],
        "timezone": case.get("timezone", "UTC"),
        "sessions": listed,
    }
    if case.get("weight", "70"):
        document["patient"] = {
            "weight_kg": case.get("weight", "70"),
            "weighed_on": case.get("weighed", "2026-11-01"),
        }
    planned: dict[str, Any] = {
        "at": (START + timedelta(hours=1)).isoformat(),
        "volume_ml": case["planned"],
        "batch": "B1",
        **dose_of(own),
        **case.get("plus", {}),
    }
    if vein:
        planned["vein_diameter_mm"] = vein
    for key in case.get("without", ()):
        del planned[key]
    document["planned"] = planned
    if "screening" in case:
        document["screening"] = case["screening"]
    return document


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['row']}: {case['why']}"
)
def test_the_worked_case(case: dict[str, Any]) -> None:
    text = json.dumps(document_of(case))
    reply = answer(read_document(text, clinic=case.get("clinic")))
    found: dict[str, list[str]] = {"stop": [], "warn": [], "note": []}
    for finding in reply["findings"]:
        found[finding["severity"]].append(finding["rule"])
    assert found["stop"] == case.get("stops", [])
    assert sorted(found["warn"]) == sorted(case.get("warns", []))
    assert set(case.get("notes", [])) <= set(found["note"])
    for rule, left in case.get("left", {}).items():
        rows = [row for row in reply["remaining"] if row["rule"] == rule]
        assert [row["remaining"] for row in rows] == [left]
    assert reply["largest_volume_ml"] == case.get("fits", reply["largest_volume_ml"])
    assert case.get("heading", "") in reply["heading"]
    for words in case.get("says", []):
        assert any(words in one["message"] for one in reply["findings"]), words


def test_there_are_at_least_120_cases_and_every_rule_has_one() -> None:
    assert len(CASES) >= 120
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
    rules = {rule.__name__ for rule in RULES} - parts | caps
    elsewhere = {"screening_incomplete", "contraindication"}  # test_screening_rules.py
    seen = {
        rule
        for case in CASES
        for key in ("stops", "warns", "notes")
        for rule in case.get(key, [])
    }
    assert rules - elsewhere <= seen
