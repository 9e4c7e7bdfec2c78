"""Pictures on disk: encrypted, named by a keyed hash, whole or absent."""

from __future__ import annotations

import errno
import hashlib
import hmac
from pathlib import Path

from vein_imaging.durable import (
    TEMPORARY_SUFFIX,
    make_folder,
    write_durably,
)
from vein_imaging.storage.errors import (
    DamagedImageError,
    DiskFullError,
    MissingImageError,
    StoreDamagedError,
    StoreReadOnlyError,
)
from vein_imaging.storage.files.keys import derived, opened, sealed
from vein_imaging.words import translate as _

__all__ = ["ImageFolder"]

_MAGIC = b"VIMG\x01"
_PNG = b"\x89PNG\r\n\x1a\n"


class ImageFolder:
    """A folder of encrypted PNG files.

    The file's name is an HMAC of the picture's SHA-256 under the patient's key: someone
    who has a picture cannot test whether it is here, and someone who has the folder
    learns only sizes and times.

    Parameters
    ----------
    folder : Path
        Made on the first write.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def name(self, patient_key: bytes, sha256: str) -> str:
        """Return the file name of the picture with this SHA-256 (hex)."""
        naming_key = derived(patient_key, "vein-imaging image names")
        return hmac.new(naming_key, bytes.fromhex(sha256), "sha256").hexdigest()

    def write(self, patient_key: bytes, png: bytes) -> str:
        """Store a PNG durably and return its SHA-256 in hex.

        Only after this returns may the log name the picture.

        Raises
        ------
        ValueError
            If the bytes are no PNG: in that format a flipped bit is an error, in
            many others a wrong pixel.
        DiskFullError, StoreReadOnlyError
            With nothing left behind.
        """
        if not png.startswith(_PNG):
            raise ValueError(
                f"wanted the bytes of a PNG file, got {png[:8]!r}...;"
                " encode with cv2.imencode('.png', ...)"
            )
        sha256 = hashlib.sha256(png).hexdigest()
        name = self.name(patient_key, sha256)
        box = sealed(derived(patient_key, f"image {name}"), png, name.encode())
        try:
            make_folder(self.folder)
            write_durably(self.folder / name, _MAGIC + box)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFullError(
                    _(
                        "The disk of {folder} is full: the picture was not kept. Make "
                        "room, then try again"
                    ).format(folder=self.folder)
                ) from error
            raise StoreReadOnlyError(
                _(
                    "The picture was not kept: {folder} cannot be written "
                    "({strerror}). Check the disk and the folder's permissions"
                ).format(folder=self.folder, strerror=error.strerror)
            ) from error
        return sha256

    def read(self, patient_key: bytes, sha256: str) -> bytes:
        """Return the PNG with this SHA-256, checked.

        Raises
        ------
        MissingImageError
            If there is no such file.
        DamagedImageError
            If it is not, byte for byte, what was written.
        """
        try:
            content = (self.folder / self.name(patient_key, sha256)).read_bytes()
        except FileNotFoundError:
            content = None
        return self._opened(patient_key, sha256, content)

    def fault(
        self, patient_key: bytes, sha256: str, content: bytes | None
    ) -> DamagedImageError | MissingImageError | None:
        """Return what is wrong with a file's content, or None; it opens as it should.

        Parameters
        ----------
        patient_key, sha256
            Of the picture that it should hold.
        content : bytes or None
            None where there is no such file.
        """
        try:
            self._opened(patient_key, sha256, content)
        except (DamagedImageError, MissingImageError) as error:
            return error
        return None

    def _opened(self, patient_key: bytes, sha256: str, content: bytes | None) -> bytes:
        name = self.name(patient_key, sha256)
        if content is None:
            raise MissingImageError(
                _(
                    "image {sha256}... ({name}...) is not in {folder}; restore the "
                    "folder from a backup"
                ).format(sha256=sha256[:12], name=name[:12], folder=self.folder)
            )
        damaged = _(
            "image {sha256}... ({name}...) in {folder} was changed or cut; restore "
            "this file from a backup"
        ).format(sha256=sha256[:12], name=name[:12], folder=self.folder)
        if not content.startswith(_MAGIC):
            raise DamagedImageError(damaged)
        key = derived(patient_key, f"image {name}")
        try:
            png = opened(key, content[len(_MAGIC) :], name.encode())
        except StoreDamagedError as error:
            raise DamagedImageError(damaged) from error
        if hashlib.sha256(png).hexdigest() != sha256:
            raise DamagedImageError(damaged)
        return png

    def holds(self, patient_key: bytes, sha256: str) -> bool:
        """Whether a file of that picture's name is there."""
        return (self.folder / self.name(patient_key, sha256)).is_file()

    def files(self) -> list[Path]:
        """Return every finished file, in name order."""
        return [file for file in self._all() if file.suffix != TEMPORARY_SUFFIX]

    def leftovers(self) -> list[Path]:
        """Return the temporary files that an interrupted write left."""
        return [file for file in self._all() if file.suffix == TEMPORARY_SUFFIX]

    def _all(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.is_dir() else []
