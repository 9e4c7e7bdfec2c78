from datetime import date, timedelta

import pytest

from vein_imaging.domain.adverse_events import (
    GRADES,
    AdverseEvent,
    Discomfort,
    adverse_event_kinds,
)

TREATED = date(2026, 11, 25)


def event(what: str = "staining", *, onset: int = 20, **more: object) -> AdverseEvent:
    onset_on = TREATED + timedelta(days=onset)
    values = {"entry_id": "e", "what": what, "onset_on": onset_on, "grade": 1} | more
    return AdverseEvent(**values)  # type: ignore[arg-type]


def test_every_kind_names_its_source_action_and_follow_up() -> None:
    kinds = adverse_event_kinds()
    assert len(kinds) >= 16
    for key, kind in kinds.items():
        assert kind.key == key
        assert kind.source.address
        assert kind.action
        assert kind.rate
        assert kind.onset_days[0] <= kind.onset_days[1]
        assert kind.follow_up_days == tuple(sorted(kind.follow_up_days))
        assert kind.urgency in {"emergency", "same-day", "urgent", "review", "note"}


def test_what_the_clinics_page_names_is_among_them() -> None:
    named = {"redness", "itching", "infection", "staining", "ulceration", "bruise"}
    assert named <= set(adverse_event_kinds())


def test_a_clot_may_show_from_the_day_of_treatment_on() -> None:
    kinds = adverse_event_kinds()
    for key in (
        *("deep_vein_thrombosis", "superficial_thrombosis", "pulmonary_embolism"),
        "trapped_blood",
    ):
        assert kinds[key].onset_days[0] == 0


@pytest.mark.parametrize(
    ("what", "urgency"),
    [
        ("pulmonary_embolism", "emergency"),
        ("intra_arterial_injection", "emergency"),
        ("arrhythmia_or_arrest", "emergency"),
        ("chest_tightness", "emergency"),
        ("syncope", "same-day"),
        ("migraine", "same-day"),
        ("anaphylaxis", "emergency"),
        ("stroke_or_tia", "emergency"),
        ("visual_disturbance", "emergency"),
        ("deep_vein_thrombosis", "same-day"),
        ("ulceration", "urgent"),
        ("staining", "review"),
        ("bruise", "note"),
    ],
)
def test_how_urgent_an_event_is(what: str, urgency: str) -> None:
    assert adverse_event_kinds()[what].urgency == urgency


def test_follow_up_counts_from_the_onset_and_ends_when_it_is_over() -> None:
    open_event = event(onset=20)
    onset = TREATED + timedelta(days=20)
    assert open_event.follow_up_on == (
        onset + timedelta(days=56),
        onset + timedelta(days=180),
    )
    assert event(resolved_on=onset).follow_up_on == ()


@pytest.mark.parametrize(
    ("onset", "expected"), [(-1, False), (0, True), (28, True), (29, False)]
)
def test_deep_vein_thrombosis_shows_on_days_0_to_28(onset: int, expected: bool) -> None:
    one = event("deep_vein_thrombosis", onset=onset)
    assert one.is_expected_after(TREATED) is expected


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"what": "rash"}, "got 'rash', wanted one of"),
        ({"grade": 0}, "wanted 1"),
        ({"grade": 6}, "wanted 1"),
        ({"resolved_on": date(2026, 12, 14)}, "before the onset"),
        ({"what": "other"}, "say what the other event is"),
        ({"entry_id": ""}, "entry_id"),
    ],
)
def test_a_wrong_event_is_refused(more: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        event(**more)  # type: ignore[arg-type]


def test_grades_go_from_mild_to_death() -> None:
    assert list(GRADES) == [1, 2, 3, 4, 5]
    assert (GRADES[1], GRADES[5]) == ("mild", "death")
    assert event(grade=5).grade == 5
    assert event("other", text="a cough").text == "a cough"


def test_discomfort_is_none_mild_or_strong() -> None:
    felt = Discomfort(entry_id="d", when="during", level="mild", stinging=True)
    assert felt.stinging
    for values, wrong in (
        ({"level": "some"}, "wanted none, mild or strong"),
        ({"when": "before"}, "wanted during or after"),
        ({"entry_id": " "}, "entry_id"),
    ):
        right = {"entry_id": "d", "when": "after", "level": "none"}
        assert Discomfort(**right)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=wrong):
            Discomfort(**right | values)  # type: ignore[arg-type]
