"""The dose check: findings, what is left, and the largest volume that still fits."""

from vein_imaging.domain.dose.check import (
    RULES,
    DosePlan,
    Room,
    advice,
    check_dose,
    largest_volume,
    plan_injection,
    remaining,
    room,
)
from vein_imaging.domain.dose.context import DoseContext, SessionDoses
from vein_imaging.domain.dose.finding import Finding, Remaining
from vein_imaging.domain.dose.heading import checked, heading, within_every_limit
from vein_imaging.domain.dose.quota import Quota, quotas

__all__ = [
    "RULES",
    "DoseContext",
    "DosePlan",
    "Finding",
    "Quota",
    "Remaining",
    "Room",
    "SessionDoses",
    "advice",
    "check_dose",
    "checked",
    "heading",
    "largest_volume",
    "plan_injection",
    "quotas",
    "remaining",
    "room",
    "within_every_limit",
]
