"""Presents the result: tables, pictures and their lettering."""
