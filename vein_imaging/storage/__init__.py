"""Patients' records and pictures: append-only, hash-chained, encrypted, durable."""

from vein_imaging.storage.errors import StoreError
from vein_imaging.storage.ledger import Entry, Head, StoredEvent
from vein_imaging.storage.opening import create_store, open_store
from vein_imaging.storage.past import Checked, Past, SessionHead
from vein_imaging.storage.patients import Patient
from vein_imaging.storage.postgresql import Server
from vein_imaging.storage.store import Store
from vein_imaging.storage.vault import key_from_file, new_key

__all__ = [
    "Checked",
    "Entry",
    "Head",
    "Past",
    "Patient",
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
