"""Published and captured packets of the Boson: who sent what, and what it means.

OFF  FLIR 102-9013-00 and FLIR "Boson Command Packet Generation" 0.2
HW   captured from real cameras: thurberdog/ghostCommand, README at commit fcd7a08
RUN  sent by independent clients: FLIR's own SDK and rawBoson, flirpy 0.6.2
"""

from typing import Any, NamedTuple

from device.boson import commands as c
from device.boson.declare import Command, Value
from device.boson.fbp import REQUEST, Status


class Golden(NamedTuple):
    """One packet: its source, its bytes, and the message in it."""

    source: str
    wire: str
    sequence: int
    command: Command[Any]
    values: tuple[Value, ...] = ()
    status: int = REQUEST

    def __str__(self) -> str:
        kind = "request" if self.status == REQUEST else "answer"
        return f"{self.source}-{self.command.name}-{self.sequence:x}-{kind}"


OK = Status.OK
GOLDEN = [
    Golden("OFF", "8E0012C0FFEE00050007FFFFFFFF6C5EAE", 0x12C0FFEE, c.RUN_FFC),
    Golden("HW", "8E000000000100050002FFFFFFFF010BAE", 1, c.CAMERA_SERIAL),
    Golden("HW", "8E0000000001000500020000000000016D943010AE", 1, c.CAMERA_SERIAL, (93588,), OK),
    Golden("HW", "8E000000000100050030FFFFFFFF4966AE", 1, c.FPA_TEMP),
    Golden("HW", "8E00000000010005003000000000017CBDCEAE", 1, c.FPA_TEMP, (380,), OK),
    Golden("HW", "8E000000000100050007FFFFFFFF225CAE", 1, c.RUN_FFC),
    Golden("HW", "8E00000000010005000700000000BB93AE", 1, c.RUN_FFC, (), OK),
    Golden("HW", "8E00000000C2000E000DFFFFFFFF00000002C4F2AE", 0xC2, c.USB_IR16.set, (2,)),
    Golden("RUN", "8E000000000000050002FFFFFFFFEA28AE", 0, c.CAMERA_SERIAL),
    Golden("RUN", "8E000000000000050007FFFFFFFFC97FAE", 0, c.RUN_FFC),
    Golden("RUN", "8E0000000009003E0001FFFFFFFF000000019549AE", 9, c.TLINEAR.set, (1,)),
    Golden("RUN", "8E000000000B003E0007FFFFFFFF000000014507AE", 0x0B, c.TLINEAR_REFRESH, (1,)),
    Golden("RUN", "8E000000001000420077FFFFFFFF42C400001D2EAE", 0x10, c.EMISSIVITY.set, (98.0,)),
    Golden(
        "RUN",
        "8E000000001200420079FFFFFFFF4393933302FDAE",
        0x12,
        c.BACKGROUND_TEMP.set,
        (295.1499938964844,),  # 295.15 as a 32-bit float
    ),
    Golden(
        "RUN",
        "8E000000001900430003FFFFFFFF000A00C80014012CA74BAE",
        0x19,
        c.SPOT_ROI.set,
        (10, 200, 20, 300),
    ),
    Golden("RUN", "8E000000000600050012FFFFFFFF000000001FB3AE", 6, c.FFC_MODE.set, (0,)),
    Golden("RUN", "8E000000001D00070003FFFFFFFF00000008549E91AE", 0x1D, c.CAPTURE_FRAME, (8,)),
    Golden("RUN", "8E000000001FFFFF000CFFFFFFFF00000008EB48AE", 0x1F, c.CAPTURE_SIZE, (8,)),
    Golden(
        "RUN",
        "8E0000000020FFFF000DFFFFFFFF0000000800000001000010706AAE",
        0x20,
        c.READ_CAPTURE,
        (8, 0, 256, 16),
    ),
    Golden("RUN", "8E000000000100050004FFFFFFFFCC9E81AE", 1, c.CAMERA_PART),
    Golden("RUN", "8E0000000001003E0001FFFFFFFF000000019E9113AE", 1, c.TLINEAR.set, (1,)),
    Golden("RUN", "8E0000000001DEADBEEFFFFFFFFF9E9124AE", 1, c.BAD_COMMAND),
    Golden(
        "RUN",
        "8E0000000001DEADBEEF00000161485DAE",
        1,
        c.BAD_COMMAND,
        (),
        Status.BAD_COMMAND_ID,
    ),
]

# Packets whose command has no line in our table: the framing and the message alone.
# (wire, sequence, function, data)
GOLDEN_MESSAGES = [
    ("8E00429EA1429E9100090009FFFFFFFF3FA000007FFEAE", 0x42AE429E, 0x00090009, "3FA00000"),
    (
        "8E000000000100420079FFFFFFFF439E819E919EA1FE96AE",
        1,
        0x00420079,
        "438E9EAE",
    ),
]
