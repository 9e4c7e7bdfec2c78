"""The patient's page: every section writes what it says, and says what it may not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from vein_imaging.domain.screening import screening_table
from vein_imaging.storage.errors import DiskFullError, StoreUnreachableError
from vein_imaging.treatment import Visit
from vein_imaging.treatment.practice import nothing_against
from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.viewer.patient.question import Question

from .conftest import PASSWORD, Hospital, Room, at_page

GIVEN = EntryText("asclera", "0.5", "liquid", "", "0.2", site="left thigh lateral")


def answered(room: Room) -> Any:
    """Fill the screening in: nothing against it."""
    section = room.page.screening
    section.others_no.click()
    section.doppler.choose("normal")
    for choice in section.ceap.values():
        choice.setCurrentIndex(choice.findData("C1"))
    for name in ("consent_treatment", "consent_foam"):
        section.consents[name].setChecked(True)
    section.suitable.choose(True)
    section.because.setText("nothing against it")
    return section


def press(question: Question, at: int) -> None:
    """Press one of a question's three buttons."""
    button = question.answers.buttons.button(at)
    assert button is not None
    button.click()


def given(visit: Visit) -> None:
    """Inject once, whatever the rules say."""
    visit.log.record(GIVEN, reason="to have something to speak of")


def test_every_question_of_the_table_is_asked_and_none_is_answered_before(
    room: Room,
) -> None:
    section = room.page.screening
    assert list(section.questions) == list(screening_table().conditions)
    assert all(one.answer is None for one in section.questions.values())
    assert "questions open" in section.details.text()
    assert section.result.text() == "FORBIDS TREATMENT"  # no Doppler, no consent


def test_a_screening_is_entered_and_read_back_as_it_was_answered(room: Room) -> None:
    section = answered(room)
    assert section.result.text() == "No answer is a stop or a warning"
    section.questions["asthma"].choose("yes")
    section.save.click()
    assert room.kinds()[-1] == "screened"
    held = room.visit.screening
    assert ("asthma", "yes") in held.answers and len(held.answers) == 36
    assert held.doppler is not None and held.doppler.done_on == room.visit.today
    assert (held.ceap_left, held.ceap_right) == ("C1", "C1")
    assert (held.suitable, held.decided_by) == (True, "anna")
    assert held.consent_treatment and not held.consent_photographs
    assert room.page.said.isVisible()
    again = at_page(room.qtbot, room.visit).page.screening
    assert again.questions["asthma"].answer == "yes"
    assert again.because.text() == "nothing against it"


def test_what_a_yes_forbids_is_said_while_it_is_answered(room: Room) -> None:
    section = answered(room)
    section._changed()
    press(section.questions["pregnancy"], 2)
    assert section.result.text() == "FORBIDS TREATMENT"
    assert "STOP \N{EM DASH} Pregnant: do not treat." in section.details.text()
    press(section.questions["pregnancy"], 1)
    press(section.questions["migraine_with_aura"], 2)
    assert section.result.text() == "FORBIDS SOME TREATMENTS"
    assert "With foam: " in section.details.text()


def test_a_decision_without_a_reason_cannot_be_entered_and_says_so(
    room: Room,
) -> None:
    section = answered(room)
    section.because.clear()
    assert not section.save.isEnabled()
    assert section.why.text() == "A decision needs its reason"


def test_what_forbids_is_said_also_while_something_is_missing(room: Room) -> None:
    section = answered(room)
    section.because.clear()
    press(section.questions["pregnancy"], 2)
    assert not section.save.isEnabled()
    assert "STOP \N{EM DASH} Pregnant: do not treat." in section.details.text()
    section.doppler_on.setText("soon")
    assert "is no date" in section.why.text()
    assert "Pregnant: do not treat." in section.details.text()


def test_a_screening_of_another_window_is_taken_up_or_said(
    qtbot: QtBot, hospital: Hospital
) -> None:
    visit = hospital.visit()
    room = at_page(qtbot, visit)
    other = at_page(qtbot, hospital.work("bert").reopen(visit.head.session_id))
    answered(other).save.click()
    assert other.kinds()[-1] == "screened"
    visit.record.read()
    room.desk.tell_changed()
    section = room.page.screening
    assert section.because.text() == "nothing against it"  # nothing was typed here
    section.because.setText("looked at again")
    answered(other).because.setText("a third time")
    other.page.screening.save.click()
    visit.record.read()
    room.desk.tell_changed()
    assert section.because.text() == "looked at again"
    assert "Another window has entered a screening" in section.why.text()
    assert section.save.isEnabled()
    section.save.click()
    assert visit.screening.reason == "looked at again"
    assert not section.why.isVisible()


