"""What happens in a session, each as one frozen value. Nothing is ever edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from vein_imaging.domain.adverse_events import AdverseEvent, Discomfort
from vein_imaging.domain.moments import fixed_offset
from vein_imaging.domain.outcome import Scored
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.screening import Screening
from vein_imaging.domain.session.injecting import (
    Corrected,
    Injected,
    Planned,
    Voided,
)
from vein_imaging.domain.session.mark import Mark, Shows, require_text

__all__ = [
    "Amended",
    "Annotated",
    "Change",
    "Corrected",
    "Event",
    "Injected",
    "Light",
    "Mark",
    "Meaning",
    "Opened",
    "Photographed",
    "Planned",
    "Pose",
    "Screened",
    "Shows",
    "Signed",
    "Voided",
    "Weighed",
]

Light = Literal["transilluminated", "white", "cross-polarised", "near-infrared"]
Pose = Literal[
    "standing", "lying prone", "lying supine", "lying on the side", "sitting", "lying"
]  # bare "lying" is what earlier releases asked
Meaning = Literal["performed", "reviewed"]


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
    needle : str
        Syringe and needle gauge, as the clinic writes them.
    resuscitation_kit : bool, optional
        Whether it was at hand; None where nobody looked.
    """

    kind: ClassVar[str] = "opened"
    entry_id: str
    started: datetime
    patient_id: str
    region: str
    timezone: str
    limits_version: str
    visit: Literal["first", "follow-up"] = "follow-up"
    needle: str = ""
    resuscitation_kit: bool | None = None

    def __post_init__(self) -> None:
        require_text(self.entry_id, "entry_id")
        object.__setattr__(self, "started", fixed_offset(self.started, "started"))


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
        require_text(self.entry_id, "entry_id")
        require_text(self.text, "text")


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
        Side, part and face, as in `body_area`: ``left thigh lateral``.
    when : "before" or "after"
        The injections of this session.
    mm_per_pixel : str, optional
        Decimal text.
    shows : "camera", "recording" or "drawing"
        What the picture is; a drawn leg never passes for a patient's.
    calibration : str, optional
        Checksum of the camera's calibration profile that the size of a pixel is from.
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
    shows: Shows = "camera"
    calibration: str | None = None

    def __post_init__(self) -> None:
        require_text(self.entry_id, "entry_id")
        require_text(self.image_id, "image_id")
        object.__setattr__(self, "at", fixed_offset(self.at, "at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A practitioner signs the session as it stands.

    Parameters
    ----------
    entry_id, signer : str
    at : datetime with a zone
    meaning : "performed" or "reviewed"
        What the signer vouches for.
    entries : int
        How many entries of the session stood before it.
    digest : str
        SHA-256, in hex, of the hashes of those entries in their order. Empty where
        release 0.1.0 signed.
    """

    kind: ClassVar[str] = "signed"
    entry_id: str
    signer: str
    at: datetime
    meaning: Meaning = "performed"
    entries: int = 0
    digest: str = ""

    def __post_init__(self) -> None:
        require_text(self.entry_id, "entry_id")
        require_text(self.signer, "signer")
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
        require_text(self.entry_id, "entry_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The patient was weighed.

    Parameters
    ----------
    entry_id : str
    weight : Weight
    at : datetime with a zone
        When; its day is what a mg/kg limit asks for.
    """

    kind: ClassVar[str] = "weighed"
    entry_id: str
    weight: Weight
    at: datetime

    def __post_init__(self) -> None:
        require_text(self.entry_id, "entry_id")
        object.__setattr__(self, "at", fixed_offset(self.at, "at"))


#: What may still come after signing, inside an `Amended`.
Change = (
    Planned
    | Injected
    | Corrected
    | Voided
    | Annotated
    | Photographed
    | Screened
    | Weighed
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
        require_text(self.entry_id, "entry_id")
        require_text(self.reason, "reason")


Event = Opened | Signed | Amended | Change
