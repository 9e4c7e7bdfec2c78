"""The columns of the tables: what docs/data-dictionary.md is printed from."""

from __future__ import annotations

from collections.abc import Mapping

from vein_imaging.report.table_file import Column, RecordTable

__all__ = ["TABLES"]

_PERSON = (
    Column("patient_id", "text", "The store's random name of the patient"),
    Column("patient_name", "text", "As last written", personal=True),
    Column("patient_number", "text", "The clinic's own", personal=True),
    Column("patient_born", "text", "Birth date; empty if not known", personal=True),
)
_SESSION = (
    *_PERSON,
    Column("session_id", "text", "The store's name of the session"),
    Column("session_number", "whole", "Of the patient's sessions, from 1"),
    Column("session_started", "moment", "When the session began"),
    Column("region", "text", "Whose limits held"),
    Column("signed", "yes_no", "Whether a practitioner has signed the session"),
)
_INJECTIONS = (
    *_SESSION,
    Column("entry_id", "text", "The ledger's name of the entry"),
    Column("number", "whole", "In its session, as on the page; void ones count too"),
    Column("given_at", "moment", "When it was given"),
    Column("site", "text", "Area of the body, as entered"),
    Column("product", "text", "Key of the product, or a name of the clinic's own"),
    Column("product_name", "text", "As a person calls it"),
    Column("agent", "text", "The substance"),
    Column("form", "text", "liquid or foam"),
    Column("concentration_percent", "decimal", "As injected, w/v", "%"),
    Column("volume_ml", "decimal", "Of what left the needle", "mL"),
    Column("gas_parts_per_liquid_part", "decimal", "Of foam made by hand"),
    Column("vein_diameter_mm", "decimal", "Standing, where it was measured", "mm"),
    Column("batch", "text", "As printed on the vial"),
    Column("expires_on", "day", "As printed on the vial"),
    Column("test_dose", "yes_no", "Given to see whether the patient reacts"),
    Column("void", "yes_no", "The entry does not hold, and counts in no sum"),
    Column("corrections", "whole", "How often it was corrected; the last holds"),
    Column("stops", "text", "Rules that said stop when it was entered"),
    Column("warnings", "text", "Rules that warned when it was entered"),
    Column("reason", "text", "Why it was given all the same"),
    Column("limits_version", "text", "Of the table it was checked against"),
)
_SITES = (
    *_SESSION,
    Column("entry_id", "text", "Of the injection"),
    Column("number", "whole", "Of the injection in its session"),
    Column("image_id", "text", "SHA-256 of the picture it was marked on"),
    Column("shows", "text", "camera, recording or drawing"),
    Column("point", "whole", "Of the mark, from 1; most marks are one point"),
    Column("row_px", "decimal", "From the upper edge", "px"),
    Column("column_px", "decimal", "From the left edge", "px"),
    Column("area", "yes_no", "Whether the points enclose an area"),
    Column("void", "yes_no", "The entry does not hold"),
)
_VESSELS = (
    *_SESSION,
    Column("image_id", "text", "SHA-256 of the picture"),
    Column("taken_at", "moment", "When it was taken"),
    Column("view", "text", "Leg and side"),
    Column("light", "text", "As the record names it"),
    Column("pose", "text", "Of the patient"),
    Column("shows", "text", "camera, recording or drawing"),
    Column("mm_per_pixel", "measure", "Scale on the skin; empty if not known", "mm/px"),
    Column("vessel", "whole", "Piece of vein in its picture, from 1"),
    Column("vein_class", "text", "By width: to 1 mm, to 3 mm, over; or not known"),
    Column("length_mm", "measure", "Of its centreline", "mm"),
    Column("length_px", "measure", "Of its centreline", "px"),
    Column("diameter_mm", "measure", "Median width", "mm"),
    Column("diameter_sd_mm", "measure", "Standard deviation of that median", "mm"),
    Column("diameter_px", "measure", "Median width", "px"),
)
_CHANGES = (
    *_PERSON,
    Column("view", "text", "Leg and side"),
    Column("before_image_id", "text", "SHA-256 of the earlier picture"),
    Column("after_image_id", "text", "SHA-256 of the later picture"),
    Column("before_on", "day", "Day of the earlier picture"),
    Column("after_on", "day", "Day of the later picture"),
    Column("verdict", "text", "comparable, doubtful, refused or too early"),
    Column("reasons", "text", "Against a figure"),
    Column("cleared_percent", "measure", "Cleared of judged; empty if none holds", "%"),
    Column("lowest_percent", "measure", "Lower end of its 95 % interval", "%"),
    Column("highest_percent", "measure", "Upper end of its 95 % interval", "%"),
    Column(
        "repeat_error_points",
        "measure",
        "What the same measure shows where nothing changed",
        "percentage points",
    ),
    Column("cleared_mm", "measure", "Length that cleared", "mm"),
    Column("judged_mm", "measure", "Length that could be judged", "mm"),
    Column("new_mm", "measure", "Length only seen in the later picture", "mm"),
)

TABLES: Mapping[str, RecordTable] = {
    "injections": RecordTable("injections", "One injection as it stands", _INJECTIONS),
    "sites": RecordTable("sites", "One point marked on a picture", _SITES),
    "vessels": RecordTable("vessels", "One piece of vein in one picture", _VESSELS),
    "changes": RecordTable("changes", "Two pictures compared", _CHANGES),
}
"""The tables without rows."""
