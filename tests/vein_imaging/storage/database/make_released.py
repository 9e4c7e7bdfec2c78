"""Make the fixture store of this release's schema: run once, when a revision is new.

python tests/vein_imaging/storage/database/make_released.py
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from vein_imaging.domain.session import Annotated, Photographed
from vein_imaging.storage import create_store
from vein_imaging.storage.database.schema import HEAD_REVISION
from vein_imaging.storage.upkeep.erasure import erase_patient

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEY = bytes(range(32))  # invented people: no secret


def main() -> None:
    folder = Path(__file__).parent / "released" / HEAD_REVISION
    with create_store(folder, KEY, author="owner", at=NOON) as store:
        kept = store.add_patient({"name": "Käthe Probe"}, author="anna", at=NOON)
        session_id = store.start_session(kept, author="anna", at=NOON)
        square = np.arange(256).reshape(16, 16).astype(np.uint8)
        sha256 = store.put_image(session_id, bytes(cv2.imencode(".png", square)[1]))
        for entry in (
            Photographed(
                entry_id="p", image_id=sha256, at=NOON, light="white", pose="standing"
            ),
            Annotated(entry_id="n", text="0.1 mL"),
        ):
            store.append(session_id, entry, author="anna", at=NOON)
        gone = store.add_patient({"name": "Bodo Weg"}, author="anna", at=NOON)
        store.start_session(gone, author="anna", at=NOON)
        erase_patient(store, gone, reason="on request", author="olga", at=NOON)


if __name__ == "__main__":
    main()
