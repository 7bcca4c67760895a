"""Run by flirpy's own interpreter: every call of flirpy's Boson, the results as one JSON object."""

import json
import sys
import time


def main() -> None:
    from flirpy.camera.boson import (  # type: ignore[import-not-found] # in its own interpreter
        Boson,
    )

    camera = Boson(port=sys.argv[1])
    said = {
        "camera_serial": camera.get_camera_serial(),
        "sensor_serial": camera.get_sensor_serial(),
        "part_number": camera.get_part_number().rstrip("\0"),
        "firmware": camera.get_firmware_revision(),
        "fpa_temperature": camera.get_fpa_temperature(),
        "nuc_desired": camera.get_nuc_desired(),
        "gao_ffc_mode": camera.get_gao_ffc_mode(),
        "averager": camera.get_averager(),
    }
    camera.do_nuc_table_switch()
    camera.set_averager(1)
    said["averager_on"] = camera.get_averager()

    camera.set_ffc_auto()
    said["ffc_auto"] = camera.get_ffc_mode()
    camera.set_ffc_manual()
    said["ffc_manual"] = camera.get_ffc_mode()
    camera.set_ffc_temperature_threshold(2.5)
    said["temperature_threshold"] = camera.get_ffc_temperature_threshold()
    camera.set_ffc_frame_threshold(3600)
    said["frame_threshold"] = camera.get_ffc_frame_threshold()
    camera.set_num_ffc_frame(4)
    said["ffc_frames"] = camera.get_num_ffc_frame()

    camera.set_gain_mode(1)
    said["gain_low"] = camera.get_gain_mode()
    camera.set_gain_mode(0)
    said["gain_high"] = camera.get_gain_mode()
    camera.set_external_sync_mode(1)
    said["external_sync"] = camera.get_external_sync_mode()
    camera.set_pwr_on_defaults()
    camera.set_pwr_on_defaults_factory()

    time.sleep(1.0)  # the FFC of the power-up
    before = camera.get_last_ffc_frame_count()
    camera.do_ffc()
    said["ffc_in_progress"] = camera.get_ffc_state()
    time.sleep(1.0)
    said["ffc_done"] = camera.get_ffc_state()
    said["ffc_advanced"] = camera.get_last_ffc_frame_count() - before
    said["ffc_desired"] = camera.get_ffc_desired()
    said["ffc_temperature"] = camera.get_last_ffc_temperature()
    said["frames"] = camera.get_frame_count()
    camera.reboot()
    camera.close()
    print(json.dumps(said))


if __name__ == "__main__":
    main()
