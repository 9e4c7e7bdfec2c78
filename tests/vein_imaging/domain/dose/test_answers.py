"""Whole answers, word for word: the documents below, the text in ``answers.toml``.

``docs/dose-messages.md`` prints them for people to read. ``VEIN_WRITE_DOCS=1 pytest``
on this file writes both anew: read the difference before it is kept.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from vein_imaging.domain.dose import RULES
from vein_imaging.domain.dose_document import answer, read_document

ANSWERS = Path(__file__).with_name("answers.toml")
PAGE = Path(__file__).parents[4] / "docs" / "dose-messages.md"
Body = dict[str, Any]


def shot(
    ml: str = "0.1",
    product: str = "asclera",
    percent: str | None = "0.5",
    vein_mm: str | None = "0.8",
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
    "shared_maximum": document(
        shot("1", "fibro-vein", "3", "4"),
        "UK",
        [
            *[shot("1", "fibro-vein", "0.2", "0.8")] * 10,
            *[shot("1", "fibro-vein", "0.5", "2")] * 10,
            *[shot("1", "fibro-vein", "1", "4")] * 10,
            *[shot("1", "fibro-vein", "3", "4")] * 3,
        ],
    ),
    "name_unclear, a product": document(shot("0.1", "ascelra")),
    "name_unclear, letters of another script": document(shot("0.1", "\u0430sclera")),
    "name_unclear, the strength in the name": document(shot("0.1", "Asclera 1 %")),
    "name_unclear, two products of the substance": document(
        shot("0.1", "STS", "1", "4"), "FR"
    ),
    "name_unclear, no strength": document(shot("0.1", "polidocanol", None)),
    "name_unclear, a site": document(
        shot("0.5", "fibro-vein", "0.5", "2", site="left tihgh 1"),
        "UK",
        [shot("0.4", "fibro-vein", "0.5", "2", site="left thigh 1")],
    ),
    "no_limit_known, given before": document(shot(), given=[shot("2", "agent-y", "1")]),
    "no_limit_known, the substance of another product": document(
        shot("0.3", "aethoxysklerol", "1", "2"), "FR"
    ),
    "implausible, ten times the last": document(
        shot("2", "sotradecol", "1", "2"), given=[shot("0.2", "sotradecol", "1", "2")]
    ),
    "implausible, ten times the usual": document(shot("2", "sotradecol", "1", "0.8")),
    "implausible, the strength for the vein": document(
        shot("0.2", "aethoxysklerol", "3", "0.3"), "AT"
    ),
    "implausible, no such syringe": document(shot("25", "glycerin-72", None)),
    "implausible, mostly gas": document(
        foam("1", "aethoxysklerol", gas="20", site="great saphenous vein"), "DE"
    ),
    "implausible, a test dose": document(
        shot("2", "aetoxisclerol", "0.5", test_dose=True), "FR"
    ),
    "implausible, the width": document(shot(vein_mm="0.08")),
    "implausible, nothing to compare with": document(
        shot("2", "sotradecol", "1", vein_mm=None)
    ),
    "implausible, the weight": document(
        shot("0.1", "aethoxysklerol", "0.5"),
        "DE",
        patient={"weight_kg": "270", "weighed_on": "2026-11-01"},
    ),
    "not_checked": document(shot("1", "polymer-x", "1", "2", form="foam")),
    "form_not_on_label, the gas ratio": document(
        foam("1", "aetoxisclerol", gas="2", test_dose=True), "FR"
    ),
    "foam_too_old, sodium tetradecyl sulfate": document(
        foam("1", "fibro-vein", foam_made_at="2026-11-22T10:28:50+00:00"), "UK"
    ),
    "day_differs, an old session opened again": document(
        shot(at="2026-11-25T10:00:00+00:00"), given=[shot()]
    ),
    "clock_ahead": document(
        shot(at="2026-11-22T10:10:00+00:00"), given=[shot()], screening=None
    ),
    "per_injection_volume, foam of a vein not measured": document(
        shot(
            "3",
            "aethoxysklerol",
            "1",
            vein_mm=None,
            form="foam",
            gas_parts_per_liquid_part="4",
        ),
        "AT",
    ),
    "per_session_volume, an older text": document(
        foam("2", "aetoxisclerol", "2", test_dose=True),
        "FR",
        [foam("2", "aetoxisclerol", "2")] * 5,
    ),
    "vein_class_not_on_label, our reading": document(
        shot("0.5", "sotradecol", "3", "2")
    ),
    "Trombovar": document(
        shot("2", "trombovar", "1", "2"), "FR", [shot("1", "trombovar", "1", "2")] * 9
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


def answers_text() -> str:
    head = "# severity rule, scope | used planned maximum remaining unit | message"
    head += " | source\n"
    parts = [
        f"{json.dumps(name)} = [\n"
        + "".join(
            f"    {json.dumps(row, ensure_ascii=False)},\n" for row in lines(whole)
        )
        + "]\n"
        for name, whole in DOCUMENTS.items()
    ]
    return head + "\n" + "".join(parts)


def page_text() -> str:
    rows, advised = [], set()
    for name, whole in DOCUMENTS.items():
        reply = answer(read_document(json.dumps(whole)))
        rows.append(f"\n## {name}\n\n**{reply['heading']}**\n")
        largest = reply["largest_volume_ml"]
        if largest is not None:
            rows.append(f"Largest volume without a stop: {largest} mL\n")
        rows += [
            f"- **{one['severity']}** {one['message']} `{one['rule']}`"
            for one in reply["findings"]
            if "screening" in whole or one["rule"] != "screening_incomplete"
        ]
        rows += [
            f"- *the label adds* {text}"
            for text in reply["advice"]
            if text not in advised
        ]
        advised |= set(reply["advice"])
    return PAGE_HEAD + "\n".join(rows) + "\n"


PAGE_HEAD = """# What the dose check says