def test_an_unknown_answer_of_before_stays_until_it_is_answered(room: Room) -> None:
    question = room.page.screening.questions["asthma"]
    question.choose("unknown")
    assert question.answer == "unknown"
    press(question, 1)
    assert question.answer == "no"


def test_a_weight_is_entered_as_people_write_it(room: Room) -> None:
    section = room.page.plan
    assert not section.save.isEnabled()
    section.kg.setText("6,5")
    assert section.why.text() == "Weight: 6.5 kg cannot be: 10 to 500 kg"
    section.kg.setText("62,5")
    section.save.click()
    assert room.kinds()[-1] == "weighed"
    weighed = room.visit.log.weighed
    assert weighed is not None and weighed.weight.kg == Decimal("62.5")
    assert "62.5 kg on Wednesday 25 November 2026" in section.weights.text()
    assert section.kg.text() == ""


def test_the_plan_names_three_sessions_eight_weeks_apart_and_what_is_due(
    qtbot: QtBot, hospital: Hospital
) -> None:
    visit = hospital.visit()
    given(visit)
    section = at_page(qtbot, visit).page.plan
    lines = section.sessions.text().splitlines()
    assert lines[0] == "Session 1: done on Wednesday 25 November 2026"
    assert lines[1].startswith("Session 2: planned for Wednesday 20 January 2027")
    assert "not before Wednesday 2 December 2026" in lines[1]  # the label's 7 days
    assert lines[2].startswith("Session 3: planned for Wednesday 17 March 2027")
    hospital.pass_days(60)
    later = at_page(qtbot, hospital.visit()).page.plan
    assert later.due.text().endswith("OVERDUE")


def test_an_event_says_what_to_do_and_when_to_look_again(room: Room) -> None:
    section = room.page.events
    assert section.why.text() == "Choose what happened"
    section.what.setCurrentIndex(section.what.findData("staining"))
    assert section.known.isVisible() or section.known.text()
    assert section.why.text() == "Choose how grave it is"
    section.grade.setCurrentIndex(0)
    section.site.setText("left knee medial")
    section.save.click()
    assert room.kinds()[-1] == "adverse_event"
    held = room.visit.session.adverse_events[0]
    assert (held.what, held.grade, held.site) == ("staining", 1, "left knee medial")
    assert "look again on" in section.listed.text()
    assert section.what.currentIndex() == -1


def test_an_event_that_is_not_here_yet_or_says_nothing_is_refused(room: Room) -> None:
    section = room.page.events
    section.grade.setCurrentIndex(0)
    section.what.setCurrentIndex(section.what.findData("other"))
    assert section.why.text() == "Say in words what the other event is"
    section.text.setText("fainted on the stairs")
    section.onset.setText((room.visit.today + timedelta(days=1)).isoformat())
    assert section.why.text() == "The day it began is not here yet"
    section.onset.setText("03/04/2026")
    assert "can mean" in section.why.text()


def test_an_outcome_before_eight_weeks_is_kept_and_said_to_be_no_result(
    qtbot: QtBot, hospital: Hospital
) -> None:
    visit = hospital.visit()
    nothing = at_page(qtbot, visit).page.outcome
    assert "Nothing was injected yet" in nothing.why.text()
    given(visit)
    hospital.pass_days(20)
    early = at_page(qtbot, hospital.visit())
    section = early.page.outcome
    assert "NOT YET ASSESSABLE before Wednesday 20 January" in section.about.text()
    section.photograph.setCurrentIndex(section.photograph.findData(4))
    section.save.click()
    assert early.kinds()[-1] == "scored"
    assert "too early to be a result" in section.listed.text()
    hospital.pass_days(40)
    late = at_page(qtbot, hospital.visit()).page.outcome
    assert "NOT YET" not in late.about.text()
    late.cleared.setText("101")
    assert late.why.text() == "Cleared: 0 to 100 % can be entered"


def test_both_sign_with_their_own_password_and_what_is_signed_is_listed(
    qtbot: QtBot, hospital: Hospital
) -> None:
    visit = hospital.visit()
    given(visit)
    room = at_page(qtbot, visit)
    section = room.page.signing
    assert "1: Asclera 0.5 % liquid, 0.2 mL" in section.listed.text()
    assert section.open.text()  # the screening is missing: a stop that stands
    assert section.why.text() == "Say what you vouch for"
    section.meaning.choose("performed")
    section.password.setText("not the password")
    section.save.click()
    assert [box.text() for box in room.boxes()] == ["NOTHING WAS RECORDED"]
    room.boxes()[0].close()
    assert room.kinds()[-1] == "injected" and section.password.text() == ""
    section.password.setText(PASSWORD)
    section.save.click()
    assert room.kinds()[-1] == "signed"
    assert section.signed.text().startswith("Signed as performed by anna")
    other = at_page(qtbot, hospital.work("bert").reopen(visit.head.session_id))
    other.page.signing.meaning.choose("reviewed")
    other.page.signing.password.setText(PASSWORD)
    other.page.signing.save.click()
    said = other.page.signing.signed.text().splitlines()
    assert [line.split(",")[0] for line in said] == [
        "Signed as performed by anna",
        "Signed as reviewed by bert",
    ]


