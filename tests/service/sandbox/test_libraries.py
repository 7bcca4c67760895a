"""The libraries that see frames start nothing on their own and send nothing to anybody."""

import os
import re
import subprocess
import sys
from pathlib import Path

import onnxruntime
import pytest

COUNT = """
import os
import numpy, cv2, onnxruntime
print(len(os.listdir("/proc/self/task")))
"""


def threads_after_import(**environment: str) -> int:
    # CI must not be set: onnxruntime's reporting is silent in what it takes for a test.
    plain = {"PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1", **environment}
    done = subprocess.run(
        [sys.executable, "-c", COUNT], capture_output=True, text=True, env=plain, check=True
    )
    return int(done.stdout)


def test_importing_them_starts_no_thread() -> None:
    assert threads_after_import() == 1


@pytest.mark.parametrize("address", [rb"events\.data\.microsoft\.com", rb"ITelemetrySystem"])
def test_the_neural_network_runtime_has_no_code_to_report_usage(address: bytes) -> None:
    """From version 1.29 on it has, and starts a thread for it when it is imported."""
    library = next((Path(onnxruntime.__file__).parent / "capi").glob("*pybind11_state*.so"))
    assert not re.search(address, library.read_bytes())