Every kind of finding, as a clinician reads it: the heading, then the findings, the
gravest first. Where each figure comes from is in [dose-rules.md](dose-rules.md). What a
label adds stands where it is first said; the note that the screening is not known is
left out. `tests/vein_imaging/domain/dose/test_answers.py` writes this page from the
answers that it checks word for word.
"""

if os.environ.get("VEIN_WRITE_DOCS"):
    ANSWERS.write_text(answers_text(), encoding="utf-8")
    PAGE.write_text(page_text(), encoding="utf-8")
EXPECTED: dict[str, list[str]] = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_answer_is_word_for_word(name: str) -> None:
    assert lines(DOCUMENTS[name]) == EXPECTED[name]


def test_every_answer_has_its_document() -> None:
    assert list(EXPECTED) == list(DOCUMENTS)


def test_the_page_of_messages_says_what_the_check_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_text()


def test_every_rule_has_an_answer_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    caps = {
        *("per_injection_volume", "per_session_volume", "per_day_volume"),
        *("per_day_mass_per_kg", "sites_per_session"),
    }
    ours = {
        "over_caps",
        "foam_ratio_not_on_label",
        "weight_implausible",
        "gas_ratio_unknown",
    }
    for rule in {one.__name__ for one in RULES} - ours | caps:
        assert f"`{rule}`" in page


def test_messages_have_names_and_no_keys() -> None:
    for name in EXPECTED:
        for row in EXPECTED[name]:
            message = row.split(" | ")[2]
            for key in ("asclera:", "fibro-vein", "aethoxysklerol", "_"):
                assert key not in message, message


def test_a_screening_not_carried_is_one_note() -> None:
    found = answer(read_document(json.dumps(document(shot()))))["findings"]
    assert [line(one) for one in found] == [
        "note screening_incomplete, patient, asclera |  | The screening of this "
        "patient is not known here. | Patient page of the clinic, the clinic's own page"
    ]
