import mlflow
import pytest

from selectra_pipeline.tracking import MlflowTracker


@pytest.fixture
def run(tmp_path):
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    mlflow.create_experiment("test", artifact_location=str(tmp_path / "artifacts"))
    mlflow.set_experiment("test")
    with mlflow.start_run() as active:
        yield active.info.run_id


def history(run: str, key: str) -> list[tuple[int, float]]:
    entries = mlflow.MlflowClient().get_metric_history(run, key)
    return [(entry.step, entry.value) for entry in entries]


def test_metrics_arrive_with_their_step(run):
    tracker = MlflowTracker()
    tracker.metrics({"train/loss": 3.0, "train/mlm_loss": 2.0}, step=5)
    tracker.metrics({"train/loss": 1.0}, step=10)
    assert history(run, "train/loss") == [(5, 3.0), (10, 1.0)]


def test_without_a_server_metrics_are_kept_and_sent_later(run, monkeypatch, caplog):
    tracker = MlflowTracker()

    def refuse(*args, **kwargs):
        raise ConnectionError("no route to the server")

    with monkeypatch.context() as patch:
        patch.setattr(mlflow.MlflowClient, "log_batch", refuse)
        tracker.metrics({"loss": 3.0}, step=1)
        tracker.metrics({"loss": 2.0}, step=2)
    assert caplog.text.count("training goes on") == 1
    assert history(run, "loss") == []
    tracker.metrics({"loss": 1.0}, step=3)
    assert history(run, "loss") == [(1, 3.0), (2, 2.0), (3, 1.0)]


def test_without_an_active_run_nothing_is_logged():
    MlflowTracker().metrics({"loss": 3.0}, step=1)
    assert mlflow.active_run() is None
