"""What hides the skin, filled from beside it: hair and glare."""
