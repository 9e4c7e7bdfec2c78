import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from vein_imaging.domain.dose_document import DocumentError, answer, read_document

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "dose-check.schema.json").read_text()
)
IN = jsonschema.Draft202012Validator(SCHEMA)
OUT = jsonschema.Draft202012Validator(
    {"$ref": "#/$defs/answer", "$defs": SCHEMA["$defs"]}
)


def shot(**more: Any) -> dict[str, Any]:
    return {
        "at": "2026-11-22T10:05:00+00:00",
        "product": "asclera",
        "concentration_percent": "0.5",
        "form": "liquid",
        "volume_ml": "0.3",
        "vein_diameter_mm": "0.8",
    } | more


EXAMPLE: dict[str, Any] = {
    "region": "US",
    "timezone": "Europe/London",
    "patient": {"weight_kg": "70", "weighed_on": "2026-11-01"},
    "sessions": [
        {
            "started": "2026-11-22T10:00:00+00:00",
            "injections": [
                shot(id="a"),
                shot(id="b", at="2026-11-22T10:06:00+00:00"),
            ],
        }
    ],
    "planned": shot(id="c", at="2026-11-22T10:10:00+00:00", volume_ml="0.4"),
}
SCREENING: dict[str, Any] = {
    "answers": {"pregnancy": "no", "infection": "yes"},
    "screened_on": "2026-11-22",
    "doppler": {"result": "normal", "done_on": "2026-11-01"},
    "ceap_left": "C1",
    "consent_treatment": True,
    "suitable": True,
    "reason": "spider veins",
}


def replied(document: Any) -> dict[str, Any]:
    IN.validate(document)
    reply = answer(read_document(json.dumps(document)))
    OUT.validate(reply)
    return reply


def rules(reply: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in reply["findings"]]


def test_the_example_of_the_contract_is_answered_as_the_contract_says() -> None:
    reply = replied(EXAMPLE)
    stop, *notes = reply["findings"]
    assert stop | {"source": "...", "message": "..."} == {
        "rule": "per_injection_volume",
        "severity": "stop",
        "scope": "injection",
        "product": "asclera",
        "used": "0",
        "planned": "0.4",
        "maximum": "0.3",
        "remaining": "0.3",
        "unit": "mL",
        "source": "...",
        "message": "...",
    }
    assert reply["remaining"] == [
        {
            "rule": "per_session_volume",
            "scope": "session",
            "product": "asclera",
            "used": "0.6",
            "planned": "0.4",
            "maximum": "10",
            "remaining": "9.4",
            "unit": "mL",
        }
    ]
    assert [note["severity"] for note in notes] == ["note", "note"]


def test_keys_the_document_does_not_carry_give_at_most_a_note() -> None:
    bare = {key: EXAMPLE[key] for key in ("region", "timezone", "sessions")}
    reply = replied(bare | {"planned": shot(at="2026-11-22T10:10:00+00:00")})
    assert {finding["severity"] for finding in reply["findings"]} == {"note"}


def test_without_a_plan_the_session_that_began_last_is_checked() -> None:
    late = {
        "started": "2026-11-22T10:00:00+00:00",
        "injections": [shot(volume_ml="0.4"), shot(volume_ml="9.61")],
    }
    early = {"started": "2026-09-01T10:00:00+00:00", "injections": [shot()]}
    document = {"region": "US", "timezone": "UTC", "sessions": [late, early]}
    reply = replied(document)
    stops = [one for one in reply["findings"] if one["severity"] == "stop"]
    assert [(one["rule"], one["used"], one["planned"]) for one in stops] == [
        ("per_injection_volume", "0.4", "0"),
        ("per_injection_volume", "9.61", "0"),
        ("per_session_volume", "10.01", "0"),
    ]
    assert reply["remaining"][0]["remaining"] == "0"


def test_the_order_of_sessions_and_entries_changes_nothing() -> None:
    document = copy.deepcopy(EXAMPLE)
    document["sessions"].append(
        {"started": "2026-11-01T10:00:00+00:00", "injections": [shot(id="d")]}
    )
    turned = copy.deepcopy(document)
    turned["sessions"].reverse()
    turned["sessions"][1]["injections"].reverse()
    assert replied(document) == replied(turned)


def test_a_plan_without_a_session_begins_one() -> None:
    document = {"region": "US", "timezone": "UTC", "sessions": [], "planned": shot()}
    assert "per_session_volume" not in rules(replied(document))
    nothing = {"region": "US", "timezone": "UTC", "sessions": []}
    assert replied(nothing)["findings"] == []


def test_a_product_key_in_capitals_is_not_let_through() -> None:
    document = EXAMPLE | {"planned": shot(product="Asclera", volume_ml="0.4")}
    assert rules(replied(document))[0] == "per_injection_volume"


def test_a_custom_agent_keeps_its_name_and_has_no_known_limit() -> None:
    document = EXAMPLE | {"planned": shot(product="Agent X", volume_ml="40")}
    reply = replied(document)
    found = {one["rule"]: one for one in reply["findings"]}
    assert found["no_limit_known"]["severity"] == "warn"
    assert found["no_limit_known"]["product"] == "Agent X"
    assert found["two_agents"]["severity"] == "warn"
    assert reply["remaining"] == []