def test_after_signing_an_entry_needs_a_reason_and_is_an_amendment(
    room: Room, person: Any
) -> None:
    given(room.visit)
    room.visit.sign(PASSWORD)
    room.page.plan.kg.setText("70")
    room.page.plan.save.click()
    dialog: Any = room.page.dialog
    assert dialog is not None and room.kinds()[-1] == "signed"
    person.types(dialog.reason, "weighed late")
    person.click(dialog.go_on)
    assert room.kinds()[-1] == "amended"


def test_what_an_assistant_may_not_do_is_off_with_the_reason(
    qtbot: QtBot, hospital: Hospital
) -> None:
    room = at_page(qtbot, hospital.visit("ben"))
    page = room.page
    for section in (page.screening, page.events, page.outcome, page.signing):
        assert not section.save.isEnabled()
        assert "ben is assistant" in section.why.text()
    page.plan.kg.setText("70")
    assert page.plan.save.isEnabled()  # preparing is an assistant's
    page.plan.save.click()
    assert room.kinds()[-1] == "weighed"


def test_aftercare_stands_with_its_dates(qtbot: QtBot, hospital: Hospital) -> None:
    visit = hospital.visit()
    before = at_page(qtbot, visit).page.aftercare
    assert "Nothing was injected yet" in before.lines.text()
    given(visit)
    after = at_page(qtbot, visit).page.aftercare
    assert after.next.text() == "Next session: Wednesday 20 January 2027"
    assert "Wednesday 25 November" in after.lines.text()
    assert date(2026, 11, 25) == visit.treated_on[-1]


@pytest.mark.parametrize("height", [530, 900])
def test_the_button_that_enters_never_lies_below_the_fold(
    room: Room, height: int
) -> None:
    room.window.resize(500, height)
    for section in room.page.sections.values():
        room.page.show_section(section)
        room.qtbot.wait(1)
        if section.save.isHidden():
            continue
        place = section.save.mapTo(room.window, section.save.rect().bottomLeft())
        assert section.save.isVisible() and place.y() < room.window.height()
        assert section.save.height() >= 44


def test_a_full_disk_is_said_and_what_was_typed_is_still_there(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise DiskFullError("the disk is full; make room")

    before = room.kinds()
    room.page.plan.kg.setText("70")
    with monkeypatch.context() as patch:
        patch.setattr("vein_imaging.storage.store.Store.append_in", full)
        room.page.plan.save.click()
    said = [(box.text(), box.informativeText()) for box in room.boxes()]
    assert said == [("NOTHING WAS RECORDED", "the disk is full; make room")]
    room.boxes()[0].close()
    assert room.kinds() == before and room.page.plan.kg.text() == "70"
    room.page.plan.save.click()
    assert room.kinds() == [*before, "weighed"]


def test_a_lost_answer_is_found_out_before_anything_else_is_written(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vein_imaging.storage.people import signed_in

    def lost(*_: object, **__: object) -> None:
        raise StoreUnreachableError("the server went away")

    real = signed_in.SignedInStore.check_and_append

    def committed_then_lost(self: Any, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **kwargs)
        lost()

    before = room.kinds()
    room.page.plan.kg.setText("70")
    with monkeypatch.context() as patch:
        patch.setattr(signed_in.SignedInStore, "check_and_append", committed_then_lost)
        patch.setattr(signed_in, "settle_entry", lost)
        room.page.plan.save.click()
        assert [box.text() for box in room.boxes()] == ["NOT KNOWN YET"]
        room.boxes()[0].close()
    room.page.plan.save.click()
    assert [box.text() for box in room.boxes()] == ["The last click was recorded"]
    assert room.kinds() == [*before, "weighed"]  # once


def test_eight_weeks_later_pregnancy_is_asked_anew(
    qtbot: QtBot, hospital: Hospital
) -> None:
    first = hospital.visit()
    first.screen(nothing_against(first, "spider veins"))
    hospital.pass_days(56)
    room = at_page(qtbot, hospital.visit())
    section = room.page.screening
    assert section.questions["pregnancy"].answer is None
    assert section.questions["migraine_with_aura"].answer == "no"
    assert "regnant?" in section.details.text()
    section.others_no.click()
    section.enter()
    assert dict(room.visit.screening.answers)["pregnancy"] == "no"
    assert section.questions["pregnancy"].answer == "no"
