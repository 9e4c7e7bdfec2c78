"""Where to look in a picture: lit skin, or the disc of a retina."""

from vein_imaging.imaging.field.find_field import find_field, is_visible_light

__all__ = ["find_field", "is_visible_light"]
