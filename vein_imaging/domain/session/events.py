"""What happens in a session, each as one frozen value. Nothing is ever edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

from vein_imaging.domain.adverse_events import AdverseEvent, Discomfort
from vein_imaging.domain.dose import Finding
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.moments import fixed_offset
from vein_imaging.domain.outcome import Scored
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.screening import Screening

__all__ = [
    "Amended",
    "Annotated",
    "Change",
    "Corrected",
    "Event",
    "Injected",
    "Light",
    "Mark",
    "Opened",
    "Photographed",
    "Planned",
    "Pose",
    "Screened",
    "Signed",
    "Voided",
]

Light = Literal["transilluminated", "white", "cross-polarised", "near-infrared"]
Pose = Literal["standing", "lying", "sitting"]


def _require(value: str, name: str) -> None:
    if not value.strip():
        raise ValueError(f"{name}: got nothing; every entry needs one")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where on a picture something is: a point, a line, or an area of matted veins.

    Parameters
    ----------
    image_id : str
        The picture it was marked on.
    points_rc : tuple of (row, column), px, >= 0
        One point, or the corners of the line or area in order.
    closed : bool
        The corners enclose an area; needs three or more.

    Raises
    ------
    ValueError
        If there is no point, too few for an area, or one outside the picture.
    """

    image_id: str
    points_rc: tuple[tuple[Decimal, Decimal], ...]
    closed: bool = False

    @classmethod
    def at_pixels(
        cls,
        image_id: str,
        points_rc: Iterable[tuple[float, float]],
        *,
        closed: bool = False,
    ) -> Mark:
        """Mark from pixel coordinates, kept to a hundredth of a pixel.

        Parameters
        ----------
        image_id : str
        points_rc : iterable of (row, column), px
        closed : bool
        """
        hundredths = (
            (Decimal(f"{row:.2f}"), Decimal(f"{column:.2f}"))
            for row, column in points_rc
        )
        return cls(image_id, tuple(hundredths), closed)

    def __post_init__(self) -> None:
        _require(self.image_id, "image_id")
        least = 3 if self.closed else 1
        if len(self.points_rc) < least:
            raise ValueError(
                f"points_rc: got {len(self.points_rc)} points, wanted {least} or more"
            )
        if not all(number >= 0 for point in self.points_rc for number in point):
            raise ValueError("points_rc: got a point outside the picture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session begins.

    Parameters
    ----------
    entry_id : str
    started : datetime with a zone
    patient_id, region, timezone : str
        `timezone` is the clinic's, by its IANA name.
    limits_version : str
        Of the table in force.
    visit : "first" or "follow-up"
    """

    kind: ClassVar[str] = "opened"
    entry_id: str
    started: datetime
    patient_id: str
    region: str
    timezone: str
    limits_version: str
    visit: Literal["first", "follow-up"] = "follow-up"

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")
        object.__setattr__(self, "started", fixed_offset(self.started, "started"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An injection was checked before the needle.

    Parameters
    ----------
    entry_id : str
    injection : Injection
    limits_version : str
    findings : tuple of Finding
        All that was shown.
    mark : Mark, optional
    """

    kind: ClassVar[str] = "planned"
    entry_id: str
    injection: Injection
    limits_version: str
    findings: tuple[Finding, ...] = ()
    mark: Mark | None = None

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """An injection was given: a fact, recorded whatever the rules say.

    Parameters
    ----------
    entry_id : str
    injection : Injection
    limits_version : str
        Of the table it was checked against.
    findings : tuple of Finding
        Every finding shown before it.
    reason : str
        Why it was given past a stop.
    weight : Weight, optional
        Used for the check.
    plan_id : str, optional
        The `Planned` entry it carries out.
    mark : Mark, optional
    """

    kind: ClassVar[str] = "injected"
    entry_id: str
    injection: Injection
    limits_version: str
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    weight: Weight | None = None
    plan_id: str | None = None
    mark: Mark | None = None

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")

    @property
    def flagged(self) -> bool:
        """Whether it was given past a stop."""
        return any(finding.severity == "stop" for finding in self.findings)

    @property
    def reason_due(self) -> bool:
        """Whether it was given past a stop and nobody said why."""
        return self.flagged and not self.reason.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """An entry was wrong: this is what was really given, and why it says so.

    Parameters
    ----------
    entry_id : str
    corrects : str
        Entry of an `Injected`, or of an earlier correction of it.
    injection : Injection
        The whole right value.
    reason : str
    limits_version : str
    findings : tuple of Finding
        Of the check with the right value.
    """

    kind: ClassVar[str] = "corrected"
    entry_id: str
    corrects: str
    injection: Injection
    reason: str
    limits_version: str = ""
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")
        _require(self.corrects, "corrects")
        _require(self.reason, "reason")

    @property
    def flagged(self) -> bool:
        """Whether what was really given passes a stop."""
        return any(finding.severity == "stop" for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided:
    """An entry does not hold: it never happened, or it was undone. It stays readable.

    Voiding a correction brings back what stood before it; voiding a voiding brings the
    entry back.

    Parameters
    ----------
    entry_id, voids, reason : str
    """

    kind: ClassVar[str] = "voided"
    entry_id: str
    voids: str
    reason: str

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")
        _require(self.voids, "voids")
        _require(self.reason, "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """A note, on the picture or about an entry.

    Parameters
    ----------
    entry_id, text : str
    about : str, optional
        Entry it speaks of.
    mark : Mark, optional
    """

    kind: ClassVar[str] = "annotated"
    entry_id: str
    text: str
    about: str | None = None
    mark: Mark | None = None

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")
        _require(self.text, "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Photographed:
    """A picture was taken; pictures of different light are never compared.

    Parameters
    ----------
    entry_id, image_id : str
    at : datetime with a zone
    light : str
    pose : str
        A width measured lying cannot prove a varicose vein.
    view : str
        Leg and side: ``left lateral``.
    when : "before" or "after"
        The injections of this session.
    mm_per_pixel : str, optional
        Decimal text.
    """

    kind: ClassVar[str] = "photographed"
    entry_id: str
    image_id: str
    at: datetime
    light: Light
    pose: Pose
    view: str = ""
    when: Literal["before", "after"] = "before"
    mm_per_pixel: str | None = None

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")
        _require(self.image_id, "image_id")
        object.__setattr__(self, "at", fixed_offset(self.at, "at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A practitioner signs the session as it stands.

    Parameters
    ----------
    entry_id, signer : str
    at : datetime with a zone
    """

    kind: ClassVar[str] = "signed"
    entry_id: str
    signer: str
    at: datetime

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")
        _require(self.signer, "signer")
        object.__setattr__(self, "at", fixed_offset(self.at, "at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """The screening of the first consultation, or after a re-check, as it stands.

    Parameters
    ----------
    entry_id : str
    screening : Screening
    """

    kind: ClassVar[str] = "screened"
    entry_id: str
    screening: Screening

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")


#: What may still come after signing, inside an `Amended`.
Change = (
    Planned
    | Injected
    | Corrected
    | Voided
    | Annotated
    | Photographed
    | Screened
    | AdverseEvent
    | Discomfort
    | Scored
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """A change after signing, and why; the signed record stays as it was.

    Parameters
    ----------
    entry_id, reason : str
    change : an event
    """

    kind: ClassVar[str] = "amended"
    entry_id: str
    reason: str
    change: Change

    def __post_init__(self) -> None:
        _require(self.entry_id, "entry_id")
        _require(self.reason, "reason")


Event = Opened | Signed | Amended | Change
