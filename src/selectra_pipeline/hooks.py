"""Kedro hooks: what happens around every run."""

import os
from pathlib import Path
from typing import Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import CatalogProtocol, DatasetError
from kedro.pipeline import Pipeline
from omegaconf import OmegaConf

from selectra_pipeline.config.base import UserError
from selectra_pipeline.config.project import ProjectConfig
from selectra_pipeline.pipelines.early_checks import (
    TRAINING_NODE,
    require_inputs,
    require_project_folder,
)
from selectra_pipeline.pipelines.selection import Selection, select
from selectra_pipeline.shards.remote import require_access

PIPELINE_REGISTRY = "selectra_pipeline.pipeline_registry"
ONNX_NODES = "serving.write_onnx"  # what their names begin with
EXECUTION = "params:execution"  # an input of nodes whose tasks may run on a cluster
CREDENTIALS = "credentials.yml"


class CheckConfiguration:
    """Checks all parameters, inputs, the storage, executor and devices, before the first node."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Raise an error without a traceback where one of them is wrong or missing."""
        try:
            config = ProjectConfig.from_params(catalog.load("parameters"))
            nodes = {node.name.rpartition(".")[2] for node in pipeline.nodes}
            require_project_folder(config.directories, Path(run_params["project_path"]))
            for directory in config.directories.to_dict().values():
                require_access(directory)
            require_inputs(config, nodes)
            if any(EXECUTION in node.inputs for node in pipeline.nodes):
                from selectra_pipeline.execution.running import require_executor  # datatrove

                require_executor(config.execution)
            if any(node.name.startswith(ONNX_NODES) for node in pipeline.nodes):
                from selectra_pipeline.serving.onnx_packages import require_onnx

                require_onnx()
            if TRAINING_NODE in nodes and config.pretraining.strategy != "cpu":
                from selectra_pipeline.pretraining.strategy import require_devices  # TensorFlow

                require_devices(config.pretraining)
        except UserError as error:
            raise click.ClickException(str(error)) from None


class SelectNodes:
    """Tells the pipelines which tasks and formats the parameters select, before they are made."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Read the parameters of the environment and of the command line.

        An error in them is shown here: Kedro has one of its own for pipelines without nodes.
        """
        # Kedro makes the pipelines while it reads the parameters. They must not read the files by a
        # loader of their own then, which would take over this one's environment.
        select(Selection())
        try:
            select(Selection.from_params(context.params))
        except UserError as error:
            raise click.ClickException(str(error)) from None
        pipelines.configure(PIPELINE_REGISTRY)  # made anew, where a session before made them


class ProvideHubToken:
    """Lets the Hugging Face Hub's client find the token of conf/local/credentials.yml.

    It goes to the environment, where the client looks for it in this process and in workers, and
    not through a dataset or a parameter, which might be logged. HF_TOKEN itself comes first.
    """

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        # Read directly: the run's loader looks into conf/local only where no --env is given, and
        # a second loader would take over the resolvers of the first.
        path = Path(context.config_loader.conf_source, "local", CREDENTIALS)
        if not path.is_file():
            return
        token = OmegaConf.select(OmegaConf.load(path), "hugging_face.token")
        if token:
            os.environ.setdefault("HF_TOKEN", str(token))


class ShowErrors:
    """Shows errors that say how to mend them as one message, without a traceback.

    The process then ends with the error's exit code: 75 where the same command goes on, else 1.
    """

    @hook_impl(trylast=True)
    def on_pipeline_error(self, error: Exception) -> None:
        """Raise the message in the error's place, after all other hooks saw the error."""
        cause = error
        while isinstance(cause, DatasetError):  # Kedro wraps what a dataset raises, more than once
            cause = cause.__cause__
        if isinstance(cause, UserError):
            shown = click.ClickException(str(cause))
            shown.exit_code = cause.exit_code
            raise shown from error


class TrackRuns:
    """Lets MLflow record processor, memory and disk while a run lasts, and names the run."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        import mlflow  # slow to import, and not needed by every command

        mlflow.enable_system_metrics_logging()

    @hook_impl(trylast=True)
    def before_pipeline_run(self, catalog: CatalogProtocol) -> None:
        """Add the parameter `run` to the name: kedro-mlflow calls every run like its pipeline."""
        import mlflow
        from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

        if active := mlflow.active_run():
            name = f"{active.info.run_name}, {catalog.load('params:run')}"
            mlflow.set_tag(MLFLOW_RUN_NAME, name)
