"""Which calibration profile a command is to use: of a camera or a picture."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_calibration.profile import Profile

__all__ = ["BESIDE", "ProfileChoice", "profile_options"]

BESIDE = "calibration.json"
"""Name of the profile that lies beside the pictures it was taken with."""
_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """Which profile a command is to use.

    Parameters
    ----------
    file : Path or None
        Named on the command line.
    camera : str or None
        Address of the camera that pictures come from.
    none : bool
        Whether none is wanted.
    """

    file: Path | None = None
    camera: str | None = None
    none: bool = False

    def find(self, picture: Path | None = None) -> Profile | None:
        """Read the profile that belongs to a camera, or to a picture on disk.

        The one named; else that of the camera; else `calibration.json` beside the
        picture.

        Parameters
        ----------
        picture : Path, optional

        Returns
        -------
        Profile or None
            None where there is none, or none is wanted.

        Raises
        ------
        click.ClickException
            If it is damaged, or of another camera: measuring on without it would give
            other numbers than asked for.
        """
        from vein_calibration.errors import CalibrationError
        from vein_calibration.profile_file import read_profile
        from vein_devices.errors import DeviceAddressError
        from vein_imaging.capture.camera_profiles import camera_identity

        if self.none:
            return None
        try:
            camera = None if self.camera is None else camera_identity(self.camera)
            path = self._path(camera, picture)
            if path is None:
                return None
            profile = read_profile(path)
            if camera is not None:
                profile.refuse_unless(camera, profile.size_px)
        except DeviceAddressError as error:
            raise click.UsageError(str(error)) from error
        except CalibrationError as error:
            raise click.ClickException(str(error)) from error
        if warning := profile.age_warning():
            click.echo(_("note: {warning}").format(warning=warning), err=True)
        return profile

    def _path(self, camera: str | None, picture: Path | None) -> Path | None:
        from vein_imaging.capture.camera_profiles import profile_path

        if self.file is not None:
            return self.file
        if camera is not None:
            path = profile_path(camera)
            return path if path.is_file() else None
        if picture is not None:
            beside = picture.parent / BESIDE
            return beside if beside.is_file() else None
        return None


def profile_options(command: _Command) -> _Command:
    """Add --profile and --no-profile to a command, as its `profile_choice`."""

    @click.option(
        "--profile",
        "profile_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Calibration to use; left out, that of the camera, or the "
        f"{BESIDE} beside the pictures.",
    )
    @click.option("--no-profile", is_flag=True, help="Use no calibration.")
    @functools.wraps(command)
    def with_choice(
        *args: Any, profile_file: Path | None, no_profile: bool, **options: Any
    ) -> Any:
        if profile_file is not None and no_profile:
            raise click.UsageError(_("--profile or --no-profile, not both"))
        return command(
            *args, profile_choice=ProfileChoice(profile_file, None, no_profile),
            **options,
        )  # fmt: skip

    return with_choice  # type: ignore[return-value]
