"""Functions on arrays that turn a camera frame into a map of veins."""

import os

import cv2  # noqa: F401

# On import the OpenCV wheel points Qt at its own Qt 5 plug-ins; every other Qt in this
# process and in its children would follow. Nothing here opens an OpenCV window.
for _name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    if "cv2" in os.environ.get(_name, ""):
        del os.environ[_name]
