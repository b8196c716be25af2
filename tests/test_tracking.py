import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import mlflow
import pytest

from selectra_pipeline import tracking
from selectra_pipeline.tracking import MlflowTracker, nested_run


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A database of MLflow; making one takes seconds."""
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder}/mlflow.db"
    mlflow.set_tracking_uri(uri)
    mlflow.create_experiment("test", artifact_location=str(folder / "artifacts"))
    return uri


@pytest.fixture
def run(store):
    mlflow.set_tracking_uri(store)
    mlflow.set_experiment("test")
    with mlflow.start_run() as active:
        yield active.info.run_id


class Outage:
    """Refuses every batch of metrics until it is over."""

    def __init__(self, monkeypatch) -> None:
        self.over, self.refused = False, threading.Event()
        accept = mlflow.MlflowClient.log_batch

        def log_batch(client, *args, **kwargs):
            if self.over:
                return accept(client, *args, **kwargs)
            self.refused.set()
            raise ConnectionError("no route to the server")

        monkeypatch.setattr(mlflow.MlflowClient, "log_batch", log_batch)
        monkeypatch.setattr(tracking, "RETRY_SECONDS", 0.01)


def history(run: str, key: str) -> list[tuple[int, float]]:
    entries = mlflow.MlflowClient().get_metric_history(run, key)
    return [(entry.step, entry.value) for entry in entries]


def test_metrics_arrive_with_their_step(run):
    with MlflowTracker() as tracker:
        tracker.metrics({"train/loss": 3.0, "train/mlm_loss": 2.0}, step=5)
        tracker.metrics({"train/loss": 1.0}, step=10)
    assert history(run, "train/loss") == [(5, 3.0), (10, 1.0)]


def test_more_metrics_than_one_request_takes_all_arrive(run):
    with MlflowTracker() as tracker:
        for step in range(tracking.MAX_BATCH + 5):
            tracker.metrics({"loss": 1.0}, step)
    assert len(history(run, "loss")) == tracking.MAX_BATCH + 5


def test_without_a_server_metrics_are_kept_and_sent_when_it_is_back(run, monkeypatch, caplog):
    caplog.set_level("INFO", "selectra_pipeline")
    outage = Outage(monkeypatch)
    with MlflowTracker() as tracker:
        tracker.metrics({"loss": 3.0}, step=1)
        assert outage.refused.wait(10)
        tracker.metrics({"loss": 2.0}, step=2)
        outage.refused.clear()
        assert outage.refused.wait(10)  # tried again
        assert history(run, "loss") == []
        outage.over = True
    assert history(run, "loss") == [(1, 3.0), (2, 2.0)]
    assert caplog.text.count("training goes on") == 1
    assert caplog.text.count("MLflow is back") == 1
    assert "not sent" not in caplog.text


def test_names_of_classes_may_hold_what_mlflow_refuses(run):
    with MlflowTracker() as tracker:
        tracker.metrics({"f1_¿qué?": 0.5, "f1_R&D//x": 0.25}, step=1)
    assert history(run, "f1_¿qué_".replace("¿", "_")) == [(1, 0.5)]
    assert history(run, "f1_R_D/x") == [(1, 0.25)]


def test_what_mlflow_refuses_is_said_and_does_not_hold_up_the_rest(run, caplog):
    with MlflowTracker() as tracker:
        tracker.metrics({"x" * 300: 0.5}, step=1)
        wait_until(lambda: "MLflow refuses 1 values" in caplog.text)
        tracker.metrics({"loss": 2.0}, step=2)
    assert history(run, "loss") == [(2, 2.0)]


def wait_until(condition) -> None:
    deadline = time.monotonic() + 20.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_training_does_not_wait_for_a_client_that_does(run, monkeypatch):
    answer, asked = threading.Event(), threading.Event()

    def log_batch(*args, **kwargs):
        asked.set()
        assert answer.wait(60)

    monkeypatch.setattr(mlflow.MlflowClient, "log_batch", log_batch)
    with MlflowTracker() as tracker:
        tracker.metrics({"loss": 3.0}, step=1)
        assert asked.wait(10)
        tracker.metrics({"loss": 2.0}, step=2)  # would never return if it waited
        answer.set()


def test_the_end_of_a_run_does_not_wait_for_ever_and_says_what_is_left(run, monkeypatch, caplog):
    Outage(monkeypatch)
    monkeypatch.setattr(tracking, "CLOSE_SECONDS", 0.05)

    def interrupted() -> None:
        with MlflowTracker() as tracker:
            tracker.metrics({"loss": 3.0, "mlm_loss": 2.0}, step=1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "2 values were not sent" in caplog.text


def nested(parent: str) -> list[mlflow.entities.Run]:
    client = mlflow.MlflowClient()
    experiment = client.get_run(parent).info.experiment_id
    return client.search_runs([experiment], f"tags.mlflow.parentRunId = '{parent}'")


def test_a_nested_run_has_parameters_metrics_and_an_end_of_its_own(run):
    with nested_run("trial", {"seed": 3}) as tracker:
        tracker.metrics({"loss": 3.0}, step=1)
    with pytest.raises(ZeroDivisionError), nested_run("broken", {}):
        raise ZeroDivisionError
    runs = {found.info.run_name: found for found in nested(run)}
    assert runs["trial"].data.params == {"seed": "3"}
    assert history(runs["trial"].info.run_id, "loss") == [(1, 3.0)]
    assert {name: found.info.status for name, found in runs.items()} == {
        "trial": "FINISHED",
        "broken": "FAILED",
    }
    assert mlflow.active_run().info.run_id == run


@pytest.mark.parametrize("call", ["create_run", "log_batch", "set_terminated"])
def test_a_nested_run_goes_on_where_mlflow_does_not(run, monkeypatch, caplog, call):
    def refuse(*args, **kwargs):
        raise ConnectionError("no route to the server")

    monkeypatch.setattr(tracking, "CLOSE_SECONDS", 0.05)
    with monkeypatch.context() as patched:
        patched.setattr(mlflow.MlflowClient, call, refuse)
        with nested_run("trial", {"seed": 3}) as tracker:
            tracker.metrics({"loss": 3.0}, step=1)
            worked = True
    assert worked
    assert mlflow.active_run().info.run_id == run
    assert history(run, "loss") == []  # it is not the outer run's
    assert "no route to the server" in caplog.text


def test_without_an_active_run_nothing_is_logged():
    with MlflowTracker() as tracker:
        tracker.metrics({"loss": 3.0}, step=1)
    assert mlflow.active_run() is None


class Server:
    """A real `mlflow server` on a port of its own, that can be killed and started again."""

    def __init__(self, store: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.store = store
        self.uri = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", self.store]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.uri}/health").close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        pytest.fail("the MLflow server did not start")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.mark.slow
def test_a_real_server_that_dies_and_comes_back_has_everything(store, monkeypatch, caplog):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setattr(tracking, "RETRY_SECONDS", 0.2)
    caplog.set_level("INFO", "selectra_pipeline")
    server = Server(store)
    server.start()
    try:
        mlflow.set_tracking_uri(server.uri)
        mlflow.set_experiment("test")
        with mlflow.start_run() as run:
            with MlflowTracker() as tracker:
                tracker.metrics({"loss": 3.0}, step=1)
                server.kill()
                for step in range(2, 40):
                    tracker.metrics({"loss": 3.0 / step}, step)
                    time.sleep(0.01)
                server.start()
                tracker.metrics({"loss": 0.0}, step=40)
            assert [step for step, _ in history(run.info.run_id, "loss")] == list(range(1, 41))
    finally:
        server.kill()
        mlflow.set_tracking_uri(store)
    assert caplog.text.count("training goes on") == 1
    assert caplog.text.count("MLflow is back") == 1
