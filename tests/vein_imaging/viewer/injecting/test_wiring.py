"""The inject page on a real store: what is typed, clicked, corrected, and read."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QLabel

from vein_imaging.treatment import Site, Visit
from vein_imaging.treatment.practice import practice_visit
from vein_imaging.treatment.typed_injection import EntryText
from vein_imaging.viewer.injecting.dose_view import DoseView

from .conftest import WAIT_MS, Desk, at_desk, skin


def test_what_fits_is_said_before_a_volume_is_typed(desk: Desk) -> None:
    desk.fill_in("")
    desk.checked()
    so_far = desk.panel.so_far
    assert so_far.given.text() == "0 mL"
    assert so_far.fits.text() == "10 mL"
    assert so_far.fits_of.text() == "of 10 mL; at once 0.3 mL"
    assert so_far._fits_caption.text() == "Still fits, this session"


def test_what_was_given_and_what_still_fits_are_large_and_follow_each_injection(
    desk: Desk,
) -> None:
    for volume in ("0.2", ".3"):
        desk.fill_in(volume)
        desk.click()
    so_far = desk.panel.so_far
    desk.until(lambda: so_far.fits.text() == "9.5 mL")
    assert so_far.given.text() == "0.5 mL"
    assert so_far.given_of.text() == "in 2 injections"
    assert so_far.given.font().pixelSize() >= 28 <= so_far.fits.font().pixelSize()


def test_a_stale_answer_is_never_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check of 0.2 mL ends after 0.4 mL was typed: its green must not show."""
    desk.fill_in("")
    desk.checked()
    go_on, real = threading.Event(), desk.visit.log.check
    seen: list[str] = []

    def slow(entry: EntryText) -> Any:
        judged = real(entry)
        if entry.volume_ml == "0.2":
            assert go_on.wait(WAIT_MS / 1000)
        return judged

    monkeypatch.setattr(desk.visit.log, "check", slow)
    volume = desk.panel.form.fields["volume_ml"]
    volume.setText("0.2")
    assert desk.headline == "Checking\N{HORIZONTAL ELLIPSIS}"
    volume.setText("0.4")
    real_show = desk.panel.dose.show_view

    def watched(view: DoseView) -> None:
        seen.append(view.headline)
        real_show(view)

    monkeypatch.setattr(desk.panel.dose, "show_view", watched)
    go_on.set()
    assert desk.checked().startswith("STOP")
    assert [one for one in seen if one.startswith("Within")] == []


def test_the_window_goes_on_while_a_check_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, asked = threading.Event(), threading.Event()

    def silent(entry: EntryText) -> None:
        asked.set()
        assert go_on.wait(WAIT_MS / 1000)

    monkeypatch.setattr(desk.visit.log, "check", silent)
    desk.fill_in("0.2")
    assert asked.wait(10)
    # The thread that draws is free: it takes keys, and no verdict stands meanwhile.
    desk.panel.form.fields["batch"].setText("L1")
    desk.qtbot.wait(1)
    assert desk.headline.startswith("Checking")
    go_on.set()
    desk.until(lambda: not desk.headline.startswith("Checking"))


def test_foam_made_by_hand_without_its_ratio_leaves_no_green_and_asks(
    desk: Desk,
) -> None:
    """It left the last green on the panel and swallowed every click."""
    desk.fill_in("0.2")
    assert desk.checked().startswith("Within")
    desk.panel.form.form.setCurrentIndex(1)
    assert not desk.checked().startswith("Within")
    assert desk.panel.dose.property("verdict") != "ok"
    before = desk.kinds()
    desk.click()
    assert desk.recorder.dialog is not None and desk.kinds() == before
    desk.recorder.dialog.reject()
    desk.panel.form.fields["gas_parts_per_liquid_part"].setText("4")
    assert "gas ratio" not in desk.checked()


@pytest.mark.parametrize("product", ["sodium chloride 23.4 %", "glycerin"])
def test_a_product_that_no_label_lists_is_recorded_and_the_session_opens_again(
    qtbot: QtBot, visit: Visit, product: str
) -> None:
    """A symbol that the picture could not draw ended every later start."""
    desk = at_desk(qtbot, visit)
    desk.panel.form.product.setEditText(product)
    desk.panel.form.fields["volume_ml"].setText("0.1")
    assert desk.checked().startswith("NO LIMIT KNOWN")
    assert not desk.panel.form.presets.isEnabled()
    desk.click()
    assert desk.kinds()[-1] == "injected"
    desk.recorder.close()
    again = at_desk(qtbot, visit)
    assert product in again.panel.log.totals.text().casefold()
    again.recorder.close()


