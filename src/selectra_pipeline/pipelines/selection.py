"""What is run, known when the pipelines are made: each task or format has a node of its own."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from kedro.framework.project import settings
from kedro.utils import find_kedro_project

from selectra_pipeline.config.evaluation import EvaluationConfig
from selectra_pipeline.config.import_checkpoint import IMPORT_KIND
from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.interchange.directory import kind_of
from selectra_pipeline.shards.paths import as_path
from selectra_pipeline.shards.remote import remote_errors


@dataclass(frozen=True)
class Selection:
    """What the parameters select.

    Attributes:
        tasks: that are fine-tuned on, by name.
        own_export: whether the model of the run itself is fine-tuned.
        random_weights: whether only its architecture and vocabulary are.
        trained_here: whether that was trained by the run, and not imported.
        serving: the model to serve, and the formats.
    """

    tasks: tuple[str, ...] = ()
    own_export: bool = True
    random_weights: bool = False
    trained_here: bool = True
    serving: ServingConfig = field(default_factory=ServingConfig)

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """The selection of a project's parameters.

        Raises:
            ConfigError: those of the evaluation or of serving are wrong.
            StorageError: the storage of the run's model is unknown, or does not answer.
        """
        config = EvaluationConfig.from_params(params.get("evaluation"), "evaluation")
        serving = ServingConfig.from_params(params.get("serving"), "serving")
        model = params.get("directories", {}).get("model")
        imported = model is not None and _is_import(model)
        return cls(
            config.selected,
            own_export=config.checkpoint is None,
            random_weights=config.random_weights,
            trained_here=not imported,
            serving=serving,
        )


def _is_import(model: str) -> bool:
    directory = as_path(model)
    with remote_errors(directory):
        return kind_of(directory) == IMPORT_KIND


_of_session: Selection | None = None


def select(selection: Selection) -> None:
    """Set what the pipelines of this session are made for."""
    global _of_session
    _of_session = selection


def current_selection() -> Selection:
    """That of the session; where hooks are off, as in `kedro viz`, that of the project's files."""
    if _of_session is not None:
        return _of_session
    project = find_kedro_project(Path.cwd())
    if project is None:
        return Selection()
    loader = settings.CONFIG_LOADER_CLASS(
        conf_source=str(project / settings.CONF_SOURCE),
        env=os.environ.get("KEDRO_ENV"),
        **settings.CONFIG_LOADER_ARGS,
    )
    return Selection.from_params(loader["parameters"])
