"""One signed-in person at work: patient, visit, checked doses, record, signature."""

from vein_imaging.storage import PatientRecord
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.treatment.at_work import AtWork, NoClinicError
from vein_imaging.treatment.dose_context import CheckedSession, JudgedDose
from vein_imaging.treatment.given import Given, Needs, Site
from vein_imaging.treatment.injection_log import InjectionLog
from vein_imaging.treatment.may_say import ComparedDays, Sayable, may_say
from vein_imaging.treatment.patients import LooksLikeError
from vein_imaging.treatment.rights import Action
from vein_imaging.treatment.session_record import (
    NotKnownYetError,
    RecordError,
    Written,
)
from vein_imaging.treatment.signing_in import sign_in_to_work, why_no_store
from vein_imaging.treatment.visit import Visit
from vein_imaging.treatment.visit_facts import VisitFacts
from vein_imaging.treatment.worklist import WorklistRow

__all__ = [
    "Action",
    "AtWork",
    "CheckedSession",
    "ClinicSettings",
    "ComparedDays",
    "Given",
    "InjectionLog",
    "JudgedDose",
    "LooksLikeError",
    "Needs",
    "NoClinicError",
    "NotKnownYetError",
    "PatientRecord",
    "RecordError",
    "Sayable",
    "Site",
    "Visit",
    "VisitFacts",
    "WorklistRow",
    "Written",
    "may_say",
    "sign_in_to_work",
    "why_no_store",
]
