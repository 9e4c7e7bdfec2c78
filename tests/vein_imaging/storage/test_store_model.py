"""The whole store against a plain-Python model, in any order of calls.

`hypothesis` draws the calls: a few runs here, a thousand when asked for:

    STORE_MODEL_RUNS=1000 pytest tests/vein_imaging/storage/test_store_model.py
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from vein_imaging.domain.session import Annotated, Photographed, event_to_body
from vein_imaging.storage import (
    Entry,
    PatientHistory,
    Store,
    StoreError,
    create_store,
    new_key,
    open_store,
)
from vein_imaging.storage.entries import ledger
from vein_imaging.storage.entries.canonical import Body, canonical
from vein_imaging.storage.errors import InvalidBodyError, PatientErasedError
from vein_imaging.storage.upkeep.erasure import erase_patient
from vein_imaging.storage.upkeep.verify import verify_store

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def note(text: str = "x") -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text=text)


def photographed(sha256: str) -> Photographed:
    return Photographed(
        entry_id=sha256, image_id=sha256, at=NOON, light="white", pose="standing"
    )


texts = st.text(min_size=1, max_size=5).filter(str.strip)


@dataclass(frozen=True)
class Stop:
    severity: str = "stop"


@dataclass
class Model:
    """What the store should hold, in dictionaries and lists."""

    names: dict[str, str] = field(default_factory=dict)
    patient_of: dict[str, str] = field(default_factory=dict)
    events: dict[str, list[tuple[str, object]]] = field(default_factory=dict)
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)


class StoreMachine(RuleBasedStateMachine):
    """Calls on two open windows of one store, and on the model."""

    patients = Bundle("patients")
    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="store-model-"))
        self.folder, self.key = self.base / "clinic", new_key()
        self.model = Model()
        self.at = NOON
        first = create_store(self.folder, self.key, author="o", at=self.at)
        self.windows: list[Store] = [first, open_store(self.folder, self.key)]

    def teardown(self) -> None:
        for window in self.windows:
            window.close()
        shutil.rmtree(self.base)

    def window(self, number: int) -> Store:
        self.at += timedelta(seconds=1)
        return self.windows[number]

    @rule(target=patients, name=st.text(max_size=6), w=st.integers(0, 1))
    def add_patient(self, name: str, w: int) -> str:
        patient_id = self.window(w).add_patient({"name": name}, author="a", at=self.at)
        self.model.names[patient_id] = name
        return patient_id

    @rule(patient=patients, name=st.text(max_size=6), w=st.integers(0, 1))
    def rename(self, patient: str, name: str, w: int) -> None:
        window = self.window(w)
        if patient in self.model.erased:
            with pytest.raises(PatientErasedError):
                window.change_patient(patient, {"name": name}, author="a", at=self.at)
        else:
            window.change_patient(patient, {"name": name}, author="a", at=self.at)
            self.model.names[patient] = name

    @rule(target=sessions, patient=patients, w=st.integers(0, 1))
    def start(self, patient: str, w: int) -> str:
        window = self.window(w)
        if patient in self.model.erased:
            with pytest.raises(PatientErasedError):
                window.start_session(patient, author="a", at=self.at)
            return ""
        session_id = window.start_session(patient, author="a", at=self.at)
        self.model.patient_of[session_id] = patient
        self.model.events[session_id] = []
        return session_id

    def _lives(self, session: str) -> bool:
        patient = self.model.patient_of.get(session)
        return patient is not None and patient not in self.model.erased

    @rule(session=sessions, text=texts, w=st.integers(0, 1))
    def append(self, session: str, text: str, w: int) -> None:
        window, made = self.window(w), note(text)
        if self._lives(session):
            written = window.append(session, made, author="a", at=self.at)
            self.model.events[session].append((made.kind, event_to_body(made)))
            # the same entry once more is the entry that is there
            again = window.append(session, made, author="a", at=self.at)
            assert again == written
        else:
            with pytest.raises(StoreError):
                window.append(session, made, author="a", at=self.at)

    @rule(session=sessions, w=st.integers(0, 1))
    def append_what_cannot_be(self, session: str, w: int) -> None:
        wanted = InvalidBodyError if self._lives(session) else StoreError
        with pytest.raises(wanted):
            self.window(w).append(
                session, Entry("annotated", {"text": 0.1}), author="a", at=self.at
            )

    @rule(session=sessions, w=st.integers(0, 1), most=st.integers(0, 4))
    def check_and_append(self, session: str, w: int, most: int) -> None:
        if not self._lives(session):
            return
        patient = self.model.patient_of[session]
        logs = self.model.events.items()
        count = sum(
            len(log) for one, log in logs if self.model.patient_of[one] == patient
        )

        def check(history: PatientHistory) -> list[Stop]:
            assert len(history.events) == count
            return [Stop()] if len(history.events) >= most else []

        made = note()
        outcome = self.window(w).check_and_append(
            session, made, check=check, author="a", at=self.at
        )
        assert (outcome.event is None) == (count >= most)
        if outcome.event:
            self.model.events[session].append((made.kind, event_to_body(made)))

    @rule(session=sessions, seed=st.integers(0, 9), w=st.integers(0, 1))
    def photograph(self, session: str, seed: int, w: int) -> None:
        if not self._lives(session):
            return
        window = self.window(w)
        noise = np.random.default_rng(seed).integers(0, 255, (8, 8), np.uint8)
        png = bytes(cv2.imencode(".png", noise)[1])
        sha256 = window.put_image(session, png)
        log, made = self.model.events[session], photographed(sha256)
        window.append(session, made, author="a", at=self.at)
        if (made.kind, event_to_body(made)) not in log:
            log.append((made.kind, event_to_body(made)))
        self.model.pictures[sha256 + session] = (session, png)

    @rule(patient=patients, w=st.integers(0, 1))
    def erase(self, patient: str, w: int) -> None:
        window = self.window(w)
        if patient in self.model.erased:
            return
        erase_patient(window, patient, reason="r", author="o", at=self.at)
        self.model.erased.add(patient)
        del self.model.names[patient]

    @rule(w=st.integers(0, 1))
    def reopen(self, w: int) -> None:
        self.windows[w].close()
        self.windows[w] = open_store(self.folder, self.key)

    @precondition(lambda self: self.model.patient_of)
    @invariant()
    def both_windows_show_what_the_model_holds(self) -> None:
        for window in self.windows:
            found = {p.patient_id: p.name for p in window.patients()}
            assert found == self.model.names
            for session, log in self.model.events.items():
                if self._lives(session):
                    shown = [(e.kind, e.body) for e in window.events(session)]
                    assert shown == log
                else:
                    with pytest.raises(PatientErasedError):
                        window.events(session)
        for key, (session, png) in self.model.pictures.items():
            if self._lives(session):
                assert self.windows[0].image(session, key[:64]) == png

    @rule()
    def verify(self) -> None:
        seen = verify_store(self.windows[0])
        assert seen.problems == []
        assert seen.erased == len(self.model.erased)


FEW = settings(
    max_examples=int(os.environ.get("STORE_MODEL_RUNS", "10")),
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_store_does_what_the_model_does() -> None:
    run_state_machine_as_test(StoreMachine, settings=FEW)


def test_a_fault_put_in_on_purpose_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that leaves short values out of a body: the model must notice."""

    def forgetful(body: Body) -> bytes:
        kept = {key: value for key, value in body.items() if len(str(value)) > 4}
        return canonical(kept)

    monkeypatch.setattr(ledger, "canonical", forgetful)
    until_found = settings(
        FEW,
        max_examples=200,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(StoreMachine, settings=until_found)
