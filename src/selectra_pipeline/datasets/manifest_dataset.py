"""The output of a stage as a Kedro dataset: a directory that its manifest describes."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest


class ManifestDataset(AbstractDataset[Manifest, Manifest]):
    """Passes a stage's `Manifest` on; the shards themselves stay on disk.

    The library writes shards and manifest, the manifest last, so there is nothing left to save:
    saving checks that the stage wrote to the place that the catalog names.

    Example:
        documents:
          type: selectra_pipeline.datasets.manifest_dataset.ManifestDataset
          path: data/02_intermediate/embedded/documents
    """

    def __init__(self, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = path  # the name that kedro-mlflow looks for in a dataset of a folder
        self.metadata = metadata

    def load(self) -> Manifest:
        return Manifest.load(self._path)

    def save(self, data: Manifest) -> None:
        if Path(data.directory).resolve() != Path(self._path).resolve():
            raise DatasetError(
                f"the stage wrote to {data.directory}, the catalog says {self._path}; "
                "make `directories` in parameters.yml and the catalog agree"
            )

    def _exists(self) -> bool:
        return (Path(self._path) / MANIFEST_NAME).exists()

    def _describe(self) -> dict[str, Any]:
        return {"path": self._path}