def test_a_preset_fills_in_strength_and_form_and_keeps_the_rest(desk: Desk) -> None:
    desk.fill_in("0.2", batch="L1")
    desk.checked()
    offered = desk.panel.form.presets.offered
    assert [one.concentration_percent for one in offered] == ["0.5", "1"]
    desk.panel.form.presets.chosen.emit(offered[1])
    entry = desk.panel.form.entry
    assert (entry.concentration_percent, entry.form) == ("1", "liquid")
    assert (entry.volume_ml, entry.batch) == ("0.2", "L1")


def test_as_the_last_one_fills_everything_in_but_the_width_of_its_vein(
    desk: Desk,
) -> None:
    assert not desk.panel.form.last.isEnabled()
    desk.fill_in("0.2", batch="L1", expires_on="03/2027", site="left knee medial")
    desk.panel.form.fields["vein_diameter_mm"].setText("0.8")
    desk.panel.form.width_typed = True
    desk.click()
    desk.panel.form.fill(EntryText())
    desk.panel.form.last.click()
    entry = desk.panel.form.entry
    assert (entry.product, entry.concentration_percent) == ("asclera", "0.5")
    assert (entry.volume_ml, entry.batch, entry.site) == (
        "0.2",
        "L1",
        "left knee medial",
    )
    assert (entry.expires_on, entry.vein_diameter_mm) == ("2027-03-31", "")


def test_how_an_expiry_is_read_stands_below_the_form(desk: Desk) -> None:
    desk.fill_in("0.2", expires_on="03/2027")
    said = desk.panel.form.as_read
    assert said.isVisible() and "the end of the month" in said.text()
    caption = desk.panel.form._expires.findChild(QLabel)
    assert caption is not None and caption.text() == "= 2027-03-31"
    desk.panel.form.fields["expires_on"].setText("2027-03-31")
    assert not said.isVisible() and caption.text() == "Expires"


def test_a_refused_number_is_said_in_a_clinicians_words(desk: Desk) -> None:
    desk.fill_in("1,000")
    assert desk.checked().startswith("NOT CHECKED")
    assert (
        desk.panel.form.problem.text()
        == "Volume: “1,000” can mean 1000 or 1.000: type one of the two"
    )
    before = desk.kinds()
    desk.click()
    assert desk.kinds() == before
    assert desk.panel.said.text().startswith("Nothing was recorded: Volume")


def test_a_second_click_within_a_second_says_why_it_did_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a busy machine may take longer than the second
    monkeypatch.setattr("vein_imaging.viewer.injecting.wiring._TREMBLE_S", 60.0)
    desk.fill_in("0.1", site="left knee medial")
    desk.click()
    before = desk.kinds()
    desk.recorder.record_unplaced()
    assert desk.kinds() == before
    assert "taken for a slip" in desk.panel.said.text()


def test_an_entry_is_corrected_with_a_reason_and_shows_what_it_was(
    desk: Desk, person: Any
) -> None:
    desk.fill_in("0.2", batch="L1")
    desk.click()
    desk.panel.log.table.selectRow(0)
    desk.panel.log.correct.click()
    dialog: Any = desk.recorder.dialog
    assert dialog.form.entry.volume_ml == "0.2"
    assert not dialog.go_on.isEnabled()
    dialog.form.fields["volume_ml"].setText("0,3")
    assert not dialog.go_on.isEnabled()
    person.types(dialog.reason, "misread the syringe")
    person.click(dialog.go_on)
    assert desk.kinds()[-1] == "corrected"
    assert desk.recorder.dialog is None
    item = desk.panel.log.table.item(0, 2)
    assert item is not None
    assert "corrected, was Asclera 0.5 % liquid 0.2 mL: misread the" in item.text()
    assert desk.panel.so_far.given.text() == "0.3 mL"
    corrected = desk.visit.session.entries[0].injection
    assert corrected.batch == "L1"


