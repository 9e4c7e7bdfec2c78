from decimal import Decimal
from typing import Any

from vein_imaging.domain.dose import Finding, Remaining
from vein_imaging.viewer.injecting.dose_words import dose_view

NAMES = {"asclera": "Asclera"}


def _finding(rule: str, severity: Any, message: str = "why") -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        scope="injection",
        product="asclera",
        source="label",
        message=message,
    )


def _left(scope: str, used: str, planned: str, maximum: str) -> Remaining:
    numbers = [Decimal(text) for text in (used, planned, maximum)]
    return Remaining(
        rule="per_session_volume",
        scope=scope,
        product="asclera",
        used=numbers[0],
        planned=numbers[1],
        maximum=numbers[2],
        remaining=max(numbers[2] - numbers[0], Decimal(0)),
        unit="mL",
        source="label",
    )


def test_the_worst_finding_decides_whatever_the_order() -> None:
    view = dose_view(
        [
            _finding("batch_missing", "note"),
            _finding("two_agents", "warn", "two of them"),
            _finding("per_session_volume", "stop", "too much"),
        ],
        [_left("session", "10", "0.1", "10")],
        NAMES,
        "",
    )
    assert view.verdict == "stop"
    assert view.headline == "STOP \N{EM DASH} over the maximum for this session"
    assert view.messages == ("too much", "two of them", "Note: batch not recorded")


def test_the_closest_limit_comes_first_with_the_planned_part_counted() -> None:
    view = dose_view(
        [],
        [_left("session", "3", "0.2", "10"), _left("day", "0", "0.2", "0.3")],
        NAMES,
        "",
    )
    assert view.verdict == "ok"
    assert [line.label for line in view.lines] == [
        "Asclera, today",
        "Asclera, this session",
    ]
    assert view.lines[1].remaining == "7"


def test_where_nothing_is_wrong_the_headline_says_what_was_checked() -> None:
    words = "Within 3 label limits; screening not complete"
    view = dose_view([], [_left("session", "3", "0.2", "10")], NAMES, words)
    assert (view.verdict, view.headline) == ("ok", words)


def test_no_limit_is_never_shown_as_good() -> None:
    silent = dose_view([], [], NAMES, "")
    said = dose_view([_finding("no_limit_known", "warn")], [], NAMES, "")
    assert silent.verdict == said.verdict == "warn"
    assert silent.headline.startswith("NO LIMIT KNOWN")
    assert said.headline.startswith("NO LIMIT KNOWN")


def test_notes_do_not_change_the_verdict() -> None:
    view = dose_view(
        [_finding("batch_missing", "note")], [_left("day", "0", "1", "9")], NAMES, ""
    )
    assert view.verdict == "ok"


def test_a_rule_without_words_of_its_own_is_still_said() -> None:
    assert (
        "some new rule"
        in dose_view([_finding("some_new_rule", "stop")], [], NAMES, "").headline
    )


def test_nothing_left_of_a_limit_of_zero_is_the_closest() -> None:
    view = dose_view(
        [],
        [_left("day", "9", "0.1", "10"), _left("session", "0", "0.1", "0")],
        NAMES,
        "",
    )
    assert view.lines[0].maximum == "0"


def test_what_forbids_the_treatment_is_said_though_the_gas_ratio_is_missing() -> None:
    found = [
        _finding("not_checked", "stop", "State the parts of gas."),
        _finding("contraindication", "stop", "Pregnant: do not treat."),
    ]
    view = dose_view(found, [_left("session", "0", "0.1", "10")], NAMES, "")
    assert view.verdict == "stop"
    assert "contraindication" in view.headline
    assert "gas ratio is missing" in view.headline
    assert view.messages[0] == "Pregnant: do not treat."


def test_a_contraindication_stands_before_a_quantity() -> None:
    found = [
        _finding("per_injection_volume", "stop", "5 mL planned"),
        _finding("screening_incomplete", "stop", "Missing: consent"),
        _finding("contraindication", "stop", "Pregnant: do not treat."),
    ]
    view = dose_view(found, [_left("session", "0", "5", "10")], NAMES, "")
    assert view.headline == "STOP \N{EM DASH} contraindication recorded"
    assert view.messages[0] == "Pregnant: do not treat."
