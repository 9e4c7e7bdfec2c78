"""The picture on the screen: by napari on a graphics card, by Qt alone without one."""
