import mlflow
import pytest
from kedro.io import DatasetError

from selectra_pipeline.datasets.tags_dataset import TagsDataset


def test_tags_are_put_on_the_active_run_and_may_be_put_again(tmp_path):
    store = f"sqlite:///{tmp_path}/mlflow.db"
    client = mlflow.MlflowClient(store)
    mlflow.set_tracking_uri(store)
    with mlflow.start_run(experiment_id="0") as run:  # another test may have set another
        TagsDataset().save({"source.owner/name": "0" * 40})
        TagsDataset().save({"source.owner/name": "1" * 40})
    assert client.get_run(run.info.run_id).data.tags["source.owner/name"] == "1" * 40


def test_without_a_run_nothing_is_written_and_nothing_can_be_read():
    assert mlflow.active_run() is None
    TagsDataset().save({"source.owner/name": "0"})
    with pytest.raises(DatasetError, match="look at them in MLflow"):
        TagsDataset().load()
