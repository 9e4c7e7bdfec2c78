"""Files and folders played back as a camera."""