def test_a_correction_that_cannot_be_read_stays_open_and_says_why(
    desk: Desk, person: Any
) -> None:
    desk.fill_in("0.2")
    desk.click()
    desk.panel.log.table.selectRow(0)
    desk.panel.log.correct.click()
    dialog: Any = desk.recorder.dialog
    dialog.form.fields["volume_ml"].setText("lots")
    person.types(dialog.reason, "misread")
    person.click(dialog.go_on)
    assert dialog.isVisible() and "“lots”" in dialog.form.problem.text()
    assert desk.kinds()[-1] == "injected"
    dialog.reject()


def test_what_is_added_after_signing_is_said_to_be_an_amendment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.fill_in("0.1")
    desk.click()
    signed(desk.visit, monkeypatch)
    desk.fill_in("0.2")
    desk.click()
    dialog: Any = desk.recorder.dialog
    assert dialog is not None and desk.kinds()[-1] == "signed"
    dialog.reason.setText("found on the tray")
    dialog.go_on.click()
    assert desk.kinds()[-1] == "amended"
    item = desk.panel.log.table.item(0, 2)
    assert item is not None and "added after signing" in item.text()


def test_a_stop_is_said_in_a_signed_session_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.fill_in("0.1")
    desk.click()
    signed(desk.visit, monkeypatch)
    desk.fill_in("0.9")
    desk.click()
    dialog: Any = desk.recorder.dialog
    said = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert "STOP" in said and "over the maximum for one injection" in said
    assert "THIS SESSION IS SIGNED" in said and "0.9 mL planned" in said
    dialog.reject()
    assert desk.kinds()[-1] == "signed"


