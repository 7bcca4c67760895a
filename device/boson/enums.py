"""Enumerations of the Boson Software IDD (102-2013-42); on the wire they are 32-bit integers."""

from enum import IntEnum


class GainMode(IntEnum):
    """Which gain the sensor uses (FLR_BOSON_GAINMODE_E)."""

    HIGH = 0
    LOW = 1
    AUTO = 2
    DUAL = 3
    MANUAL = 4


class TableType(IntEnum):
    """Which correction table is in use (FLR_BOSON_TABLETYPE_E): the opposite order of GainMode."""

    LOW_GAIN = 0
    HIGH_GAIN = 1


class FfcMode(IntEnum):
    """Who starts a flat-field correction (FLR_BOSON_FFCMODE_E)."""

    MANUAL = 0
    AUTO = 1
    EXTERNAL = 2
    SHUTTER_TEST = 3


class FfcStatus(IntEnum):
    """Where the flat-field correction stands (FLR_BOSON_FFCSTATUS_E)."""

    NEVER = 0
    IMMINENT = 1
    IN_PROGRESS = 2
    COMPLETE = 3


class CaptureSource(IntEnum):
    """Which stage of the image pipeline is captured (FLR_CAPTURE_SRC_E)."""

    NUC = 1
    TNF = 3
    BLEND = 4
    VIS = 5
    MSX = 6
    RAW = 7
    TLINEAR = 8


class CaptureState(IntEnum):
    """Whether a capture into memory is done (FLR_CAPTURE_STATE_E)."""

    READY = 0
    IN_PROGRESS = 1


class Ir16Mode(IntEnum):
    """What the 16-bit USB video carries (FLR_SYSCTRL_USBIR16_MODE_E)."""

    IR16 = 0
    IR14 = 1
    TLINEAR = 2


class VideoType(IntEnum):
    """What the digital video output carries (FLR_DVO_TYPE_E)."""

    MONO16 = 0
    MONO8 = 1
    COLOR = 2
    ANALOG = 3
    RAW = 4
    MONO14 = 5
    TLINEAR = 6


class ExtSyncMode(IntEnum):
    """Who sets the frame rate (FLR_BOSON_EXT_SYNC_MODE_E)."""

    DISABLED = 0
    MASTER = 1
    SLAVE = 2


class SpotMeterUnit(IntEnum):
    """Unit of the spot meter (FLR_SPOTMETER_SPOT_MODE_E)."""

    CELSIUS = 0
    FAHRENHEIT = 1
    KELVIN = 2


class TelemetryLocation(IntEnum):
    """Where the telemetry rows are (FLR_TELEMETRY_LOC_E)."""

    TOP = 0
    BOTTOM = 1


class TelemetryPacking(IntEnum):
    """How telemetry bytes fill pixels (FLR_TELEMETRY_PACKING_E)."""

    DEFAULT = 0
    Y = 1
    EIGHT_BITS = 2


class TelemetryOrder(IntEnum):
    """Byte order of telemetry (FLR_TELEMETRY_ORDER_E)."""

    DEFAULT = 0
    SWAP_16_BIT = 1
