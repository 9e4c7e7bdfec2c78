"""Each picture made comparable: its surface, hair, exposure and vein map."""
