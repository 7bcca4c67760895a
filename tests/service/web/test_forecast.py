"""What a threshold would do, told before it is saved."""

from service.ipc.settings import DecisionSettings, SceneSettings, StationSettings
from service.web.forecast import ILL, forecast


def settings(threshold_c: float, **more: float) -> StationSettings:
    return StationSettings(decision=DecisionSettings(threshold_c=threshold_c, **more))  # type: ignore[arg-type] # numbers


def test_a_higher_threshold_raises_fewer_alarms_and_clears_more_of_the_ill() -> None:
    steps = [forecast(settings(tenths / 10)) for tenths in range(340, 391)]
    assert [one.alarms for one in steps] == sorted((one.alarms for one in steps), reverse=True)
    assert [one.cleared for one in steps] == sorted(one.cleared for one in steps)
    assert all(one.found + one.again_ill + one.cleared == ILL for one in steps)
    assert forecast(settings(39.0)).cleared > 95
    assert forecast(settings(34.0)).alarms > 950


def test_a_wider_guard_band_measures_more_again() -> None:
    narrow, wide = (forecast(settings(36.4, guard_k=k)) for k in (0.5, 2.0))
    assert narrow.again < wide.again
    assert narrow.alarms > wide.alarms


def test_a_warmer_hall_raises_more_alarms() -> None:
    cool, warm = (
        forecast(settings(36.4).model_copy(update={"scene": SceneSettings(ambient_temp_c=c)}))
        for c in (18.0, 27.0)
    )
    assert cool.alarms < warm.alarms


def test_the_published_share_of_false_alarms_is_kept_without_a_guard_band() -> None:
    # 2 % at 36.4 deg C in the clinical data (`limen threshold fit`), here with our own uncertainty
    alarms = forecast(
        settings(36.4, guard_k=0.0).model_copy(update={"scene": SceneSettings(ambient_temp_c=24.0)})
    ).alarms
    assert 10 < alarms < 50
