"""The Kedro pipelines as a user runs them, on a tiny corpus."""

import gzip
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import mlflow
import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from selectra_pipeline.pretraining.checkpoint import newest_step
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history

PROJECT = Path(__file__).parents[2]

TINY = {
    "run": "tiny",
    "ingestion": {"embedded": {"megabytes": 0.3}, "shards": 2, "heldout_fraction": 0.05},
    "vocabulary": {"size": 600, "alphabet_limit": 150},
    "pretraining": {
        "architecture": {
            "hidden_size": 32,
            "num_layers": 1,
            "num_heads": 2,
            "intermediate_size": 64,
            "max_position_embeddings": 32,
        },
        "schedule": {"warmup_steps": 5},
        "evaluation": {"every": 10, "batches": 2},
        "checkpoint": {"every": 10},
        "batch_size": 8,
        "total_steps": 20,
        "log_every": 5,
    },
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    """A data root and a tracking store of their own."""
    folder = tmp_path_factory.mktemp("workspace")
    with pytest.MonkeyPatch.context() as patch:
        store = f"sqlite:///{folder}/mlflow.db"
        patch.setenv("MLFLOW_TRACKING_URI", store)
        mlflow.set_tracking_uri(store)
        mlflow.create_experiment("selectra", artifact_location=str(folder / "artifacts"))
        bootstrap_project(PROJECT)
        yield folder


def kedro_run(workspace: Path, pipeline: str, **changes) -> None:
    """`kedro run --pipeline PIPELINE --params ...`."""
    params = {**TINY, "data_root": str(workspace / "data"), **changes}
    with KedroSession.create(project_path=PROJECT, runtime_params=params) as session:
        session.run(pipeline_names=[pipeline])


@pytest.fixture(scope="module")
def finished(workspace) -> Path:
    """The data folder after `kedro run --pipeline pretrain`, with probes."""
    conll = workspace / "names.conll"
    conll.write_text("La O\nniña O\nInés B-PER\nRuiz I-PER\n", encoding="utf-8")
    probe = {
        "every": 10,
        "train": str(conll),
        "test": str(conll),
        "finetuning": {"max_length": 32},
    }
    kedro_run(workspace, "pretrain", pretraining={**TINY["pretraining"], "probe": probe})
    return workspace / "data"


def test_pretrain_leaves_two_hugging_face_folders(finished):
    for encoder in ("discriminator", "generator"):
        folder = finished / "06_models/tiny/huggingface" / encoder
        assert json.loads((folder / "config.json").read_text())["model_type"] == "electra"
        assert (folder / "model.safetensors").stat().st_size > 10_000
        assert "ñ" in (folder / "vocab.txt").read_text(encoding="utf-8")


def test_every_stage_leaves_its_report(finished):
    reports = finished / "08_reporting/tiny"
    names = {path.name for path in reports.iterdir()}
    assert names == {
        "accent_report.md",
        "ingestion_report.md",
        "learning_rate_plan.png",
        "pretraining_plan_report.md",
        "pretraining_report.md",
        "training_curves.png",
        "vocabulary_report.md",
    }
    assert "| with a diacritic |" in (reports / "accent_report.md").read_text()
    assert "| steps | 20 |" in (reports / "pretraining_plan_report.md").read_text()
    assert "RTD AUC" in (reports / "pretraining_report.md").read_text()


def test_the_run_is_tracked_with_parameters_metrics_and_artifacts(finished):
    (run,) = mlflow.search_runs(
        experiment_names=["selectra"],
        filter_string="attributes.status = 'FINISHED'",
        output_format="list",
    )[-1:]
    assert run.data.params["pretraining.total_steps"] == "20"
    assert run.data.params["vocabulary.size"] == "600"
    metrics = set(run.data.metrics)
    assert {"train/loss", "heldout/rtd_auc", "ingestion/documents_read"} <= metrics
    assert {"probe/f1", "probe/precision", "probe/recall", "probe/accuracy"} <= metrics
    assert {"vocabulary/tokens_per_word", "records/train/fill_rate"} <= metrics
    client = mlflow.MlflowClient()
    steps = [metric.step for metric in client.get_metric_history(run.info.run_id, "train/loss")]
    assert steps == [5, 10, 15, 20]
    artifacts = {artifact.path for artifact in client.list_artifacts(run.info.run_id)}
    assert artifacts == {"model", "plots", "reports"}


def test_a_second_run_makes_nothing_anew(finished, workspace):
    def made() -> dict[Path, int]:
        stages = [path for path in finished.rglob("*") if "08_reporting" not in path.parts]
        return {path: path.stat().st_mtime_ns for path in stages if path.is_file()}

    before = made()
    kedro_run(workspace, "pretrain")
    assert made() == before


def test_another_configuration_in_the_same_run_is_refused_by_name(finished, workspace):
    changed = {**TINY["pretraining"], "seed": 2}
    with pytest.raises(Exception, match=r"pretraining\.seed: 1 -> 2"):
        kedro_run(workspace, "pretraining", pretraining=changed)


def flat(params: dict, where: str = "") -> list[str]:
    """Parameters as `--params` takes them: a.b=1."""
    lines = []
    for key, value in params.items():
        nested = isinstance(value, dict)
        lines += flat(value, f"{where}{key}.") if nested else [f"{where}{key}={value}"]
    return lines


def kedro_process(pipeline: str, **params) -> subprocess.Popen:
    """`kedro run` as a process of its own."""
    command = [sys.executable, "-m", "kedro", "run", "--pipeline", pipeline]
    return subprocess.Popen(
        [*command, "--params", ",".join(flat(params))],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_sigterm_ends_kedro_run_with_the_code_that_asks_to_be_started_again(finished, workspace):
    """Also: a finished run goes on under a longer plan, from the command line."""
    shutil.copytree(finished, workspace / "copy")
    run = workspace / "copy/06_models/tiny/pretraining"
    longer = {"total_steps": 1_000_000, "schedule": {"warmup_steps": 5, "restarts": "[20]"}}
    process = kedro_process(
        "pretraining",
        run="tiny",
        data_root=workspace / "copy",
        pretraining={**TINY["pretraining"], **longer},
    )
    try:
        while read_history(run / HISTORY_FILE)[-1]["step"] < 25:
            assert process.poll() is None, process.stdout.read()[-3000:]
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 75, output[-3000:]
    assert "Error: SIGTERM at step" in output
    assert "Traceback" not in output
    assert newest_step(run) >= 25
    assert not (run / "manifest.json").exists()


def test_a_wrong_parameter_ends_kedro_run_with_the_code_of_an_error(workspace):
    process = kedro_process("pretrain", data_root=workspace, run="wrong", vocabulary={"sise": 1})
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "did you mean 'size'?" in output
    assert "Traceback" not in output


def test_detect_prints_a_logit_for_every_piece(finished, workspace, capsys):
    kedro_run(workspace, "detect", text="Él cantó en el jardín.")
    table = (finished / "08_reporting/tiny/detection.txt").read_text()
    assert table in capsys.readouterr().out
    pieces = [line.split()[0] for line in table.splitlines()[1:]]
    assert (pieces[0], pieces[-1]) == ("[CLS]", "[SEP]")
    assert "".join(pieces[1:-1]).replace("##", "") == "Élcantóeneljardín."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pretraning": {}}, "unknown parameter 'pretraning'; did you mean 'pretraining'"),
        ({"vocabulary": {"sise": 1}}, "unknown parameter 'vocabulary.sise'; did you mean 'size'"),
        ({"records": {"sequence_length": 4096}}, "sequence_length=4096 is longer than"),
        (
            {"pretraining": {"architecture": {"hidden_size": 250, "num_heads": 4}}},
            "hidden_size=250 is not divisible by num_heads=4; use 248 or 252",
        ),
    ],
)
def test_wrong_parameters_stop_the_run_before_any_work(workspace, changes, message):
    with pytest.raises(click.ClickException, match=message.replace(".", r"\.")):
        kedro_run(workspace, "pretrain", run="wrong", **changes)
    assert not list(workspace.glob("data/*/wrong"))


def test_a_corpus_of_files_without_a_single_accent_fails_before_training(workspace):
    folder = workspace / "plain"
    folder.mkdir()
    text = "\n\n".join(f"El camion numero {i} cruza la frontera " * 5 for i in range(200))
    (folder / "plain.txt.gz").write_bytes(gzip.compress(text.encode()))
    with pytest.raises(Exception, match="require_accents"):
        kedro_run(workspace, "pretrain", run="plain", corpus=str(folder))
    assert not (workspace / "data/06_models/plain").exists()


def test_an_empty_glob_names_itself(workspace):
    with pytest.raises(Exception, match=r"no-such-folder/\*\.txt"):
        kedro_run(workspace, "pretrain", run="nothing", corpus="no-such-folder/*.txt")
