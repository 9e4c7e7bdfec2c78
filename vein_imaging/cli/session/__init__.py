"""`vein-imaging session`: one patient's sessions, from start to signature."""

from vein_imaging.cli.session.group import session

__all__ = ["session"]