def test_an_unknown_product_needs_neither_strength_nor_gas_ratio() -> None:
    bare = shot(product="varithena", form="foam", vein_diameter_mm="5")
    del bare["concentration_percent"]
    for region in ("UK", "DE", "FR"):
        reply = replied(EXAMPLE | {"region": region, "sessions": [], "planned": bare})
        assert "no_limit_known" in rules(reply)


def test_factory_foam_and_a_product_of_one_strength_need_neither() -> None:
    bare = shot(product="varithena", form="foam", vein_diameter_mm="5", volume_ml="5")
    del bare["concentration_percent"]
    reply = replied(EXAMPLE | {"sessions": [], "planned": bare})
    assert reply["remaining"][0]["remaining"] == "15"


def test_an_old_label_counts_and_shows_its_date() -> None:
    planned = shot(product="fibro-vein", volume_ml="1.01", vein_diameter_mm="2")
    reply = replied(EXAMPLE | {"region": "UK", "sessions": [], "planned": planned})
    stop = reply["findings"][0]
    assert stop["rule"] == "per_injection_volume"
    assert "2006" in stop["message"]


def test_a_screening_in_the_document_is_heard() -> None:
    reply = replied(EXAMPLE | {"screening": SCREENING})
    found = [
        (one["rule"], one["severity"])
        for one in reply["findings"]
        if one["rule"] in ("contraindication", "screening_incomplete")
    ]
    assert found == [
        ("contraindication", "stop"),
        ("screening_incomplete", "warn"),
        ("screening_incomplete", "warn"),
    ]


def test_every_key_of_an_injection_is_read() -> None:
    full = shot(
        id="x",
        form="foam",
        gas_parts_per_liquid_part="4",
        site="s1",
        batch="B1",
        expires_on="2027-01-31",
        foam_made_at="2026-11-22T10:04:00+00:00",
        test_dose=True,
        stock_concentration_percent="1",
        diluent="saline",
    )
    context = read_document(json.dumps(EXAMPLE | {"planned": full}))
    planned = context.planned
    assert planned is not None
    assert planned.batch == "B1"
    assert planned.test_dose is True
    assert str(planned.foam_ratio) == "1:4"
    assert str(planned.stock_concentration) == "1 %"
    IN.validate(EXAMPLE | {"planned": full})


WRONG: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("wrong_documents.toml").read_text(encoding="utf-8")
)["wrong"]


def test_what_repeats_an_earlier_injection_is_read_as_strictly() -> None:
    read_document(json.dumps(EXAMPLE))  # b repeats a
    for more, error in (
        ({"id": " "}, "id: got ' ', wanted text"),
        ({"id": 7}, "id: got 7, wanted text"),
        ({"at": "2026-11-22T10:06:00"}, "without a time zone"),
        ({"at": None}, "at: got None"),
        ({"volume_ml": ["0.3"]}, "volume_ml: got list"),
        ({"id": "a"}, "'a' stands twice"),
    ):
        document = copy.deepcopy(EXAMPLE)
        document["sessions"][0]["injections"][1] |= more
        with pytest.raises(DocumentError, match=r"injections\[1\]: ") as caught:
            read_document(json.dumps(document))
        assert error in str(caught.value)


def test_a_truth_value_is_no_number_also_where_it_repeats() -> None:
    document = copy.deepcopy(EXAMPLE)
    first, second = document["sessions"][0]["injections"]
    for right, wrong in ((True, 1), (False, 0)):
        first["test_dose"], second["test_dose"] = right, wrong
        with pytest.raises(DocumentError, match="wanted true or false"):
            read_document(json.dumps(document))


def test_a_repeated_injection_keeps_its_own_time_and_id() -> None:
    context = read_document(json.dumps(EXAMPLE))
    one, other = context.sessions[0].injections
    assert (one.id, other.id) == ("a", "b")
    assert (other.at - one.at).total_seconds() == 60
    assert other == copy.deepcopy(other)


@pytest.mark.parametrize("row", WRONG, ids=lambda row: row["what"])
def test_wrong_input_says_where_what_came_and_what_was_wanted(
    row: dict[str, Any],
) -> None:
    document = copy.deepcopy(EXAMPLE)
    at: Any = document
    *path, last = (int(key) if key.isdigit() else key for key in row["path"])
    for key in path:
        at = at[key]
    if "to" in row:
        at[last] = json.loads(row["to"])
    else:
        del at[last]
    with pytest.raises(DocumentError) as caught:
        read_document(json.dumps(document))
    assert row["error"] in str(caught.value)
    assert "\n" not in str(caught.value)
    assert IN.is_valid(document) is not row["by_schema"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "not JSON: Expecting value at line 1, column 1"),
        ("{", "not JSON"),
        ("[1", "not JSON"),
        ('{"region": NaN}', "got NaN, wanted decimal text"),
        ('{"region": Infinity}', "got Infinity, wanted decimal text"),
        ('{"region": "US", "region": "DE"}', "region: stands twice in one object"),
        ("[]", "document: got [], wanted an object"),
        ('"' + "x" * 99 + '"', "..., wanted an object"),
        ("[" * 100_000, "not JSON: nested too deep"),
    ],
    ids=lambda text: text[:20],
)
def test_text_that_is_no_document_is_refused_in_one_line(text: str, error: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(text)
    assert error in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert IN.is_valid(EXAMPLE | {"screening": SCREENING})
