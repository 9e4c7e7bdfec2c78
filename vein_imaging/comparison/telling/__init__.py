"""The result told: tables, pictures and their lettering."""
