"""The output of a stage as a Kedro dataset: a directory that its manifest describes."""

from typing import Any

from kedro.io import AbstractDataset, DatasetError

from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest
from selectra_pipeline.shards.paths import as_path, resolve
from selectra_pipeline.tracking import log_artifact


class ManifestDataset(AbstractDataset[Manifest, Manifest]):
    """Passes a stage's `Manifest` on; the shards themselves stay on disk.

    The library writes shards and manifest, the manifest last, so there is nothing left to save:
    saving checks that the stage wrote to the place that the catalog names.

    Args:
        path: the directory, on any storage.
        artifact_path: folder among the artifacts of the MLflow run that receives a copy of the
            directory; None for no copy.

    Example:
        documents:
          type: selectra_pipeline.datasets.manifest_dataset.ManifestDataset
          path: data/02_intermediate/embedded/documents
    """

    def __init__(
        self,
        path: str,
        artifact_path: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._path = path
        self._artifact_path = artifact_path
        self.metadata = metadata

    def load(self) -> Manifest:
        return Manifest.load(self._path)

    def save(self, data: Manifest) -> None:
        if resolve(data.directory) != resolve(self._path):
            raise DatasetError(
                f"the stage wrote to {data.directory}, the catalog says {self._path}; "
                "make `directories` in parameters.yml and the catalog agree"
            )
        if self._artifact_path is not None:
            log_artifact(self._path, self._artifact_path)

    def _exists(self) -> bool:
        return (as_path(self._path) / MANIFEST_NAME).exists()

    def _describe(self) -> dict[str, Any]:
        return {"path": self._path}
