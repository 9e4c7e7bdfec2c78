"""The kinds of device failure, each with a message that a person can act on."""


class DeviceError(Exception):
    """A device failed. The message says which, what happened, and what to do next."""


class DeviceAddressError(DeviceError, ValueError):
    """The address names no device that this program knows, or a wrong option."""


class DeviceAbsentError(DeviceError):
    """Nothing answers at this address: unplugged, switched off, or no such file."""


class DevicePermissionError(DeviceError):
    """The device is there, but this user may not open it."""


class DeviceBusyError(DeviceError):
    """Another program holds the device."""


class DeviceUnsupportedError(DeviceError):
    """The device cannot do what was asked."""


class DeviceTimeoutError(DeviceError):
    """The device is open but silent: no answer came before the deadline."""


class DeviceDataError(DeviceError):
    """The device answered, but the answer is damaged or makes no sense."""


class BrokenRecordingError(DeviceDataError):
    """A recording cannot be read any further. What came before is good.

    Opening it again would begin anew, so it is not done.
    """


class EndOfStreamError(DeviceError):
    """A recording has no further frame. A live camera never raises this."""
