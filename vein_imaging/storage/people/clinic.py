"""What the owner writes once for every room: region, time zone, the clinic's limits."""

from __future__ import annotations

from dataclasses import dataclass

from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.moments import zone_from_text
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.canonical import Body
from vein_imaging.storage.entries.ledger import read_entries
from vein_imaging.storage.store import Store

__all__ = ["CLINIC_KIND", "ClinicSettings", "read_clinic"]

CLINIC_KIND = "clinic"


@dataclass(frozen=True, slots=True)
class ClinicSettings:
    """The clinic's own, as its owner last wrote it.

    Parameters
    ----------
    region : str
        Whose limit table holds.
    timezone : str
        IANA name; its calendar day is the day of per-day limits.
    limits : str
        Text of the clinic's own tighter limits (TOML), or empty.
    name, phone : str
        As a patient's sheet prints them.

    Raises
    ------
    ValueError
        If there is no such region or zone, or the limits cannot be read or loosen.
    """

    region: str
    timezone: str
    limits: str = ""
    name: str = ""
    phone: str = ""

    def __post_init__(self) -> None:
        load_limits(self.region, self.limits or None)
        zone_from_text(self.timezone)

    @property
    def body(self) -> Body:
        """As an entry of the ledger."""
        body = {"region": self.region, "timezone": self.timezone}
        own = {"limits": self.limits, "name": self.name, "phone": self.phone}
        return body | {key: text for key, text in own.items() if text}


def read_clinic(store: Store) -> ClinicSettings | None:
    """Return the newest settings in the ledger, or None where none were written."""
    newest = None
    with store.reading() as connection:
        kind = event.c.kind == f"store.{CLINIC_KIND}"
        for entry in read_entries(connection, store.vault, kind):
            newest = entry
    if newest is None:
        return None
    body = newest.body
    own = {key: str(body.get(key, "")) for key in ("limits", "name", "phone")}
    return ClinicSettings(str(body["region"]), str(body["timezone"]), **own)
