"""The configuration of a recipe, as the benchmarks read it."""

import dataclasses
from pathlib import Path

from kedro.config import OmegaConfigLoader

from selectra_pipeline.config.project import ProjectConfig
from selectra_pipeline.settings import CONFIG_LOADER_ARGS

PROJECT = Path(__file__).parents[1]


def load_recipe(environment: str) -> ProjectConfig:
    """The configuration of an environment."""
    parameters = OmegaConfigLoader(
        conf_source=str(PROJECT / "conf"), env=environment, runtime_params={}, **CONFIG_LOADER_ARGS
    )["parameters"]
    return ProjectConfig.from_params(parameters)


def recipe(environment: str, batch_size: int, length: int, precision: str) -> ProjectConfig:
    """The environment's configuration, with a batch, a length and a precision of one's own."""
    project = load_recipe(environment)
    return dataclasses.replace(
        project,
        records=dataclasses.replace(project.records, sequence_length=length),
        pretraining=dataclasses.replace(
            project.pretraining, batch_size=batch_size, precision=precision
        ),
    )
