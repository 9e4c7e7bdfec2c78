"""Where to look in a picture: lit skin, or the disc of a retina."""

from vein_imaging.imaging.field.find_field import (
    FieldKind,
    FoundField,
    find_field,
    is_visible_light,
)

__all__ = ["FieldKind", "FoundField", "find_field", "is_visible_light"]