def signed(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign the session of practice, whose password nobody knows."""
    store: Any = visit._signed_in
    monkeypatch.setattr(type(store), "_with_password", lambda self, _: self._desk)
    visit.sign("whatever it is")


def test_the_area_is_chosen_on_the_drawing(desk: Desk) -> None:
    desk.fill_in("0.1", site="left knee medial")
    desk.click()
    desk.panel.form.drawing.click()
    dialog: Any = desk.recorder.dialog
    assert dialog.words.text() == "left knee medial: 1 given"
    dialog.legs.chosen.emit("right thigh lateral")
    assert desk.panel.form.entry.site == "right thigh lateral"
    assert desk.recorder.dialog is None


def test_what_another_window_writes_is_seen(qtbot: QtBot, desk: Desk) -> None:
    """Its totals were those of when the window was opened."""
    other = _second_window(desk.visit)
    other.log.record(EntryText("asclera", "0.5", "liquid", "", "0.3", batch="L1"))
    desk.recorder.others.look()
    desk.until(lambda: desk.panel.so_far.given.text() == "0.3 mL")
    assert "Another window has written" in desk.panel.said.text()
    assert desk.panel.log.table.rowCount() == 1


def test_looking_for_news_does_not_keep_a_desk_from_locking(desk: Desk) -> None:
    store: Any = desk.visit._signed_in
    used_s = store._last_used_s
    assert desk.visit.record.look_for_news() is not None
    assert desk.visit.record.look_for_news() is None  # nothing new
    assert store._last_used_s == used_s


def test_older_news_never_take_an_entry_away(desk: Desk) -> None:
    old = desk.visit.record.look_for_news()
    assert old is not None
    desk.fill_in("0.1")
    desk.click()
    assert not desk.visit.record.take_up_news(old)
    assert len(desk.visit.session.entries) == 1


def _second_window(visit: Visit) -> Visit:
    store: Any = visit._signed_in
    return Visit(store, visit.head, visit.clinic, visit.watch, visit._new_id)


def test_an_assistant_reads_why_nothing_can_be_recorded(
    qtbot: QtBot, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        type(visit), "why_not_write", lambda self, kind: "ben is assistant"
    )
    desk = at_desk(qtbot, visit)
    assert not desk.panel.log_sites.isEnabled()
    assert not desk.panel.unplaced.isEnabled()
    assert desk.panel.said.isVisible()
    assert desk.panel.said.text() == "ben is assistant"
    desk.recorder.close()


@pytest.mark.parametrize("height", [500, 900])
def test_with_a_stop_on_the_screen_nothing_is_cut_off_and_the_list_is_one_press_away(
    qtbot: QtBot, visit: Visit, height: int
) -> None:
    """At 1280 x 720 the list and Void lay below the fold."""
    desk = at_desk(qtbot, visit, height=height)
    desk.fill_in("0.1", site="left knee medial")
    desk.click()
    desk.fill_in("0.4")
    assert desk.checked().startswith("STOP")
    panel = desk.panel
    assert desk.window.height() == height  # it did not have to grow
    for widget in (panel.so_far, panel.dose.headline, panel.log_sites, panel.unplaced):
        _seen_whole(desk, widget)
    panel.so_far.show_list.click()
    for part in (panel.log.table, panel.log.void, panel.log.correct):
        _seen_whole(desk, part)
    assert panel.log.table.height() >= 120
    panel.so_far.show_list.click()
    assert panel.form.fields["volume_ml"].isVisible()
    desk.recorder.close()


def _seen_whole(desk: Desk, widget: Any) -> None:
    inside = widget.mapTo(desk.window, widget.rect().topLeft())
    assert widget.isVisible() and not widget.visibleRegion().isEmpty()
    assert inside.y() >= 0
    assert inside.y() + widget.height() <= desk.window.height(), widget
    assert widget.height() >= widget.minimumSizeHint().height(), widget


def test_a_site_follows_the_skin_and_is_dashed_where_it_is_not_recognised(
    desk: Desk,
) -> None:
    """Marks were drawn on another picture as if they lay there."""
    desk.fill_in("0.1", site="left knee medial")
    taken = skin(1)
    desk.recorder.follow(taken)
    desk.recorder._forget_last()
    desk.recorder.clicked(Site((100, 200), taken), None)
    desk.recorder.show_marks()
    placed = [(mark.point_rc, mark.dimmed) for mark in desk.canvas.marks]
    assert placed == [((100, 200), False)]
    moved = np.roll(taken, (24, -40), (0, 1))
    follow(desk, moved)
    desk.until(lambda: not desk.canvas.marks[0].dimmed)
    row, column = desk.canvas.marks[0].point_rc
    assert abs(row - 124) < 6 and abs(column - 160) < 6
    assert not desk.panel.of_marks.isVisible()
    follow(desk, np.full_like(taken, 90))
    desk.until(lambda: desk.canvas.marks[0].dimmed)
    assert "on an earlier picture" in desk.panel.of_marks.text()
    assert desk.canvas.marks[0].point_rc == (100, 200)


def follow(desk: Desk, pixels: Any) -> None:
    """Give a picture until it was looked at: looks are spaced out."""
    sites = desk.recorder.sites
    sites._followed_s = 0.0
    sites._looked = None
    desk.until(lambda: not sites._newest.busy)
    desk.recorder.follow(pixels)
    desk.recorder.show_marks()


def test_many_sites_keep_few_pictures_in_memory(desk: Desk) -> None:
    for number in range(7):
        desk.fill_in("0.1", site="left knee medial")
        desk.click((40 + number, 60), seed=number)
    sites = desk.recorder.sites
    kept = [one for one in sites._here.values() if one is not None]
    assert len(sites._here) == 7 and len(kept) == 4
    follow(desk, skin(6))
    desk.until(lambda: not desk.canvas.marks[-1].dimmed)
    assert len(sites._guides) <= 4
    assert len(desk.canvas.marks) == 7  # those of before are dashed, none is gone


def test_after_the_window_was_closed_a_site_is_found_again_on_its_own_skin(
    qtbot: QtBot,
) -> None:
    with practice_visit("US", "UTC") as visit:
        first = at_desk(qtbot, visit)
        first.fill_in("0.1", site="left knee medial")
        first.click((100, 200), seed=1)
        first.recorder.close()
        again = at_desk(qtbot, visit)
        again.panel.form.fields["site"].setText("left knee medial")
        assert not again.canvas.marks  # not before its skin is recognised
        again.recorder.follow(skin(1))
        again.until(lambda: len(again.canvas.marks) == 1)
        row, column = again.canvas.marks[0].point_rc
        assert abs(row - 100) < 4 and abs(column - 200) < 4
        again.panel.form.fields["site"].setText("right knee medial")
        assert not again.canvas.marks
        again.recorder.close()


def test_without_picture_and_area_nothing_is_recorded_and_said(desk: Desk) -> None:
    desk.fill_in("0.1", site="")
    before = desk.kinds()
    desk.panel.unplaced.click()
    assert desk.kinds() == before
    said = [one.text() for one in desk.panel.findChildren(QLabel) if one.isVisible()]
    assert any("name the area" in text for text in said)
    desk.fill_in("0.1", site="left thigh lateral")
    desk.panel.unplaced.click()
    assert desk.kinds() == [*before, "injected"]
