"""Every word of the calibration's closed lists has its sentence in every language."""

import pytest

from service.acceptance.words import Chapter, Conformity, Place, Trial
from service.ipc.acceptance import Cause
from service.ipc.calibration import Challenge, Need, Step
from service.supervisor.accepting.wizard import OF_BATTERY
from service.web.i18n import catalogues

CATALOGUES = catalogues()
PREFIXES = {
    "s_": Step,
    "d_": Step,
    "n_": Need,
    "ch_": Chapter,
    "m_": OF_BATTERY,
    "p_": Place,
    "t_": Trial,
    "f_": Conformity,
    "c_": Challenge,
}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_step_need_and_chapter_is_told(language: str) -> None:
    words = CATALOGUES[language]["calibration"]
    wanted = {f"{prefix}{one.value}" for prefix, kind in PREFIXES.items() for one in kind}
    assert wanted - set(words) == set()
    assert set(CATALOGUES[language]["causes"]) == {cause.value for cause in Cause}


@pytest.mark.parametrize("language", CATALOGUES)
def test_what_the_station_makes_is_never_called_what_a_laboratory_makes(language: str) -> None:
    said = " ".join(CATALOGUES[language]["calibration"].values()).lower()
    for word in ("certificate", "certificat", "zertifikat", "certificaat"):
        assert word not in said
