"""Pictures carried from one store into another, each compared and opened on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from vein_imaging.durable import make_folder, write_durably
from vein_imaging.storage.database.schema import event, patient_key
from vein_imaging.storage.entries.checked_append import named_images
from vein_imaging.storage.entries.ledger import entry_of
from vein_imaging.storage.errors import StoreError
from vein_imaging.storage.files.images import ImageFolder
from vein_imaging.storage.store import Store
from vein_imaging.words import translate as _

__all__ = ["PictureCopy", "copy_pictures"]


@dataclass(slots=True)
class PictureCopy:
    """What became of the pictures.

    Attributes
    ----------
    wrong : list of str
        Pictures that are not as recorded, each with its entry and its file.
    mended : int
        Damaged files of the copy that were written again from the source.
    """

    wrong: list[str] = field(default_factory=list)
    mended: int = 0


class _JustRead(ImageFolder):
    """A folder whose every picture was opened a moment ago, or is in the list."""

    def read(self, patient_key: bytes, sha256: str) -> bytes:
        """Read nothing a second time."""
        return b""


def copy_pictures(source: Store, copy: Store) -> PictureCopy:
    """Bring every picture that the copy's entries name into the copy's folder.

    A file's name says which picture it should hold, not that it does: both sides are
    read, compared byte for byte, and opened.

    Parameters
    ----------
    source : Store
    copy : Store
        Its entries are there already. Its pictures count as read from now on.
    """
    done = PictureCopy()
    there = copy.images
    seen: set[str] = set()
    for seq, key, sha256 in _named(copy):
        name = there.name(key, sha256)
        if name not in seen:
            seen.add(name)
            _copy_one(source.images, there, key, sha256, seq, done)
    for file in source.images.files():  # an entry that does not open may name it
        if file.name not in seen and not (there.folder / file.name).exists():
            _put(there.folder / file.name, _bytes(file) or b"")
    copy.images = _JustRead(there.folder)
    return done


def _named(store: Store) -> Iterator[tuple[int, bytes, str]]:
    """Yield entry, patient's key and SHA-256 of each picture that can be known of."""
    with_keys = event.join(patient_key, event.c.patient_id == patient_key.c.patient_id)
    query = select(event, patient_key.c.wrapped).select_from(with_keys)
    with store.reading() as connection:
        rows = connection.execution_options(yield_per=1000).execute(
            query.order_by(event.c.seq)
        )
        for row in rows:
            try:
                key = store.vault.unwrap(row.patient_id, row.wrapped)
                body = entry_of(row, key).body
            except (StoreError, ValueError):
                continue  # verification names the entry
            for sha256 in named_images(body):
                yield row.seq, key, sha256


def _copy_one(
    source: ImageFolder,
    target: ImageFolder,
    key: bytes,
    sha256: str,
    seq: int,
    done: PictureCopy,
) -> None:
    name = target.name(key, sha256)
    ours, theirs = _bytes(source.folder / name), _bytes(target.folder / name)
    where = _("entry {seq}").format(seq=seq)
    fault = source.fault(key, sha256, ours)
    if fault is None:
        assert ours is not None
        if ours != theirs and target.fault(key, sha256, theirs) is not None:
            _put(target.folder / name, ours)
            done.mended += theirs is not None
            if target.fault(key, sha256, _bytes(target.folder / name)) is not None:
                done.wrong.append(
                    _(
                        "{where}: {file} was not kept as it was written; check the disk"
                    ).format(where=where, file=target.folder / name)
                )
    elif ours != theirs and target.fault(key, sha256, theirs) is None:
        done.wrong.append(
            _("{where}: {fault} (whole here: {file})").format(
                where=where, fault=fault, file=(target.folder / name).resolve()
            )
        )
    else:
        done.wrong.append(f"{where}: {fault}")


def _bytes(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:  # a bad sector: as good as changed, and the others go on
        return b""


def _put(file: Path, content: bytes) -> None:
    make_folder(file.parent)
    write_durably(file, content)
