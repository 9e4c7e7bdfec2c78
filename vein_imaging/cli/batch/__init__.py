"""`vein-imaging batch`: many pictures or patients measured again."""

from vein_imaging.cli.batch.group import batch

__all__ = ["batch"]
