"""Telemetry of a Lepton is read as the camera meant it."""

import base64
import json
import struct
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from device.frame import FfcState
from device.lepton.telemetry import AGC_ON, FFC_DESIRED, TABLE, WORDS, Telemetry, decode, encode
from tests.device.recordings import real


def test_every_field_has_its_place_and_no_two_share_one() -> None:
    assert list(TABLE) == [field.name for field in fields(Telemetry)]
    places = [n for word in TABLE.values() for n in range(word.at, word.at + word.size)]
    assert len(places) == len(set(places))
    assert max(places) < WORDS


def test_low_word_comes_first() -> None:
    words = np.zeros(WORDS, np.uint16)
    words[20], words[21] = 0x0002, 0x0001
    assert decode(words).counter == 0x0001_0002


def test_status_bits_are_told_apart() -> None:
    words = np.zeros(WORDS, np.uint16)
    words[3], words[4] = 0b0011_1000, 0
    telemetry = decode(words)
    assert telemetry.ffc is FfcState.COMPLETE
    assert telemetry.status & FFC_DESIRED
    assert not telemetry.status & AGC_ON
    words[3] = 0x1000
    assert decode(words).status & AGC_ON


def test_ffc_age_goes_over_the_end_of_the_uptime_counter() -> None:
    words = np.zeros(WORDS, np.uint16)
    words[1:3] = np.frombuffer(struct.pack("<I", 500), "<u2")
    words[3] = 0b11_0000
    words[30:32] = np.frombuffer(struct.pack("<I", 2**32 - 1500), "<u2")
    assert decode(words).ffc_age_s == 2.0


@given(arrays.arrays(np.uint16, (2, 160)))
def test_what_is_written_is_read_back(words: np.ndarray) -> None:
    telemetry = decode(words)
    again = np.zeros((2, 160), np.uint16)
    encode(telemetry, again)
    assert decode(again) == telemetry


@given(arrays.arrays(np.uint16, (2, 160)), st.sampled_from(list(TABLE)))
def test_writing_a_field_touches_no_other_word(words: np.ndarray, name: str) -> None:
    before = words.copy()
    encode(decode(words), words)
    assert np.array_equal(words, before), name


def test_telemetry_of_a_real_lepton_is_read() -> None:
    (path,) = real("raw-y16/agc_off.tjsn")
    words = np.frombuffer(base64.b64decode(json.loads(path.read_text())["telemetry"]), "<u2")
    telemetry = decode(words)
    assert (telemetry.tlinear, telemetry.kelvin_per_count) == (1, 0.01)
    assert telemetry.ffc is FfcState.COMPLETE
    assert not telemetry.status & AGC_ON
    assert telemetry.software.to_bytes(8, "little") == struct.pack("<2I", 0x03031A, 0x03031A)
    assert telemetry.fpa_kelvin_100 / 100 - 273.15 == pytest.approx(32.98)
    # 8.8 frames per second since power-up, and an FFC 99 s ago
    assert telemetry.counter / telemetry.uptime_ms * 1000 == pytest.approx(8.77, abs=0.01)
    assert telemetry.ffc_age_s == 99.112
    # this camera corrected for an emissivity of 0.98 by itself
    assert telemetry.emissivity_8192 / 8192 == pytest.approx(0.98, abs=1e-4)
