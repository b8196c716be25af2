"""A report or a plot as a Kedro dataset: a file on any storage, an artifact of the MLflow run."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset
from kedro.io.core import parse_dataset_definition

from selectra_pipeline.shards.files import local_copy, replace_file
from selectra_pipeline.shards.paths import as_path
from selectra_pipeline.tracking import log_artifact


class ReportDataset(AbstractDataset[Any, Any]):
    """A file for people to read, in the format of another dataset.

    kedro-mlflow's `MlflowArtifactDataset` finds local files only, and Kedro's own datasets want a
    client of their own for each storage: here the other dataset sees a local file, which then goes
    where the shards and checkpoints go.

    Args:
        path: the file, on any storage.
        format: definition of a dataset of one file, without its `filepath`.
        artifact_path: folder among the artifacts of the MLflow run that receives a copy; None for
            no copy.

    Example:
        ingestion_report:
          type: selectra_pipeline.datasets.report_dataset.ReportDataset
          path: gs://bucket/08_reporting/embedded/ingestion_report.md
          artifact_path: reports
          format:
            type: kedro_datasets.text.TextDataset
    """

    def __init__(
        self,
        path: str,
        format: dict[str, Any],  # the word of the catalog
        artifact_path: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._path = path
        self._format, self._arguments = parse_dataset_definition(format)
        self._artifact_path = artifact_path
        self.metadata = metadata

    def load(self) -> Any:
        with local_copy(self._path) as local:
            return self._at(local).load()

    def save(self, data: Any) -> None:
        with replace_file(self._path) as temporary:
            self._at(temporary).save(data)
        if self._artifact_path is not None:
            log_artifact(self._path, self._artifact_path)

    def _at(self, local: Path) -> AbstractDataset:
        return self._format(filepath=str(local), **self._arguments)

    def _exists(self) -> bool:
        return as_path(self._path).exists()

    def _describe(self) -> dict[str, Any]:
        return {"path": self._path, "format": self._format.__name__}
