import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.schedule import ScheduleConfig

COOLDOWN = {"kind": "constant_with_cooldown"}


def test_a_run_without_restarts_is_one_cycle():
    assert ScheduleConfig().cycles(500) == [(0, 500)]


def test_restarts_divide_a_run_into_cycles():
    assert ScheduleConfig(restarts=(10, 30)).cycles(40) == [(0, 10), (10, 30), (30, 40)]


def test_warm_up_and_cooldown_may_fill_a_cycle():
    ScheduleConfig(**COOLDOWN, warmup_steps=10, cooldown_steps=40).check_cycles(50)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"kind": "linear"}, "kind must be one of polynomial, cosine, constant_with_cooldown"),
        ({"decay_power": 0}, "decay_power=0.0 must be above 0"),
        ({"kind": "cosine", "decay_power": 2}, "set decay_power=1 or kind=polynomial"),
        ({"cooldown_steps": 10}, "set cooldown_steps=null or kind=constant_with_cooldown"),
        (COOLDOWN, "needs cooldown_steps: a fifth of a cycle is usual"),
        ({**COOLDOWN, "cooldown_steps": -1}, "cooldown_steps=-1 must not be negative"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(params, message):
    with pytest.raises(ConfigError, match=message.replace(".", r"\.")):
        ScheduleConfig.from_params(params, "schedule")


def test_a_cooldown_that_does_not_fit_into_the_shortest_cycle_is_refused():
    config = ScheduleConfig(**COOLDOWN, warmup_steps=10, cooldown_steps=40, restarts=(60,))
    config.check_cycles(120)
    with pytest.raises(ConfigError, match=r"shortest cycle .* 45 steps; set cooldown_steps to 35"):
        config.check_cycles(105)
