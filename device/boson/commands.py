"""The commands of the camera that we use or emulate, each one line of a table.

Ids and types are those of the Boson SDK (Software IDD 102-2013-42 and its packager). To add a
command, add its line: the client knows it from then on, the emulator too when it is a register. What an
other read-out returns or an action does is a row in `emulator/camera.py`.

The last column is what the station's filter lets through to a camera at work (`Command.allowed`):
`allowed=True` for a read-out or an action without data, `keeps=(...)` for a register that may be
read, and set to these values, and rows of values for a command with a request. A line without that
column never reaches a camera; least of all one that writes its flash, its files or its firmware.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from device.boson import enums
from device.boson.declare import REST, Command, Field, Layout, Register, Value, flag, nothing, text

T = TypeVar("T")

COMMANDS: dict[int, Command[Any]] = {}
REGISTERS: list[Register[Any]] = []
CHUNK = 256  # bytes per read of a capture: the SDK's, and the most that every firmware allows


class SoftwareRevision(NamedTuple):
    """Firmware version."""

    major: int
    minor: int
    patch: int


class Roi(NamedTuple):
    """A rectangle of pixels, both ends included."""

    row_start: int
    row_stop: int
    column_start: int
    column_stop: int


class Rbfo(NamedTuple):
    """Constants of T = B / ln(R / (S - O) + F) that turn counts S into kelvin T."""

    r: float
    b: float
    f: float
    o: float


class CaptureStatus(NamedTuple):
    """How a capture into memory stands; all but the state are numbers of frames or codes."""

    state: enums.CaptureState
    result: int
    captured: int
    missed: int
    saved: int
    unsynchronised: int


class CaptureSize(NamedTuple):
    """Size of what was captured."""

    size_bytes: int
    rows: int
    columns: int


class SpotStats(NamedTuple):
    """What the spot meter sees: counts, or temperatures in its unit."""

    mean: float
    deviation: float
    min_row: int
    min_column: int
    min_value: float
    max_row: int
    max_column: int
    max_value: float


def _capture_status(state: int, *counts: int) -> CaptureStatus:
    return CaptureStatus(enums.CaptureState(state), *counts)


def _command(
    name: str,
    function: int,
    make: Callable[..., T],
    doc: str,
    *,
    request: tuple[Field, ...] = (),
    reply: tuple[Field, ...] = (),
    repeatable: bool = True,
    allowed: Iterable[tuple[Value, ...]] = (),
) -> Command[T]:
    asks = Layout(*request)
    passes = frozenset(asks.pack(*row) for row in allowed)
    command = Command(name, function, asks, Layout(*reply), make, doc, repeatable, passes)
    COMMANDS[function] = command
    return command


def _get(
    name: str,
    function: int,
    make: Callable[..., T],
    doc: str,
    *reply: Field,
    allowed: bool = False,
) -> Command[T]:
    return _command(name, function, make, doc, reply=reply, allowed=((),) * allowed)


def _do(
    name: str, function: int, doc: str, *, repeatable: bool = True, allowed: bool = False
) -> Command[None]:
    return _command(name, function, nothing, doc, repeatable=repeatable, allowed=((),) * allowed)


def _register(
    name: str,
    setter: int,
    getter: int,
    make: Callable[..., T],
    doc: str,
    *fields: Field,
    keeps: tuple[Value, ...] = (),
) -> Register[T]:
    register = Register(
        get=_command(
            name.format("Get"), getter, make, doc, reply=fields, allowed=((),) * bool(keeps)
        ),
        set=_command(
            name.format("Set"),
            setter,
            nothing,
            doc,
            request=fields,
            allowed=((value,) for value in keeps),
        ),
    )
    REGISTERS.append(register)
    return register


def _enable(
    name: str, setter: int, getter: int, doc: str, keeps: tuple[Value, ...] = ()
) -> Register[bool]:
    field = Field("enabled", "i", doc="1 = on")
    return _register(name, setter, getter, flag, doc, field, keeps=keeps)


def _share(
    name: str, setter: int, getter: int, doc: str, keeps: tuple[Value, ...] = ()
) -> Register[float]:
    field = Field("share", "f", "1 or %", "the firmware decides which: see `scene`")
    return _register(name, setter, getter, float, doc, field, keeps=keeps)


def _kelvin(name: str, setter: int, getter: int, doc: str) -> Register[float]:
    return _register(name, setter, getter, float, doc, Field("temperature", "f", "K"))


def _rbfo(name: str, setter: int, getter: int, doc: str) -> Register[Rbfo]:
    fields = [Field(letter, "f") for letter in "rbfo"]
    return _register(name, setter, getter, Rbfo, doc, *fields)


def _roi(name: str, setter: int, getter: int, doc: str) -> Register[Roi]:
    fields = [Field(part, "H", "pixel") for part in Roi._fields]
    return _register(name, setter, getter, Roi, doc, *fields)


_SOURCE = Field("source", "i", doc="CaptureSource")
_TABLE = Field("table", "i", doc="TableType")
_SERIAL = Field("serial", "I")
_CHUNK = (
    Field("buffer", "B", doc="number of the capture slot"),
    Field("offset", "I", "byte"),
    Field("size", "H", "byte", "at most 256"),
)
_DATA = Field("data", REST)
_SIZE = (Field("size", "I", "byte"), Field("rows", "H"), Field("columns", "H"))
_STATUS = (
    Field("state", "i", doc="CaptureState"),
    *(Field(n, "I") for n in CaptureStatus._fields[1:]),
)

_TLINEAR_ONLY = ((enums.CaptureSource.TLINEAR,),)
_READS = tuple(  # of the largest array, in the pieces that the driver reads
    (enums.CaptureSource.TLINEAR, 0, offset, CHUNK) for offset in range(0, 640 * 512 * 2, CHUNK)
)

# fmt: off
# ruff: noqa: E501 - one command is one line
# --- identity
CAMERA_SERIAL = _get("bosonGetCameraSN", 0x00050002, int, "Serial number of the camera.", _SERIAL, allowed=True)
CAMERA_PART = _get("bosonGetCameraPN", 0x00050004, text, "Part number: array, lens, frame rate.", Field("part", "20s"), allowed=True)
SENSOR_SERIAL = _get("bosonGetSensorSN", 0x00050006, int, "Serial number of the sensor array.", _SERIAL)
SENSOR_PART = _get("bosonGetSensorPN", 0x0005003F, text, "Part number of the sensor array.", Field("part", "32s"))
SOFTWARE_REVISION = _get("bosonGetSoftwareRev", 0x00050022, SoftwareRevision, "Firmware version.", *(Field(n, "I") for n in SoftwareRevision._fields), allowed=True)
PRODUCT_NAME = _get("sysinfoGetProductName", 0x002F0003, text, "Product name.", Field("name", "128s"), allowed=True)
CAMERA_SERIAL_TEXT = _get("sysinfoGetCameraSN", 0x002F0005, text, "Serial number of the camera as text.", Field("serial", "128s"))
IS_9HZ = _get("sysinfoGetIs9HzBuild", 0x002F0009, flag, "Whether the frame rate is limited to 9 Hz.", Field("limited", "I"))

# --- flat-field correction (FFC)
RUN_FFC = _do("bosonRunFFC", 0x00050007, "Close the shutter and calibrate against it.", allowed=True)
FFC_MODE = _register("boson{}FFCMode", 0x00050012, 0x00050013, enums.FfcMode, "Who starts an FFC.", Field("mode", "i"), keeps=(enums.FfcMode.MANUAL,))
FFC_STATUS = _get("bosonGetFfcStatus", 0x00050054, enums.FfcStatus, "Where the FFC stands.", Field("status", "i"), allowed=True)
FFC_IN_PROGRESS = _get("bosonGetFFCInProgress", 0x0005000C, flag, "Whether the shutter is closed.", Field("in_progress", "h"))
FFC_DESIRED = _get("bosonGetFfcDesired", 0x00050055, flag, "Whether the camera asks for an FFC.", Field("desired", "I"), allowed=True)
FFC_LAST_FRAME = _get("bosonGetLastFFCFrameCount", 0x0005005D, int, "Frame counter at the last FFC.", Field("frame", "I", "frame"), allowed=True)
FFC_LAST_TEMP = _get("bosonGetLastFFCTempDegKx10", 0x0005005E, int, "FPA temperature at the last FFC.", Field("temperature", "H", "0.1 K"))
FFC_TEMP_THRESHOLD = _register("boson{}FFCTempThreshold", 0x00050008, 0x00050009, int, "FPA temperature change after which an FFC is desired.", Field("change", "H", "0.1 K"))
FFC_FRAME_THRESHOLD = _register("boson{}FFCFrameThreshold", 0x0005000A, 0x0005000B, int, "Frames after which an FFC is desired.", Field("frames", "I", "frame"))
FFC_TEMP_THRESHOLD_LOW = _register("boson{}FFCTempThresholdLowGain", 0x000500DE, 0x000500DF, int, "The same in low gain.", Field("change", "H", "0.1 K"))
FFC_FRAME_THRESHOLD_LOW = _register("boson{}FFCFrameThresholdLowGain", 0x000500E0, 0x000500E1, int, "The same in low gain.", Field("frames", "I", "frame"))
FFC_WARN_TIME = _register("boson{}FFCWarnTimeInSecx10", 0x00050074, 0x00050075, int, "How long an automatic FFC is announced.", Field("time", "H", "0.1 s"))
FFC_FRAMES = _register("gao{}NumFFCFrames", 0x0000000D, 0x0000000E, int, "Frames integrated during an FFC.", Field("frames", "H", "frame"))
FFC_APPLIED = _get("gaoGetFfcState", 0x00000004, flag, "Whether the FFC is applied to the image.", Field("applied", "i"))
TABLE_SWITCH_DESIRED = _get("bosonGetTableSwitchDesired", 0x0005005F, int, "Whether another correction table would fit better.", Field("desired", "H"))
CHECK_TABLE_SWITCH = _do("bosonCheckForTableSwitch", 0x00050050, "Switch the correction table if that is desired.")

# --- sensor
FPA_TEMP = _get("bosonlookupFPATempDegCx10", 0x00050030, int, "Temperature of the focal plane array.", Field("temperature", "h", "0.1 deg C"), allowed=True)
FPA_TEMP_KELVIN = _get("bosonlookupFPATempDegKx10", 0x00050031, int, "Temperature of the focal plane array.", Field("temperature", "H", "0.1 K"))
GAIN_MODE = _register("boson{}GainMode", 0x00050014, 0x00050015, enums.GainMode, "Which gain is used.", Field("mode", "i"), keeps=(enums.GainMode.HIGH,))
TABLE_TYPE = _get("bosonGetCurrentTableType", 0x000500CA, enums.TableType, "Which gain is in effect.", _TABLE, allowed=True)
TABLE_NUMBER = _get("bosonGetTableNumber", 0x0005003B, int, "Number of the correction table.", Field("table", "I"))
EXT_SYNC = _register("boson{}ExtSyncMode", 0x00050098, 0x00050099, enums.ExtSyncMode, "Who sets the frame rate.", Field("mode", "i"))
AVERAGER = _enable("gao{}AveragerState", 0x0000000B, 0x0000000C, "Average two frames: half the rate, less noise.")
FRAME_COUNT = _get("roicGetFrameCount", 0x00020002, int, "Frames since power-up.", Field("frames", "I", "frame"), allowed=True)
FRAME_RATE = _get("sysctrlGetCameraFrameRate", 0x000E0007, int, "Frame rate.", Field("rate", "I", "Hz"), allowed=True)
UPTIME = _get("sysctrlGetUptimeSecs", 0x000E0008, int, "Time since power-up.", Field("uptime", "I", "s"), allowed=True)
IMAGE_VALID = _get("bosonGetImageValid", 0x000500C9, flag, "Whether the image is usable yet.", Field("valid", "h"))
OVER_TEMP = _get("bosonGetOverTempEventOccurred", 0x00050063, int, "Whether the camera has been too hot.", Field("occurred", "H"))
UART_BAUD = _register("uart{}StartupBaudRate", 0x00400000, 0x00400001, int, "Baud rate after power-up; kept over power-off.", Field("rate", "i", "baud"))
REBOOT = _do("bosonReboot", 0x00050010, "Start the camera anew; USB vanishes and comes back.", repeatable=False)
SAVE_DEFAULTS = _do("bosonWriteDynamicHeaderToFlash", 0x00050018, "Keep the settings over power-off.", repeatable=False)
FACTORY_DEFAULTS = _do("bosonRestoreFactoryDefaultsFromFlash", 0x0005001B, "Return to factory settings.", repeatable=False)

# --- radiometry: what makes counts temperatures
RADIOMETRY_CAPABLE = _get("radiometryGetRadiometryCapable", 0x0042007D, flag, "Whether the camera is calibrated for temperatures.", Field("capable", "i"), allowed=True)
TLINEAR = _enable("TLinear{}Control", 0x003E0001, 0x003E0002, "Give counts that are linear in temperature.", keeps=(1,))
TLINEAR_REFRESH = _command("TLinearRefreshLUT", 0x003E0007, nothing, "Apply changed scene parameters to a gain's table.", request=(_TABLE,), allowed=((enums.TableType.HIGH_GAIN,),))
EMISSIVITY = _share("radiometry{}EmissivityTarget", 0x00420077, 0x00420078, "Emissivity of the target.", keeps=(1.0, 100.0))
BACKGROUND_TEMP = _kelvin("radiometry{}TempBackground", 0x00420079, 0x0042007A, "Temperature that the target reflects.")
ATMOSPHERE_TRANSMISSION = _share("radiometry{}TransmissionAtmosphere", 0x00420073, 0x00420074, "Transmission of the air.", keeps=(1.0, 100.0))
ATMOSPHERE_TEMP = _kelvin("radiometry{}TempAtmosphere", 0x00420075, 0x00420076, "Temperature of the air.")
WINDOW_TRANSMISSION = _share("radiometry{}TransmissionWindow", 0x0042006D, 0x0042006E, "Transmission of a window in front of the lens.", keeps=(1.0, 100.0))
WINDOW_REFLECTIVITY = _share("radiometry{}ReflectivityWindow", 0x0042006F, 0x00420070, "Reflectivity of that window.", keeps=(0.0,))
WINDOW_TEMP = _kelvin("radiometry{}TempWindow", 0x0042006B, 0x0042006C, "Temperature of that window.")
WINDOW_REFLECTED_TEMP = _kelvin("radiometry{}TempWindowReflection", 0x00420071, 0x00420072, "Temperature that the window reflects.")
TEMP_STABLE = _enable("radiometry{}TempStableEnable", 0x00420000, 0x00420001, "Compensate the counts for the camera's own temperature.")
RBFO_HIGH = _rbfo("radiometry{}RBFOHighGainDefault", 0x0042001A, 0x0042001B, "RBFO in high gain.")
RBFO_LOW = _rbfo("radiometry{}RBFOLowGainDefault", 0x0042001C, 0x0042001D, "RBFO in low gain.")
RBFO_HIGH_FACTORY = _rbfo("radiometry{}RBFOHighGainFactory", 0x0042001E, 0x0042001F, "Factory's RBFO in high gain.")
RBFO_LOW_FACTORY = _rbfo("radiometry{}RBFOLowGainFactory", 0x00420020, 0x00420021, "Factory's RBFO in low gain.")
SHUTTER_PADDLE_TEMP = _get("radiometryGetTempShutterPaddle", 0x0042002B, float, "Temperature of the shutter.", Field("temperature", "f", "K"))

# --- spot meter; its temperatures are valid only with TLinear on
SPOT_METER = _enable("spotMeter{}Enable", 0x00430000, 0x00430001, "Compute statistics of a region.")
SPOT_ROI = _roi("spotMeter{}Roi", 0x00430003, 0x00430004, "Region of the spot meter.")
SPOT_UNIT = _register("spotMeter{}StatsMode", 0x00430006, 0x00430007, enums.SpotMeterUnit, "Unit of its temperatures.", Field("unit", "i"))
SPOT_STATS = _get("spotMeterGetSpotStats", 0x00430005, SpotStats, "Statistics in counts.", *(Field(n, "H") for n in SpotStats._fields))
SPOT_TEMP_STATS = _get("spotMeterGetTempStats", 0x00430008, SpotStats, "Statistics in the chosen unit.", *(Field(n, f) for n, f in zip(SpotStats._fields, "ffHHfHHf", strict=True)))

# --- video and telemetry
USB_IR16 = _register("sysctrl{}UsbVideoIR16Mode", 0x000E000D, 0x000E000E, enums.Ir16Mode, "What the 16-bit USB video carries.", Field("mode", "i"), keeps=(enums.Ir16Mode.TLINEAR,))
VIDEO_TYPE = _register("dvo{}Type", 0x0006000F, 0x00060010, enums.VideoType, "What the video output carries.", Field("type", "i"))
TELEMETRY = _enable("telemetry{}State", 0x00040001, 0x00040002, "Send telemetry rows with each frame.", keeps=(1,))
TELEMETRY_LOCATION = _register("telemetry{}Location", 0x00040003, 0x00040004, enums.TelemetryLocation, "Where the telemetry rows are.", Field("location", "i"), keeps=(enums.TelemetryLocation.TOP,))
TELEMETRY_PACKING = _register("telemetry{}Packing", 0x00040005, 0x00040006, enums.TelemetryPacking, "How telemetry bytes fill pixels.", Field("packing", "i"), keeps=(enums.TelemetryPacking.DEFAULT,))
TELEMETRY_ORDER = _register("telemetry{}Order", 0x00040007, 0x00040008, enums.TelemetryOrder, "Byte order of telemetry.", Field("order", "i"), keeps=(enums.TelemetryOrder.DEFAULT,))

# --- capture into the camera's memory, and reading it
CAPTURE_FRAME = _command("captureSingleFrameWithSrc", 0x00070003, nothing, "Capture the next frame.", request=(_SOURCE,), allowed=_TLINEAR_ONLY)
CAPTURE_FRAMES = _command("captureFrames", 0x00070002, nothing, "Capture the next frames.", request=(_SOURCE, Field("frames", "I", "frame"), Field("buffer", "H")))
CAPTURE_STATUS = _get("captureGetStatus", 0x00070005, _capture_status, "How the capture stands.", *_STATUS, allowed=True)
CAPTURE_SIZE = _command("memGetCaptureSizeSrc", 0xFFFF000C, CaptureSize, "Size of what was captured.", request=(_SOURCE,), reply=_SIZE, allowed=_TLINEAR_ONLY)
READ_CAPTURE = _command("memReadCaptureSrc", 0xFFFF000D, bytes, "Read from what was captured.", request=(_SOURCE, *_CHUNK), reply=(_DATA,), allowed=_READS)
CAPTURE_SIZE_PLAIN = _get("memGetCaptureSize", 0xFFFF0004, CaptureSize, "Size of what was captured from the default source.", *_SIZE)
READ_CAPTURE_PLAIN = _command("memReadCapture", 0xFFFF0003, bytes, "Read from what was captured from the default source.", request=_CHUNK, reply=(_DATA,))
CAPTURE_TO_FILE = _do("captureSingleFrameToFile", 0x00070004, "Write the next frame into a file of the camera's own memory.")
CAPTURE_FRAME_PLAIN = _do("captureSingleFrame", 0x00070001, "Capture the next frame from the default source.")

# --- for tests of the line
BAD_COMMAND = _do("dummyBadCommand", 0xDEADBEEF, "An id that no firmware has.")
# fmt: on

# With these a frame comes over the control channel; a camera with video needs none of them.
CAPTURES = frozenset(
    c.function for c in (CAPTURE_FRAME, CAPTURE_STATUS, CAPTURE_SIZE, READ_CAPTURE)
)
