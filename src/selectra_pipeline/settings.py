"""Kedro project settings: https://docs.kedro.org/en/stable/configure/kedro_project_settings/."""

import os

from kedro.config import OmegaConfigLoader
from omegaconf.resolvers import oc

from selectra_pipeline.hooks import (
    CheckConfiguration,
    ProvideHubToken,
    SelectNodes,
    ShowErrors,
    TrackRuns,
)

# Nothing is reported to anybody.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)

# MLflow's client gives up on a server that is gone after 13 seconds, not after 4 minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")

HOOKS = (CheckConfiguration(), ProvideHubToken(), SelectNodes(), ShowErrors(), TrackRuns())

CONFIG_LOADER_CLASS = OmegaConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    # An environment says only what differs from base, deep inside the parameters too.
    "merge_strategy": {"parameters": "soft", "globals": "soft", "mlflow": "soft"},
    "custom_resolvers": {"oc.env": oc.env},  # MLFLOW_TRACKING_URI in mlflow.yml
}
