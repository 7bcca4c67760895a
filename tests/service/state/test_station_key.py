"""The station's key is made once, is nobody else's to read, and a damaged one is not replaced."""

from pathlib import Path

import pytest

from service.state.station_key import KEY, StationKeyError, station_key


def test_it_is_made_once_and_kept_to_the_station(tmp_path: Path) -> None:
    first = station_key(tmp_path)
    assert station_key(tmp_path).private_bytes_raw() == first.private_bytes_raw()
    assert (tmp_path / KEY).stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / KEY).write_bytes(b"short")
    with pytest.raises(StationKeyError, match=r"attestation\.key.*Move it away"):
        station_key(tmp_path)
    assert (tmp_path / KEY).read_bytes() == b"short"


def test_a_folder_that_takes_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StationKeyError, match="cannot be kept"):
        station_key(tmp_path / "absent")
