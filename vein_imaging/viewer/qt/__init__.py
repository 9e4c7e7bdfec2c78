"""Qt and napari themselves: style, messages, the desk lock, napari's private parts."""
