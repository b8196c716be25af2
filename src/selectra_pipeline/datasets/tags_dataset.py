"""Tags of the MLflow run: facts in words, which runs are searched by."""

from typing import Any

import mlflow
from kedro.io import AbstractDataset, DatasetError


class TagsDataset(AbstractDataset[dict[str, str], Any]):
    """Puts a mapping on the active MLflow run as tags, if there is a run.

    MLflow takes a parameter once in a run and never again; a tag may be set by every stage that
    finds itself up to date. kedro-mlflow has no dataset for tags.

    Example:
        ingestion_tags:
          type: selectra_pipeline.datasets.tags_dataset.TagsDataset
    """

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        self.metadata = metadata

    def load(self) -> Any:
        raise DatasetError("tags are written only; look at them in MLflow")

    def save(self, data: dict[str, str]) -> None:
        if mlflow.active_run() is not None:
            mlflow.set_tags(data)

    def _describe(self) -> dict[str, Any]:
        return {}
