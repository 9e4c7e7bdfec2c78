"""Whole answers, word for word: the documents below, the text in ``answers.toml``."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from vein_imaging.domain.dose_document import answer, read_document

EXPECTED: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("answers.toml").read_text(encoding="utf-8")
)
Body = dict[str, Any]


def shot(
    ml: str = "0.1",
    product: str = "asclera",
    percent: str | None = "0.5",
    vein_mm: str = "0.8",
    **more: Any,
) -> Body:
    body = {
        "at": "2026-11-22T10:30:00+00:00",
        "product": product,
        "form": "liquid",
        "volume_ml": ml,
        "batch": "B1",
        "concentration_percent": percent,
        "vein_diameter_mm": vein_mm,
    }
    return {key: value for key, value in (body | more).items() if value is not None}


def foam(
    ml: str, product: str, percent: str = "1", gas: str = "4", **more: Any
) -> Body:
    ratio = {"form": "foam", "gas_parts_per_liquid_part": gas}
    return shot(ml, product, percent, "4", **ratio | more)


def weighed(on: str) -> Body:
    return {"weight_kg": "70", "weighed_on": on}


def document(
    planned: Body | None,
    region: str = "US",
    given: list[Body] | None = None,
    *,
    before: tuple[str, list[Body]] | None = None,
    **more: Any,
) -> Body:
    started = "2026-11-22T10:00:00+00:00"
    sessions = [{"started": started, "injections": given or []}]
    if before:
        when, bodies = before
        earlier = [body | {"at": when} for body in bodies]
        sessions.append({"started": when, "injections": earlier})
    patient = {"weight_kg": "70", "weighed_on": "2026-11-01"}
    whole: Body = {
        "region": region,
        "timezone": "UTC",
        "sessions": sessions,
        "patient": patient,
        "planned": planned,
    }
    return {key: value for key, value in (whole | more).items() if value is not None}


DOCUMENTS: dict[str, Body] = {
    "per_injection_volume": document(shot("0.4")),
    "per_injection_volume at a site": document(
        shot("0.5", "fibro-vein", "0.5", "2", site="s"),
        "UK",
        [shot("0.6", "fibro-vein", "0.5", "2", site="s")],
    ),
    "per_session_volume": document(shot("0.2"), given=[shot("0.3")] * 33),
    "per_session_volume, practice": document(
        foam("5.5", "fibro-vein"), "UK", [foam("5", "fibro-vein")]
    ),
    "per_day_volume": document(
        foam("2.5", "aethoxysklerol"),
        "AT",
        before=("2026-11-22T08:00:00+00:00", [foam("2", "aethoxysklerol")] * 4),
    ),
    "per_day_mass_per_kg": document(
        shot("1", "aethoxysklerol", "3", "4"),
        "DE",
        [shot("1", "aethoxysklerol", "3", "4")] * 4,
    ),
    "per_day_mass_per_kg in thirds": document(
        foam("1", "aethoxysklerol", gas="2"),
        "DE",
        [shot("14", "aethoxysklerol", "1", "2"), foam("1", "aethoxysklerol", gas="2")],
    ),
    "sites_per_session": document(
        shot("0.1", "fibro-vein", "3", "4"),
        "IE",
        [shot("0.1", "fibro-vein", "3", "4")] * 4,
    ),
    "sites_per_session, first treatment": document(
        shot("0.5", "aethoxysklerol", "2", "2.5"),
        "CH",
        [shot("0.5", "aethoxysklerol", "2", "2.5")],
    ),
    "intervals": document(shot(), before=("2026-11-18T10:00:00+00:00", [shot()])),
    "form_not_on_label, US foam": document(foam("0.1", "asclera")),
    "form_not_on_label, a liquid of a foam": document(
        shot("0.1", "varithena", None, "4")
    ),
    "form_not_on_label, UK": document(foam("0.1", "fibro-vein", "0.5"), "UK"),
    "strength_not_on_label, ten times": document(shot("0.1", "asclera", "5")),
    "strength_not_on_label, diluted": document(
        shot(
            "0.1",
            "asclera",
            "0.25",
            stock_concentration_percent="0.5",
            diluent="saline",
        )
    ),
    "strength_not_on_label, diluted with nothing named": document(
        shot("0.1", "asclera", "0.25", stock_concentration_percent="0.5")
    ),
    "vein_class_not_on_label": document(shot("0.1", "asclera", "1")),
    "vein_class_not_on_label, nothing fits": document(
        shot("0.1", "asclera", "1", "3.5")
    ),
    "vein_class_not_on_label, two fit": document(
        shot("0.1", "aethoxysklerol", "2", "0.8"), "DE"
    ),
    "weight_missing": document(shot("0.1", "aethoxysklerol", "0.5"), "DE", patient={}),
    "weight_stale": document(
        shot("0.1", "aethoxysklerol", "0.5"), "DE", patient=weighed("2026-08-01")
    ),
    "weight_stale, undated": document(
        shot("0.1", "aethoxysklerol", "0.5"), "DE", patient={"weight_kg": "70"}
    ),
    "weight_stale, later": document(
        shot("0.1", "aethoxysklerol", "0.5"), "DE", patient=weighed("2026-11-30")
    ),
    "batch_expired": document(shot(expires_on="2026-10-31")),
    "batch_expired, no number": document(shot(batch=None, expires_on="2026-10-31")),
    "foam_too_old": document(
        shot(
            "1",
            "varithena",
            None,
            "4",
            form="foam",
            foam_made_at="2026-11-22T10:28:44.500+00:00",
        )
    ),
    "foam_too_old, made later": document(
        foam("1", "fibro-vein", foam_made_at="2026-11-22T10:31:00+00:00"), "UK"
    ),
    "test_dose_due, each session": document(shot("0.5", "trombovar", "1", "2"), "FR"),
    "test_dose_due, first use": document(shot("0.5", "sotradecol", "1", "2")),
    "two_agents": document(
        shot(),
        given=[shot("1", "sotradecol", "1", "2"), shot("1", "agent-y", "1", "2")],
    ),
    "no_limit_known, unknown": document(shot("1", "agent-y", "1")),
    "no_limit_known, no strength": document(shot("1", "agent-y", None)),
    "no_limit_known, not read": document(shot("1", "aethoxysklerol", "1", "2"), "UK"),
    "no_limit_known, a strength without note": document(
        shot("1", "fibro-vein", "0.3", "2"), "IE"
    ),
    "screening": document(
        shot(),
        screening={
            "answers": {"pregnancy": "yes", "asthma": "yes"},
            "suitable": False,
            "reason": "pregnant",
            "doppler": {"result": "reflux", "done_on": "2026-11-01"},
        },
    ),
    "the record as it stands": document(
        None,
        "UK",
        [
            shot("0.6", "fibro-vein", "0.5", "2", site="s"),
            shot("0.6", "fibro-vein", "0.5", "2", site="s", batch=None),
        ],
    ),
    "the record, each label rule at its second injection": document(
        None,
        "US",
        [
            shot(),
            shot(percent="5"),
            foam("0.1", "asclera"),
            shot(percent="1"),
            shot(percent="0.5", vein_mm="3.5"),
            shot(batch=None),
            shot(expires_on="2026-10-31"),
            foam("0.1", "varithena", foam_made_at="2026-11-22T10:29:59+00:00"),
            foam("0.1", "varithena", foam_made_at="2026-11-21T10:30:00+00:00"),
            foam("0.1", "varithena", foam_made_at="2026-11-22T10:00:00+00:00"),
        ],
    ),
    "the record, an unknown agent after a known one": document(
        None, "US", [shot(), shot("1", "agent-y", "1")]
    ),
    "a test dose in the session, but of another product": document(
        shot("0.5", "trombovar", "1", "2"),
        "FR",
        [shot("0.1", "aetoxisclerol", "0.5", test_dose=True)],
    ),
    "an injection before it, but no test dose": document(
        shot("0.5", "trombovar", "1", "2"), "FR", [shot("0.5", "trombovar", "1", "2")]
    ),
}


def line(finding: Body) -> str:
    keys = ("used", "planned", "maximum", "remaining")
    numbers = " ".join(finding[key] for key in keys if finding[key] is not None)
    return " | ".join(
        [
            f"{finding['severity']} {finding['rule']}, {finding['scope']}, "
            f"{finding['product']}",
            f"{numbers} {finding['unit']}".strip(),
            finding["message"],
            finding["source"],
        ]
    )


def lines(whole: Body) -> list[str]:
    found = answer(read_document(json.dumps(whole)))["findings"]
    not_carried = "screening" not in whole
    return [
        line(one)
        for one in found
        if not (not_carried and one["rule"] == "screening_incomplete")
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_answer_is_word_for_word(name: str) -> None:
    assert lines(DOCUMENTS[name]) == EXPECTED[name]


def test_every_answer_has_its_document() -> None:
    assert list(EXPECTED) == list(DOCUMENTS)


def test_a_screening_not_carried_is_one_note() -> None:
    found = answer(read_document(json.dumps(document(shot()))))["findings"]
    assert [line(one) for one in found] == [
        "note screening_incomplete, patient, asclera |  | The screening of this "
        "patient is not known here. | Patient page of the clinic, the clinic's own page"
    ]
