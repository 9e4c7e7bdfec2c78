"""Where in a picture there is skin to search."""
