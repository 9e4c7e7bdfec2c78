"""A store that is full, locked or silent: what is read, and that the window goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QProgressDialog

from vein_imaging.storage.errors import (
    DiskFullError,
    StoreBusyError,
    StoreError,
    StoreReadOnlyError,
    StoreUnreachableError,
)

from .conftest import WAIT_MS, Desk

TURNS = 20  # of the window's loop, while the store waits


@pytest.mark.parametrize(
    "error",
    [
        DiskFullError("The disk is full: make room"),
        StoreBusyError("Another program is writing: try again"),
        StoreReadOnlyError("The store cannot be written to"),
    ],
    ids=["disk full", "locked", "read only"],
)
def test_what_the_store_refuses_is_said_and_nothing_is_lost_of_what_was_typed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: StoreError
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise error

    desk.fill_in("0.2", batch="L1")
    desk.checked()
    before = desk.kinds()
    with monkeypatch.context() as patch:
        patch.setattr("vein_imaging.storage.store.Store.append_in", refuses)
        desk.click()
    said = [(box.text(), box.informativeText()) for box in desk.boxes()]
    assert said == [("NOTHING WAS RECORDED", str(error))]
    desk.boxes()[0].close()
    assert desk.kinds() == before and desk.panel.log.table.rowCount() == 0
    assert desk.panel.form.entry.batch == "L1"
    desk.checked()
    desk.click()
    assert desk.kinds() == [*before, "injected"]


@contextmanager
def watched(desk: Desk, let_go: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """Look on while the window waits; let the store go on once it has been said."""
    seen: dict[str, Any] = {"turns": 0, "said": ""}

    def look() -> None:
        seen["turns"] += 1
        for box in desk.window.findChildren(QProgressDialog):
            if box.isVisible():
                seen["said"] = box.labelText()
        if seen["said"] and seen["turns"] > TURNS:
            let_go()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(20)
    ends = threading.Timer(WAIT_MS / 1000, let_go)  # a test that fails ends as well
    ends.start()
    try:
        yield seen
    finally:
        timer.stop()
        ends.cancel()
        let_go()


def test_while_the_database_is_locked_the_window_goes_on_and_says_so(
    desk: Desk,
) -> None:
    """It froze for six seconds."""
    store: Any = desk.visit._signed_in._desk.store  # type: ignore[union-attr]
    locked, go_on = threading.Event(), threading.Event()

    def other_program() -> None:
        with store.writing():
            locked.set()
            go_on.wait(WAIT_MS / 1000)

    desk.fill_in("0.2")
    desk.checked()
    before = desk.kinds()
    other = threading.Thread(target=other_program)
    other.start()
    assert locked.wait(10)
    with watched(desk, go_on.set) as seen:
        desk.click()
    other.join(10)
    assert "does not answer yet" in seen["said"]
    assert seen["turns"] > TURNS
    assert desk.kinds() == [*before, "injected"]  # as soon as it could be
    assert desk.panel.so_far.given.text() == "0.2 mL"


def test_while_a_server_is_silent_no_click_is_taken_and_it_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited for ever; keys that were pressed meanwhile would have been entries."""
    go_on = threading.Event()

    def silent(*_: object, **__: object) -> None:
        go_on.wait(WAIT_MS / 1000)
        raise StoreUnreachableError("no answer for 30 s")

    desk.fill_in("0.2")
    desk.checked()
    before = desk.kinds()
    with monkeypatch.context() as patch:
        patch.setattr(
            "vein_imaging.storage.people.signed_in.SignedInStore.check_and_append",
            silent,
        )
        with watched(desk, go_on.set) as seen:
            desk.click()
        assert "clicks and keys are not taken" in seen["said"]
        assert seen["turns"] > TURNS
    # Afterwards the store answered: it is certain that nothing was written.
    said = [(box.text(), box.informativeText()) for box in desk.boxes()]
    assert said == [("NOTHING WAS RECORDED", "no answer for 30 s")]
    assert desk.kinds() == before


def test_while_a_server_is_silent_typing_goes_on_without_any_verdict(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def silent(*_: object) -> None:
        go_on.wait(WAIT_MS / 1000)
        raise StoreUnreachableError("no answer for 30 s")

    desk.fill_in("0.2")
    assert desk.checked().startswith("Within")
    monkeypatch.setattr(type(desk.visit.record), "clock_findings", silent)
    volume = desk.panel.form.fields["volume_ml"]
    volume.setText("0.25")
    assert desk.headline.startswith("Checking")
    assert desk.panel.dose.property("verdict") == "none"
    go_on.set()
    desk.until(lambda: desk.headline.startswith("NOT CHECKED"))
    assert "the store does not answer" in desk.headline
    assert desk.panel.dose.messages.text() == "no answer for 30 s"


def test_that_others_writes_are_not_seen_is_said_until_they_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise StoreUnreachableError("no answer for 30 s")

    with monkeypatch.context() as patch:
        patch.setattr(type(desk.visit.record), "look_for_news", silent)
        desk.recorder.others.look()
        desk.until(lambda: desk.panel.of_store.isVisible())
    said = desk.panel.of_store.text()
    assert said == "What others write is not seen: no answer for 30 s"
    desk.recorder.others.look()
    desk.until(lambda: not desk.panel.of_store.isVisible())


def test_a_reason_is_kept_though_its_dialog_is_gone_before_the_store_answers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read from the closed dialog, in another thread."""
    desk.fill_in("0.2")
    desk.click()
    go_on, real = threading.Event(), desk.visit.log.void

    def slow(entry_id: str, reason: str) -> Any:
        go_on.wait(WAIT_MS / 1000)
        return real(entry_id, reason)

    monkeypatch.setattr(desk.visit.log, "void", slow)
    desk.panel.log.table.selectRow(0)
    desk.panel.log.void.click()
    dialog: Any = desk.recorder.dialog
    dialog.reason.setText("never given")
    with watched(desk, go_on.set):
        dialog.go_on.click()
    assert desk.recorder.dialog is None
    voided = desk.visit.session.entries[0].voided_by
    assert voided is not None and voided.reason == "never given"
    desk.recorder.close()
