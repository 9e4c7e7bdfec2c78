"""Where in a picture there is skin to search, or the disc of a retina."""
