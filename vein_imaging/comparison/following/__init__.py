"""What became of each treated site, of the skin around it, and of a whole course."""
