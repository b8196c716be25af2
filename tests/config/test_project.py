import dataclasses

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.project import DirectoriesConfig, ProjectConfig

STAGES = [field.name for field in dataclasses.fields(DirectoriesConfig)]
DIRECTORIES = {name: f"data/{name}" for name in STAGES}


def test_parameters_of_the_command_line_are_known():
    params = {"directories": DIRECTORIES, "run": "mine", "corpus": "texts", "data_root": "/disk"}
    assert ProjectConfig.from_params(params).corpus == ("texts",)


def test_sequences_longer_than_the_position_table_are_refused():
    params = {"directories": DIRECTORIES, "records": {"sequence_length": 256}}
    with pytest.raises(ConfigError, match=r"sequence_length=256 is longer than .*=128; raise"):
        ProjectConfig.from_params(params)


def test_exporting_the_best_checkpoint_needs_one_to_be_kept():
    best = {"directories": DIRECTORIES, "export": {"checkpoint": "best"}}
    with pytest.raises(ConfigError, match=r"keep_best=0 keeps none; set it to 1"):
        ProjectConfig.from_params(best)
    ProjectConfig.from_params({**best, "pretraining": {"checkpoint": {"keep_best": 1}}})


def test_a_stage_that_does_not_exist_is_named_with_the_nearest():
    with pytest.raises(ConfigError, match=r"'pretrainning'; did you mean 'pretraining'\?"):
        ProjectConfig.from_params({"directories": DIRECTORIES, "pretrainning": {}})


def test_a_bucket_as_long_as_the_sequences_is_refused():
    buckets = {"length_buckets": [64, 128]}
    params = {"directories": DIRECTORIES, "pretraining": buckets}
    with pytest.raises(ConfigError, match="which is a bucket anyway"):
        ProjectConfig.from_params({**params, "records": {"sequence_length": 128}})


def test_a_home_folder_must_be_written_out():
    """Kedro's catalog and the stages would otherwise take it for two different folders."""
    directories = {**DIRECTORIES, "records": "~/data/records"}
    with pytest.raises(ConfigError, match="set data_root to the whole path"):
        ProjectConfig.from_params({"directories": directories})
