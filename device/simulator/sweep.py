"""A scenario that asks a camera for its slope: people from too cold to feverish, one by one."""

from collections.abc import Sequence

import numpy as np

from device.simulator import schema

SLOPE_TEMPS_C = tuple(float(t) for t in np.arange(34.0, 40.01, 0.25))
_SECONDS_EACH = 3.5
# where a face is seen as large as the lens allows it whole
_NEAR_M = {"boson-plus-640": 1.0, "boson-plus-320": 0.75, "lepton-3.5": 0.5}


def sweep(
    temps_c: Sequence[float] = SLOPE_TEMPS_C, camera: schema.Camera | None = None
) -> schema.Scenario:
    """Return a scenario in which one visitor after the other has these canthus temperatures.

    All have the same head and no difference between left and right, so that what a station reads
    against what is true is a line, and its slope the camera's and the station's alone.
    """
    seen_by = camera or schema.Camera()
    z = _NEAR_M[seen_by.model]
    people = tuple(
        schema.Person(
            canthus_c=float(temp_c),
            left_right_k=0.0,
            head=3,
            height_m=seen_by.height_m + 0.12,
            wears=("bald",),
            at_s=1.0 + number * _SECONDS_EACH,
            start=(0.0, z + 0.3),
            steps=(
                schema.Step(walk_to=(0.0, z), speed_m_s=1.0),
                schema.Step(stand_s=1.6),
                schema.Step(walk_to=(1.2 * z, z), look="ahead", speed_m_s=2.5),
            ),
        )
        for number, temp_c in enumerate(temps_c)
    )
    return schema.Scenario(
        name="sweep",
        title="People from too cold to feverish, one by one",
        duration_s=2.0 + len(people) * _SECONDS_EACH,
        camera=seen_by,
        references=(
            schema.Reference(at=(-0.26 * z / 1.2 * 1.1, seen_by.height_m + 0.12, z * 1.1)),
        ),
        people=people,
    )
