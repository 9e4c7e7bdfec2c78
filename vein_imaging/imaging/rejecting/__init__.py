"""Found lines that are no vein: outlines, hair, short and faint ones."""
