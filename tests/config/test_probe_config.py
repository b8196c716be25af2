import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.config.probe import ProbeConfig

FILES = {"train": "esp.train", "test": "esp.testa"}


def test_probes_are_off_by_default_and_need_no_files_then():
    assert not PretrainingConfig().probe.is_on


def test_the_length_must_fit_the_positions_where_probes_are_on():
    params = {
        "architecture": {"max_position_embeddings": 64},
        "probe": {"finetuning": {"max_length": 65}},
    }
    assert not PretrainingConfig.from_params(params).probe.is_on
    params["probe"] |= {"every": 10, **FILES}
    with pytest.raises(ConfigError, match=r"max_length=65 is longer than .*=64; lower it to 64"):
        PretrainingConfig.from_params(params)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"every": -1}, "every=-1 must not be negative; 0 switches probes off"),
        ({"every": 5, "train": "a"}, "test is missing: with every=5 it must name a CoNLL file"),
        ({"every": 5, "test": "a"}, "train is missing"),
        ({"max_examples": 0}, "max_examples=0 must be at least 1, or null for all"),
        ({"finetuning": {"epochs": 0}}, "probe.finetuning: epochs=0 must be at least 1"),
        ({"finetuning": {"batch_size": 0}}, "batch_size=0 must be at least 1"),
        ({"finetuning": {"learning_rate": 0}}, "learning_rate=0.0 must be above 0"),
        ({"finetuning": {"warmup_fraction": 1}}, "must be at least 0 and below 1"),
        ({"finetuning": {"layer_decay": 1.5}}, "must be above 0 and at most 1"),
        ({"finetuning": {"layer_decay_form": "wrong"}}, "must be one of original, corrected"),
        ({"finetuning": {"max_length": 2}}, "max_length=2 must be at least 3"),
        ({"finetuning": {"seed": -1}}, "seed=-1 must not be negative"),
    ],
)
def test_what_cannot_work_is_refused(params, message):
    with pytest.raises(ConfigError) as caught:
        ProbeConfig.from_params(params, "probe")
    assert message in str(caught.value)
