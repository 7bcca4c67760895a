"""An independent client, flirpy, reads the telemetry that the emulated Lepton makes."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from device.lepton.control import LeptonControl
from device.lepton.emulator import EmulatedLepton
from device.lepton.telemetry import decode

PYTHON = Path(__file__).parents[3] / ".venv-flirpy" / "bin" / "python"

CLIENT = """
import json, sys
import numpy as np
from flirpy.camera.lepton import Lepton
image = np.fromfile(sys.argv[1], "<u2").reshape(122, 160)
lepton = Lepton()
lepton.decode_telemetry(image)
print(json.dumps({
    "version": [ord(lepton.major_version), ord(lepton.minor_version)],
    "uptime_ms": lepton.uptime_ms, "status": lepton.status, "frame_count": lepton.frame_count,
    "fpa_temp_k": lepton.fpa_temp_k, "ffc_temp_k": lepton.ffc_temp_k,
    "ffc_elapsed_ms": lepton.ffc_elapsed_ms,
}))
"""


def test_flirpy_reads_what_the_emulated_camera_says(tmp_path: Path) -> None:
    if not PYTHON.exists():
        reason = "flirpy's own environment is missing: scripts/environment flirpy makes it"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    camera = EmulatedLepton()
    LeptonControl("/dev/null", camera.ioctl).make_radiometric()
    rows = np.zeros((122, 160), np.uint16)
    for _ in range(3):
        camera.frame(rows)
    (tmp_path / "frame.y16").write_bytes(rows.astype("<u2").tobytes())
    told = subprocess.run(
        [PYTHON, "-c", CLIENT, tmp_path / "frame.y16"], check=True, capture_output=True, text=True
    )
    telemetry = decode(rows[120:])
    assert json.loads(told.stdout) == {
        "version": [telemetry.revision & 0xFF, telemetry.revision >> 8],
        "uptime_ms": telemetry.uptime_ms,
        "status": telemetry.status,
        "frame_count": telemetry.counter,
        "fpa_temp_k": telemetry.fpa_kelvin_100 / 100,
        "ffc_temp_k": telemetry.ffc_fpa_kelvin_100 / 100,
        "ffc_elapsed_ms": telemetry.ffc_uptime_ms,
    }
