"""The one place that imports OpenCV first, and undoes what that does to Qt.

The wheel of OpenCV sets two environment variables that point Qt at its own plug-ins and
fonts; a Qt window opened later in the same process then fails to start.
"""

import os

# On Windows, Media Foundation takes 4 to 20 s to open a camera (opencv #17687, #26495);
# this helps with some (#27917), if it stands before OpenCV is loaded.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")

import cv2

__all__ = ["cv2"]

for _variable in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    if "cv2" in os.environ.get(_variable, ""):
        del os.environ[_variable]
