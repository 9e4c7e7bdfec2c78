"""Files and entries that were damaged or forged: one kind of refusal, nothing written.

A few hundred inputs here; a hundred thousand when asked for:

    STORE_FUZZ_INPUTS=20000 pytest tests/vein_imaging/storage/test_fuzz.py
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime

import cv2
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vein_imaging.domain.injection import injection_from_json
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.screening import Screening
from vein_imaging.domain.session import (
    Annotated,
    Event,
    Injected,
    Mark,
    Screened,
    Voided,
    Weighed,
    event_to_body,
)
from vein_imaging.storage import Entry, Store, StoreError
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.ledger import read_entries
from vein_imaging.storage.errors import (
    DamagedImageError,
    TooManyAttemptsError,
    WrongPasswordError,
)
from vein_imaging.storage.files.layout import find_store
from vein_imaging.storage.people.attempts import Attempts
from vein_imaging.storage.people.clocks import Clocks
from vein_imaging.storage.people.key_slots import KeySlots, made_slot
from vein_imaging.storage.upkeep.checkpoint import (
    read_checkpoint,
    signed_checkpoint,
    verification_key,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PNG = bytes(cv2.imencode(".png", np.zeros((4, 4), np.uint8))[1])
FUZZ = settings(
    max_examples=int(os.environ.get("STORE_FUZZ_INPUTS", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_SHOT = injection_from_json(
    {
        "at": NOON.isoformat(),
        "product": "asclera",
        "concentration_percent": "0.5",
        "form": "liquid",
        "volume_ml": "0.1",
    }
)
SAMPLES: tuple[Event, ...] = (
    Annotated(entry_id="n", text="x", mark=Mark.at_pixels("i", [(1, 2)])),
    Injected(entry_id="i", injection=_SHOT, limits_version="v"),
    Screened(entry_id="s", screening=Screening(answers=(("asthma", "no"),))),
    Weighed(entry_id="w", weight=Weight.from_text("70"), at=NOON),
    Voided(entry_id="v", voids="i", reason="r"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Cut, change, insert or replace some bytes; or swap one value of JSON."""
    kind = draw(st.sampled_from(["noise", "cut", "change", "insert", "json"]))
    at = draw(st.integers(0, max(0, len(whole) - 1)))
    if kind == "noise":
        return draw(st.binary(max_size=200))
    if kind == "cut":
        return whole[:at]
    if kind == "change":
        return whole[:at] + bytes([draw(st.integers(0, 255))]) + whole[at + 1 :]
    if kind == "insert":
        return whole[:at] + draw(st.binary(min_size=1, max_size=9)) + whole[at:]
    try:
        value = json.loads(whole)
    except ValueError:
        return whole[at:]
    swapped = draw(json_values)
    if isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(value)))
        inner = value[key]
        if isinstance(inner, dict) and inner:
            inner[draw(st.sampled_from(sorted(inner)))] = swapped
        else:
            value[key] = swapped
    return json.dumps(value).encode()


@FUZZ
@given(data=st.data())
def test_a_forged_description_is_refused(store: Store, data: st.DataObject) -> None:
    file = store.layout.folder / "store.json"
    whole = file.read_bytes()
    file.write_bytes(damaged(_drawer(data), whole))
    try:
        find_store(store.layout.folder)
    except StoreError:
        pass
    finally:
        file.write_bytes(whole)


@FUZZ
@given(data=st.data())
def test_forged_wrapped_keys_open_nothing(store: Store, data: st.DataObject) -> None:
    slots = KeySlots(store.layout)
    if not store.layout.users_file.exists():
        made = made_slot("anna", "right", ["assistant"], bytes(range(32)))
        put = {"by": "anna", "signing": made.signing}
        slots.put("anna", made.slot, lambda: None, **put)  # type: ignore[arg-type]
    whole = store.layout.users_file.read_bytes()
    store.layout.users_file.write_bytes(damaged(_drawer(data), whole))
    try:
        opened = bytes(slots.open("anna", "right").data_key)
    except (WrongPasswordError, StoreError):
        opened = bytes(range(32))
    finally:
        store.layout.users_file.write_bytes(whole)
    assert opened == bytes(range(32))


@FUZZ
@given(data=st.data())
def test_a_forged_list_of_failures_lets_nobody_in_sooner_or_crash(
    store: Store, data: st.DataObject
) -> None:
    clocks = Clocks(now=lambda: NOON, idle=lambda: 0.0)
    attempts = Attempts(store.layout, clocks)
    file = store.layout.folder / "attempts.json"
    file.unlink(missing_ok=True)
    for _ in range(3):
        attempts.begin("anna")
    file.write_bytes(damaged(_drawer(data), file.read_bytes()))
    try:
        attempts.begin("anna")
    except TooManyAttemptsError as refused:
        assert re.search(r"in (\d+) s$", str(refused))
        assert 1 <= int(str(refused).split()[-2]) <= 120
    attempts.untold("anna")
    attempts.succeeded("anna", told=True)


@FUZZ
@given(data=st.data())
def test_a_forged_checkpoint_is_refused(store: Store, data: st.DataObject) -> None:
    text, vkey = signed_checkpoint(store), verification_key(store)
    forged = damaged(_drawer(data), text.encode()).decode("utf-8", "replace")
    try:
        read = read_checkpoint(forged, vkey)
    except ValueError:
        return
    assert read == read_checkpoint(text, vkey)


@FUZZ
@given(data=st.data())
def test_a_forged_picture_is_refused(
    store: Store, session_id: str, data: st.DataObject
) -> None:
    sha256 = store.put_image(session_id, PNG)
    (file,) = store.images.files()
    whole = file.read_bytes()
    file.write_bytes(damaged(_drawer(data), whole))
    try:
        assert store.image(session_id, sha256) == PNG
    except DamagedImageError:
        pass
    finally:
        file.write_bytes(whole)


@FUZZ
@given(kind=st.text(), body=st.dictionaries(st.text(), json_values))
def test_an_entry_is_written_whole_or_not_at_all(
    store: Store, session_id: str, kind: str, body: dict[str, object]
) -> None:
    before = store.head()
    try:
        written = store.append(session_id, Entry(kind, body), author="a", at=NOON)
    except (StoreError, ValueError):
        assert store.head() == before
        return
    assert store.head().seq == before.seq + 1
    at_its_place = event.c.seq == written.seq
    with store.reading() as connection:
        assert [*read_entries(connection, store.vault, at_its_place)] == [written]
    assert written.body == body
    assert written.value is not None


@FUZZ
@given(data=st.data())
def test_whatever_is_accepted_can_be_read_back(
    store: Store, session_id: str, data: st.DataObject
) -> None:
    """A body that is nearly right: one locked its patient out for ever."""
    whole = event_to_body(data.draw(st.sampled_from(SAMPLES)))
    try:
        body = json.loads(damaged(_drawer(data), json.dumps(whole).encode()))
    except ValueError:
        return
    if not isinstance(body, dict):
        return
    kind = data.draw(st.sampled_from([sample.kind for sample in SAMPLES]))
    try:
        store.append(session_id, Entry(kind, body), author="a", at=NOON)
    except (StoreError, ValueError):
        return
    for entry in store.events(session_id):
        assert entry.value is not None


def _drawer(data: st.DataObject) -> st.DrawFn:
    def draw(strategy: st.SearchStrategy[object]) -> object:
        return data.draw(strategy)

    return draw  # type: ignore[return-value]
