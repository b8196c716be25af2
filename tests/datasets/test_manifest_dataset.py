import pytest
from kedro.io import DatasetError

from selectra_pipeline.datasets.manifest_dataset import ManifestDataset
from selectra_pipeline.shards.manifest import Manifest


def test_loads_what_the_stage_wrote(tmp_path):
    manifest = Manifest(tmp_path, "documents", "abc", {"train": ()}, {"count": 3})
    manifest.save()
    dataset = ManifestDataset(str(tmp_path))
    dataset.save(manifest)
    assert dataset.exists()
    assert dataset.load() == manifest


def test_a_stage_that_has_not_run_does_not_exist(tmp_path):
    dataset = ManifestDataset(str(tmp_path))
    assert not dataset.exists()
    with pytest.raises(DatasetError, match="the stage that writes it has not finished"):
        dataset.load()


def test_loads_what_the_stage_wrote_to_a_remote_storage(bucket):
    manifest = Manifest(bucket / "documents", "documents", "abc", {"train": ()}, {"count": 3})
    dataset = ManifestDataset(f"{bucket}/documents")
    assert not dataset.exists()
    manifest.save()
    dataset.save(manifest)
    assert dataset.exists()
    assert dataset.load() == manifest


def test_a_stage_that_wrote_elsewhere_is_an_error(tmp_path):
    elsewhere = Manifest(tmp_path / "elsewhere", "documents", "abc", {})
    with pytest.raises(DatasetError, match=r"make `directories` .* agree"):
        ManifestDataset(str(tmp_path)).save(elsewhere)
