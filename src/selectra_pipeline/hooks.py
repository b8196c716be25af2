"""Kedro hooks: what happens around every run."""

from typing import Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from selectra_pipeline.config.base import ConfigError, UserError
from selectra_pipeline.config.project import ProjectConfig


class CheckConfiguration:
    """Checks all parameters before the first node runs."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Raise an error without a traceback where a parameter is wrong."""
        try:
            ProjectConfig.from_params(catalog.load("parameters"))
        except ConfigError as error:
            raise click.ClickException(str(error)) from None


class ShowErrors:
    """Shows errors that say how to mend them as one message, without a traceback.

    The process then ends with the error's exit code: 75 where the same command goes on, else 1.
    """

    @hook_impl(trylast=True)
    def on_pipeline_error(self, error: Exception) -> None:
        """Raise the message in the error's place, after all other hooks saw the error."""
        if isinstance(error, UserError):
            shown = click.ClickException(str(error))
            shown.exit_code = error.exit_code
            raise shown from error


class TrackSystem:
    """Lets MLflow record processor, memory and disk while a run lasts."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        import mlflow  # slow to import, and not needed by every command

        mlflow.enable_system_metrics_logging()
