"""A clinic of invented people: to practise in, and to show the whole job in."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vein_imaging.domain.screening import Doppler, Screening, screening_table
from vein_imaging.storage.people.administration import set_up
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import Clocks, sign_in
from vein_imaging.treatment.at_work import AtWork
from vein_imaging.treatment.visit import Visit

__all__ = [
    "Clocks",
    "at_invented_work",
    "invented_clinic",
    "nothing_against",
    "practice_visit",
]


def invented_clinic(
    folder: Path, name: str, password: str, settings: ClinicSettings, clocks: Clocks
) -> None:
    """Make a store with one clinician, who owns it too.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.
    name, password : str
    settings : ClinicSettings
    clocks : Clocks
    """
    set_up(folder, name, password, roles=[Role.CLINICIAN], at=clocks.now())
    with sign_in(folder, name, password, clocks=clocks) as signed_in:
        signed_in.set_clinic(settings)


@contextmanager
def at_invented_work(
    folder: Path,
    name: str,
    password: str,
    clocks: Clocks,
    *,
    checkpoint_folders: Sequence[Path] = (),
) -> Iterator[AtWork]:
    """Sign in to such a clinic; its desk does not lock itself.

    Parameters
    ----------
    folder : Path
    name, password : str
    clocks : Clocks
    checkpoint_folders : paths
        Where the newest hash is kept as well.
    """
    with sign_in(
        folder,
        name,
        password,
        clocks=clocks,
        idle_limit_s=float("inf"),
        checkpoint_folders=checkpoint_folders,
    ) as signed_in:
        yield AtWork(signed_in)


def nothing_against(visit: Visit, reason: str) -> Screening:
    """An invented patient's screening, as of the visit's day, without any yes."""
    return Screening(
        answers=tuple((key, "no") for key in screening_table().conditions),
        doppler=Doppler(result="normal", done_on=visit.today),
        ceap_left="C1",
        ceap_right="C1",
        consent_treatment=True,
        consent_photographs=True,
        consent_foam=True,
        suitable=True,
        reason=reason,
    )


@contextmanager
def practice_visit(
    region: str, timezone: str, *, clocks: Clocks | None = None
) -> Iterator[Visit]:
    """Make a store in a temporary folder and a session of an invented patient in it.

    Parameters
    ----------
    region, timezone : str
    clocks : Clocks, optional
        The machine's when left out.

    Yields
    ------
    Visit
        Thrown away at the end.
    """
    clocks = clocks or Clocks()
    password = secrets.token_urlsafe(24)  # nobody needs to know it
    with tempfile.TemporaryDirectory(prefix="vein-imaging-practice-") as parent:
        folder = Path(parent) / "store"
        settings = ClinicSettings(region, timezone)
        invented_clinic(folder, "practice", password, settings, clocks)
        with at_invented_work(folder, "practice", password, clocks) as work:
            patient = work.add_patient({"name": "Practice"})
            visit = work.start_session(patient.patient_id)
            visit.practice = True
            visit.screen(nothing_against(visit, "nobody: to practise"))
            yield visit
