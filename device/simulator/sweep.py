"""Film a sweep: two plates, one of them heated from too cold to feverish.

The steady plate takes out what all pixels have in common (offset, drift); what is left is a line,
and its slope the camera's alone. Who judges it is `service.acceptance.sweep`.
"""

from device.simulator.camera.camera import KELVIN_PER_COUNT
from device.simulator.physics import radiometry
from device.simulator.scenario import schema
from device.simulator.sensor import SimulatedSensor

FROM_C, TO_C = 34.0, 40.0
_SECONDS = 50.0
_RATE_HZ = 4.0
_STEADY_C = 36.0
_AWAY_M = 0.5


def plates(camera: schema.Camera) -> schema.Scenario:
    """Return the scenario: a steady plate and one that is heated, before an even wall."""
    steady, heated = (
        schema.Reference(
            temp_c=temp_c,
            at=(x, camera.height_m, _AWAY_M),
            drift_k_per_min=drift,
            stability_k=0.0,
            uniformity_k=0.0,
            housing=False,
            on_for_s=1e6,
        )
        for temp_c, x, drift in (
            (_STEADY_C, -0.07, 0.0),
            (FROM_C, 0.07, (TO_C - FROM_C) / _SECONDS * 60.0),
        )
    )
    return schema.Scenario(
        name="sweep",
        title="A plate that is heated from too cold to feverish, beside a steady one",
        duration_s=_SECONDS + 1.0 / _RATE_HZ,
        camera=camera.model_copy(update={"frame_rate_hz": _RATE_HZ}),
        references=(steady, heated),
    )


def sweep(camera: schema.Camera, seed: int = 0) -> tuple[list[float], list[float]]:
    """Film the plates with this camera; return what is true of the heated one and what it shows.

    Both in deg C at emissivity 1, frame by frame, what the steady plate shows too much taken out.
    """
    plan = plates(camera)
    true: list[float] = []
    shown: list[float] = []
    with SimulatedSensor(plan, realtime=False, loop=False, seed=seed) as sensor:
        for frame in sensor.frames():
            expected, read = [], []
            for plate, reference in zip(sensor.truth().references, plan.references, strict=True):
                expected.append(_apparent_c(plate.surface_c, reference, plan.room))
                x, y, w, h = plate.box
                inner = frame.counts[
                    round(y + 0.25 * h) : round(y + 0.75 * h),
                    round(x + 0.25 * w) : round(x + 0.75 * w),
                ]
                read.append(float(inner.mean()) * KELVIN_PER_COUNT - radiometry.KELVIN_OFFSET)
            # what all pixels have in common is radiance, and moves the steady plate as well
            own = radiometry.radiance(read)
            corrected = own[1] - (own[0] - radiometry.radiance(expected[0]))
            true.append(expected[1])
            shown.append(float(radiometry.apparent_temp_c(corrected)))
    return true, shown


def _apparent_c(surface_c: float, reference: schema.Reference, room: schema.Room) -> float:
    """Temperature at emissivity 1 that a plate has at the lens."""
    tau = radiometry.transmission(reference.at[2], room.ambient_c, room.relative_humidity)
    leaves = float(radiometry.leaving(surface_c, reference.emissivity, room.mirrored_c))
    arrives = tau * leaves + (1.0 - tau) * float(radiometry.radiance(room.ambient_c))
    return float(radiometry.apparent_temp_c(arrives))
