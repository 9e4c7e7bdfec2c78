"""Check everything that a store holds, and name what is not as it was written.

Nothing is repaired: what to do about a finding is a person's decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Row, select

from vein_imaging.domain.session import Signed
from vein_imaging.storage.database.schema import GENESIS, event, patient_key
from vein_imaging.storage.database.schema_check import shape_problems
from vein_imaging.storage.entries.checked_append import named_images
from vein_imaging.storage.entries.clock_notes import CLOCK, times_called_wrong
from vein_imaging.storage.entries.ledger import (
    CLINIC,
    CREATED,
    StoredEvent,
    entry_hash,
    entry_of,
    header_of,
)
from vein_imaging.storage.entries.patient_directory import ERASED
from vein_imaging.storage.entries.signatures import SEAL, signature_problem
from vein_imaging.storage.entries.wholeness import mark_problem
from vein_imaging.storage.errors import StoreError
from vein_imaging.storage.store import SESSION, Store
from vein_imaging.storage.upkeep.checkpoint import compare_with_checkpoint
from vein_imaging.storage.upkeep.tree_check import commitment, tree_problems
from vein_imaging.words import translate as _

__all__ = ["Problem", "Verification", "verify_store"]

Fold = Callable[[Sequence[StoredEvent]], object]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written: where, and what."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(slots=True)
class Verification:
    """What a walk saw.

    Attributes
    ----------
    entries, sessions, images : int
        Checked.
    erased : int
        Patients whose key was destroyed on request, with the entry that says so.
    clock_set_back : list of int
        Entries written by a clock that stood well before an earlier entry.
    orphans : int
        Image files that no entry names: harmless.
    checkpoints : int
        Compared.
    oddities : list of Problem
        What a session's fold finds odd: an entry that points nowhere, one after the
        signature. It was written so; a person judges it.
    problems : list of Problem
        Empty where all is as written.
    """

    entries: int = 0
    sessions: int = 0
    images: int = 0
    erased: int = 0
    clock_set_back: list[int] = field(default_factory=list)
    orphans: int = 0
    checkpoints: int = 0
    oddities: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, where: str, what: object) -> None:
        """Note a problem."""
        self.problems.append(Problem(where, str(what)))


@dataclass(slots=True)
class _Walk:
    """What the walk carries from one entry to the next."""

    store: Store
    seen: Verification
    prev: bytes = GENESIS
    latest_at: str = ""
    patient_of: dict[str, str] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    unreadable: dict[str, int] = field(default_factory=dict)
    image_names: set[str] = field(default_factory=set)
    hashes: dict[str, list[bytes]] = field(default_factory=dict)
    unsealed: StoredEvent | None = None
    set_back: dict[int, datetime] = field(default_factory=dict)
    called_wrong: frozenset[datetime] = frozenset()
    committed: bool = False

    def step(self, row: Row[tuple[object, ...]]) -> None:
        """Check one entry against the one before it, open it, follow what it names."""
        where = _("entry {seq}").format(seq=row.seq)
        self.seen.entries += 1
        if row.seq != self.seen.entries:
            self.seen.add(
                where,
                _("entry {entries} should stand here: a gap").format(
                    entries=self.seen.entries
                ),
            )
            self.seen.entries = row.seq
        if row.prev != self.prev:
            self.seen.add(where, _("does not continue the entry before it"))
        header = header_of(row)
        if row.hash != entry_hash(row.prev, header, row.content, row.commitment):
            self.seen.add(where, _("was changed after it was written"))
        self.prev = row.hash
        self.latest_at = max(self.latest_at, row.at)
        if row.latest_at != self.latest_at:
            self.seen.add(where, _("its latest time is not that of the entries before"))
        self._follow_session(where, row)
        if row.wrapped is None:
            self.unreadable[row.patient_id] = row.seq
            return
        try:
            key = self.store.vault.unwrap(row.patient_id, row.wrapped)
            entry = entry_of(row, key)
        except (StoreError, ValueError) as error:
            self.seen.add(where, error)
            return
        commitment_wanted = self.committed or row.commitment is not None
        self.committed = commitment_wanted
        if commitment_wanted and row.commitment != commitment(row, key):
            self.seen.add(where, _("its commitment is not that of its body"))
        if entry.clock_set_back:
            self.set_back[entry.seq] = entry.latest_at
        if entry.kind == CLOCK:
            self.called_wrong |= times_called_wrong([entry])
        self._follow_signature(entry)
        if entry.kind == ERASED:
            self.erased.add(str(entry.body.get("patient_id")))
        self._follow_images(where, entry, key)

    def _follow_session(self, where: str, row: Row[tuple[object, ...]]) -> None:
        if not row.session_id:
            return
        if row.kind == SESSION:
            self.seen.sessions += 1
            if row.session_id in self.patient_of:
                self.seen.add(
                    where,
                    _("session {session_id} begins a second time").format(
                        session_id=row.session_id
                    ),
                )
            self.patient_of[row.session_id] = row.patient_id
        elif self.patient_of.get(row.session_id) != row.patient_id:
            self.seen.add(
                where,
                _(
                    "session {session_id} was never begun for patient {patient_id}"
                ).format(session_id=row.session_id, patient_id=row.patient_id),
            )

    def _follow_images(self, where: str, entry: StoredEvent, key: bytes) -> None:
        for sha256 in named_images(entry.body):
            try:
                name = self.store.images.name(key, sha256)
                if name in self.image_names:
                    continue
                self.image_names.add(name)
                self.seen.images += 1
                self.store.images.read(key, sha256)
            except (StoreError, ValueError, OSError) as error:
                self.seen.add(where, error)

    def _follow_signature(self, entry: StoredEvent) -> None:
        """Check the signature before this entry, whose seal this one should be."""
        if self.unsealed is not None:
            self._judge_signature(self.unsealed, entry if entry.kind == SEAL else None)
        self.unsealed = entry if entry.kind == Signed.kind else None
        if entry.session_id and not entry.kind.startswith("store."):
            self.hashes.setdefault(entry.session_id, []).append(entry.hash)

    def _judge_signature(self, signed: StoredEvent, seal: StoredEvent | None) -> None:
        before = self.hashes[signed.session_id][:-1]
        if what := signature_problem(signed, before, seal):
            self.seen.add(f"entry {signed.seq}", what)

    def finish(self, connection: Connection) -> None:
        """Check what only the whole can tell: erasures, and files nobody names."""
        if self.unsealed is not None:
            self._judge_signature(self.unsealed, None)
        self.seen.clock_set_back = [
            seq for seq, at in self.set_back.items() if at not in self.called_wrong
        ]
        for patient_id, seq in self.unreadable.items():
            if patient_id not in self.erased:
                self.seen.add(
                    _("entry {seq}").format(seq=seq),
                    _(
                        "the key of patient {patient_id} is gone, and no entry says "
                        "that it was erased on request"
                    ).format(patient_id=patient_id or _("(the clinic)")),
                )
        keys = connection.execute(select(patient_key.c.patient_id)).scalars()
        for patient_id in self.erased.intersection(keys):
            self.seen.add(
                _("patient {patient_id}").format(patient_id=patient_id),
                _("was erased, but its key is there"),
            )
        self.seen.erased = len(self.erased)
        files = self.store.images.files() + self.store.images.leftovers()
        self.seen.orphans = sum(f.name not in self.image_names for f in files)


def _rows(connection: Connection) -> Iterator[Row[tuple[object, ...]]]:
    with_keys = event.outerjoin(
        patient_key, event.c.patient_id == patient_key.c.patient_id
    )
    query = select(event, patient_key.c.wrapped).select_from(with_keys)
    yield from connection.execution_options(yield_per=1000).execute(
        query.order_by(event.c.seq)
    )


def verify_store(
    store: Store,
    *,
    checkpoints: Iterable[Path] = (),
    fold: Fold | None = None,
    progress: Callable[[int], object] = lambda entries: None,
) -> Verification:
    """Check the file, the schema, the chain, every entry, image and checkpoint.

    Parameters
    ----------
    store : Store
    checkpoints : paths of checkpoint files
        Without one, an older copy put back cannot be noticed.
    fold : function of a session's events
        Called for every session; what it raises is a problem, what it gives as
        `irregularities` an oddity.
    progress : function of int
        Called with the number of entries checked, now and then.

    Returns
    -------
    Verification
        Its `problems` are empty where all is as it was written.
    """
    seen = Verification()
    walk = _Walk(store, seen)
    try:
        # A power cut while the log was carried into the file leaves half a page there.
        # The log still holds the whole one, so nothing is lost; the check of the
        # file's pages alone would cry wolf.
        store.settle_file()
        with store.reading() as connection:
            for what in shape_problems(connection):
                seen.add("database", what)
            for row in _rows(connection):
                walk.step(row)
                if not seen.entries % 1000:
                    progress(seen.entries)
            walk.finish(connection)
            _check_first(connection, seen)
            for where, what in tree_problems(connection):
                seen.add(where, what)
            if missing := mark_problem(connection, store.layout, store.vault):
                seen.add("ledger.mark", missing)
    except StoreError as error:
        seen.add(
            _("after entry {entries}").format(entries=seen.entries),
            _("the ledger cannot be read: {error}").format(error=error),
        )
    for file in checkpoints:
        seen.checkpoints += 1
        try:
            against = compare_with_checkpoint(store, file.read_text("utf-8"))
        except (OSError, ValueError, StoreError) as error:
            against = str(error)
        if against:
            seen.add(_("checkpoint {file}").format(file=file), against)
    if fold:
        _check_folds(store, fold, walk)
    return seen


def _check_first(connection: Connection, seen: Verification) -> None:
    first = connection.execute(select(event).where(event.c.seq == 1)).first()
    if first is None or first.kind != CREATED or first.patient_id != CLINIC:
        seen.add(_("entry 1"), _("is not the entry that began this store"))


def _check_folds(store: Store, fold: Fold, walk: _Walk) -> None:
    for session_id, patient_id in walk.patient_of.items():
        if patient_id in walk.erased:
            continue
        try:
            folded = fold(store.events(session_id))
            for odd in getattr(folded, "irregularities", ()):
                walk.seen.oddities.append(
                    Problem(
                        _("session {session_id}").format(session_id=session_id),
                        str(odd),
                    )
                )
        except (StoreError, ValueError, KeyError, TypeError, ArithmeticError) as error:
            walk.seen.add(
                _("session {session_id}").format(session_id=session_id),
                _("cannot be read back: {error}").format(error=error),
            )
