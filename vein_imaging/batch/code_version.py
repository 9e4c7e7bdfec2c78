"""Which code measures: what must be the same on every worker for equal figures."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import vein_calibration
import vein_imaging
from vein_devices.cameras import pictures
from vein_imaging.words import translate as _

__all__ = ["CodeVersion", "code_version"]

# what figures are computed with: another version may give other last digits
_LIBRARIES = (
    "numpy",
    "opencv-python",
    "pillow",
    "scikit-image",
    "scipy",
    "simplejpeg",
    "tifffile",
)
_MEASURING = ("batch", "comparison", "imaging", "pipeline")


@dataclass(frozen=True, slots=True)
class CodeVersion:
    """The release, the very sources that measure, and what they are built on.

    Parameters
    ----------
    release : str
        Of vein-imaging.
    sources : str
        SHA-256 over the sources of calibration, imaging, pipeline, comparison, batch
        and the reader of pictures, in hex: a checkout that was changed is another
        version.
    libraries : tuple of str
        Such as "numpy 2.4.6"; Python itself is the first.
    """

    release: str
    sources: str
    libraries: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.release} ({self.sources[:8]}, {', '.join(self.libraries)})"

    @property
    def short(self) -> str:
        """Name of a folder: the release and eight digits over all the rest."""
        rest = "\n".join((self.sources, *self.libraries))
        return f"{self.release}-{hashlib.sha256(rest.encode()).hexdigest()[:8]}"

    def unlike(self, other: CodeVersion) -> str:
        """Say in what another differs; empty where it does not.

        Parameters
        ----------
        other : CodeVersion
        """
        told = []
        if other.release != self.release:
            told.append(
                _("vein-imaging {theirs}, not {ours}").format(
                    theirs=other.release, ours=self.release
                )
            )
        elif other.sources != self.sources:
            told.append(
                _(
                    "other sources of vein-imaging {release} ({theirs}, not {ours})"
                ).format(
                    release=self.release,
                    theirs=other.sources[:8],
                    ours=self.sources[:8],
                )
            )
        ours, theirs = set(self.libraries), set(other.libraries)
        if ours != theirs:
            has, wanted = sorted(theirs - ours), sorted(ours - theirs)
            told.append(
                _("{theirs}, not {ours}").format(
                    theirs=", ".join(has), ours=", ".join(wanted)
                )
            )
        return "; ".join(told)


@cache
def code_version() -> CodeVersion:
    """Read the version of the code that runs here; the sources are read once."""
    hashed = hashlib.sha256()
    for name, file in _sources():
        hashed.update(f"{name}\0".encode())
        hashed.update(hashlib.sha256(file.read_bytes()).digest())
    python = ".".join(platform.python_version_tuple()[:2])
    libraries = (f"Python {python}", *(f"{one} {version(one)}" for one in _LIBRARIES))
    return CodeVersion(version("vein-imaging"), hashed.hexdigest(), libraries)


def _sources() -> list[tuple[str, Path]]:
    own, calibration = (
        Path(vein_imaging.__path__[0]),
        Path(vein_calibration.__path__[0]),
    )
    reading = Path(pictures.__path__[0])
    folders = [calibration, reading, *(own / room for room in _MEASURING)]
    return sorted(
        (file.relative_to(folder.parent).as_posix(), file)
        for folder in folders
        for file in folder.rglob("*.py")
    )
