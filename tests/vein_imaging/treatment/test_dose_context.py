"""What a dose is judged against is put together once, of all that the store holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from vein_imaging.domain.dose import DoseContext, Finding, check_dose
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.screening import Screening
from vein_imaging.treatment import Given, Needs, Site
from vein_imaging.treatment import dose_context as module
from vein_imaging.treatment.typed_injection import EntryText

TIGHTER = """
clinic = "Example Clinic"
date = "2026-11-01"
region = "US"
[[limit]]
product = "asclera"
rule = "per_session_volume"
maximum = "0.3"
"""
SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")
LARGE = replace(SMALL, volume_ml="0.4")
SITE = Site((2.4, 5.6), np.arange(48, dtype=np.uint8).reshape(6, 8))
HEAVY = EntryText("aethoxysklerol", "3", "liquid", "", "2", batch="L1")


def rules_of(done: Given | Needs) -> list[str]:
    assert done.judged is not None
    return [one.rule for one in done.judged.findings if one.severity == "stop"]


def test_a_stored_contraindication_stops_the_injection(clinic: Any) -> None:
    visit = clinic.visit()
    pregnant = replace(
        visit.screening,
        answers=(("pregnancy", "yes"),),
        suitable=False,
        reason="pregnant",
    )
    visit.screen(pregnant)
    judged = visit.log.check(SMALL)
    assert judged is not None and "contraindication" in [f.rule for f in judged.stops]
    answer = visit.log.record(SMALL)
    assert isinstance(answer, Needs) and "contraindication" in rules_of(answer)
    assert visit.session.injections == ()


def test_the_screening_of_an_earlier_session_holds_in_the_next(clinic: Any) -> None:
    first = clinic.visit()
    first.screen(replace(first.screening, answers=(("pregnancy", "yes"),)))
    clinic.pass_time(days=56)
    work = clinic.work()
    again = work.start_session(first.head.patient_id)
    assert isinstance(again.log.record(SMALL), Needs)


def test_a_patient_never_screened_is_stopped(clinic: Any) -> None:
    visit = clinic.visit(screened=False)
    answer = visit.log.record(SMALL)
    assert isinstance(answer, Needs) and "screening_incomplete" in rules_of(answer)
    assert visit.screening == Screening()


def test_the_clinics_own_limits_stop_what_the_label_allows(
    make_clinic: Callable[..., Any],
) -> None:
    visit = make_clinic(limits=TIGHTER).visit()
    for _ in range(3):
        assert isinstance(visit.log.record(SMALL), Given)
    answer = visit.log.record(SMALL)
    assert isinstance(answer, Needs)
    assert rules_of(answer) == ["per_session_volume"]
    assert "the clinic allows 0.3 mL" in answer.judged.findings[0].message


def test_the_weight_and_its_date_come_from_the_record(
    make_clinic: Callable[..., Any],
) -> None:
    clinic = make_clinic(region="DE")
    visit = clinic.visit()
    missing = visit.log.check(HEAVY)
    assert missing is not None and "weight_missing" in [f.rule for f in missing.stops]
    visit.weigh(Weight.from_text("31"))
    judged = visit.log.check(HEAVY)
    assert judged is not None and judged.stops == ()
    clinic.pass_time(days=91)
    old = clinic.work().start_session(visit.head.patient_id).log.check(HEAVY)
    assert old is not None and "weight_stale" in [f.rule for f in old.findings]


def test_one_entry_of_another_patient_dated_ahead_does_not_empty_today(
    make_clinic: Callable[..., Any],
) -> None:
    """Three times the daily maximum was given, and no reason was asked."""
    clinic = make_clinic(region="DE")
    visit = clinic.visit()
    visit.weigh(Weight.from_text("31"))
    assert isinstance(visit.log.record(HEAVY), Given)  # 60 of 62 mg
    right = clinic.now
    clinic.set_clock(right + timedelta(days=1))
    clinic.visit("bert").note("by a clock a day ahead")
    clinic.set_clock(right + timedelta(minutes=10))
    answer = clinic.work().reopen(visit.head.session_id).log.record(HEAVY)
    assert isinstance(answer, Needs)
    assert "per_day_mass_per_kg" in rules_of(answer)


def test_an_injection_dated_ahead_counts_on_the_day_of_the_right_clock(
    make_clinic: Callable[..., Any],
) -> None:
    clinic = make_clinic(region="DE")
    visit = clinic.visit()
    visit.weigh(Weight.from_text("31"))
    right = clinic.now
    half = replace(HEAVY, volume_ml="1")
    clinic.set_clock(right + timedelta(days=1))
    visit.log.record(half, reason="30 of 62 mg, dated tomorrow")
    clinic.set_clock(right)
    visit.log.record(half, reason="another 30")
    answer = visit.log.record(half)
    assert isinstance(answer, Needs) and "per_day_mass_per_kg" in rules_of(answer)


def test_a_clock_set_back_brings_no_allowance_back(
    make_clinic: Callable[..., Any],
) -> None:
    clinic = make_clinic(region="DE")
    visit = clinic.visit()
    visit.weigh(Weight.from_text("31"))
    visit.log.record(HEAVY)
    clinic.set_clock(clinic.now - timedelta(days=1))
    answer = visit.log.record(HEAVY)
    assert isinstance(answer, Needs) and "per_day_mass_per_kg" in rules_of(answer)


def test_the_rules_run_once_a_click(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = clinic.visit()
    runs: list[DoseContext] = []

    def counted(context: DoseContext) -> tuple[Finding, ...]:
        runs.append(context)
        return check_dose(context)

    monkeypatch.setattr(module, "check_dose", counted)
    assert isinstance(visit.log.record(SMALL, SITE), Given)
    assert len(runs) == 1
    assert isinstance(visit.log.record(LARGE, SITE), Needs)
    assert len(runs) == 2
    visit.log.record(LARGE, SITE, reason="given already")
    assert len(runs) == 3


def test_a_reason_does_not_switch_the_check_off(clinic: Any) -> None:
    visit = clinic.visit()
    visit.log.record(LARGE, SITE, reason="given already")
    (entry,) = visit.session.entries
    assert "per_injection_volume" in [one.rule for one in entry.event.findings]
    assert entry.event.reason == "given already"


def test_a_correction_is_judged_on_its_own_day_without_what_it_corrects(
    clinic: Any,
) -> None:
    visit = clinic.visit()
    third = replace(SMALL, volume_ml="0.3")
    visit.log.record(third)
    first = visit.session.entries[0].entry_id
    for _ in range(32):
        visit.log.record(third)
    done = visit.log.correct(first, SMALL, "0.1 mL it was")  # 9.6 + 0.1 of 10
    assert isinstance(done, Given) and done.judged is not None
    assert done.judged.stops == ()
