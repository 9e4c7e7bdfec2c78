"""Patients' records and pictures: append-only, hash-chained, encrypted, durable."""

from vein_imaging.storage.database.postgresql import Server
from vein_imaging.storage.entries.checked_append import (
    CheckedAppend,
    PatientHistory,
    SessionHead,
)
from vein_imaging.storage.entries.ledger import Entry, Head, StoredEvent
from vein_imaging.storage.entries.patient_directory import PatientRecord
from vein_imaging.storage.errors import StoreError
from vein_imaging.storage.files.keys import key_from_file, new_key
from vein_imaging.storage.opening import create_store, open_store
from vein_imaging.storage.store import Store

__all__ = [
    "CheckedAppend",
    "Entry",
    "Head",
    "PatientHistory",
    "PatientRecord",
    "Server",
    "SessionHead",
    "Store",
    "StoreError",
    "StoredEvent",
    "create_store",
    "key_from_file",
    "new_key",
    "open_store",
]
