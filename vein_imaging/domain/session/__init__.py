"""A treatment session: its events, and the state they fold into."""

from vein_imaging.domain.session.body import event_from_body, event_to_body
from vein_imaging.domain.session.events import (
    Amended,
    Annotated,
    Change,
    Corrected,
    Event,
    Injected,
    Light,
    Mark,
    Meaning,
    Opened,
    Photographed,
    Planned,
    Pose,
    Screened,
    Shows,
    Signed,
    Voided,
    Weighed,
)
from vein_imaging.domain.session.fold import fold
from vein_imaging.domain.session.record import plan_entry, record
from vein_imaging.domain.session.state import RecordedInjection, Session

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
    "RecordedInjection",
    "Screened",
    "Session",
    "Shows",
    "Signed",
    "Voided",
    "Weighed",
    "event_from_body",
    "event_to_body",
    "fold",
    "plan_entry",
    "record",
]
