"""The Kedro pipelines as a user runs them, on a tiny corpus."""

import dataclasses
import gzip
import json
import math
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import mlflow
import numpy as np
import pytest
import tokenizers
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from finetuned_models import random_model
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.interchange.task_folder import write_task_folder
from selectra_pipeline.pretraining.checkpoint import newest_step
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.serving import onnx_packages
from selectra_pipeline.serving.served_model import load_served
from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest

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
        "model_card.md",
        "pretraining_plan_report.md",
        "pretraining_report.md",
        "training_curves.png",
        "vocabulary_report.md",
    }
    assert "| with a diacritic |" in (reports / "accent_report.md").read_text()
    assert "| steps | 20 |" in (reports / "pretraining_plan_report.md").read_text()
    assert "RTD AUC" in (reports / "pretraining_report.md").read_text()
    card = (finished / "06_models/tiny/huggingface/discriminator/README.md").read_text()
    assert card == (reports / "model_card.md").read_text()
    assert "## Training" in card


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


def test_an_imported_model_detects_what_it_did_and_goes_back_to_the_original(finished, workspace):
    models, reports = finished / "06_models", finished / "08_reporting"
    text = "Él cantó en el jardín."
    kedro_run(workspace, "detect", text=text)
    kedro_run(workspace, "export_original")
    source = {"source": str(models / "tiny/original")}
    kedro_run(workspace, "import_checkpoint", run="imported", import_checkpoint=source)
    kedro_run(workspace, "detect", run="imported", text=text)
    tables = [(reports / run / "detection.txt").read_text() for run in ("tiny", "imported")]
    assert tables[0] == tables[1]
    report = (reports / "imported/import_checkpoint_report.md").read_text()
    assert "a checkpoint of google-research/electra of step 20." in report


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pretraning": {}}, "unknown parameter 'pretraning'; did you mean 'pretraining'"),
        ({"vocabulary": {"sise": 1}}, "unknown parameter 'vocabulary.sise'; did you mean 'size'"),
        ({"records": {"sequence_length": 4096}}, "sequence_length=4096 is longer than"),
        ({"executor": "slurm"}, "slurm.partition is not set"),
        (
            {"execution": {"executor": "slurm", "slurm": {"partition": "short"}}},
            "sbatch, squeue, scancel cannot be found",
        ),
        ({"pretraining": {"strategy": "multi_host"}}, "is for the stage pretraining"),
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


def history(workspace: Path, run: str) -> list[dict]:
    return read_history(workspace / f"data/06_models/{run}/pretraining" / HISTORY_FILE)


def test_a_run_starts_from_the_exported_model_of_another(workspace):
    schedule = {"warmup_steps": 5, "peak": 5e-3}
    trained = {**TINY["pretraining"], "schedule": schedule, "total_steps": 100, "batch_size": 32}
    kedro_run(workspace, "pretrain", run="trained", pretraining=trained)
    exported = workspace / "data/06_models/trained/huggingface"
    kedro_run(
        workspace,
        "pretrain",
        run="continued",
        vocabulary={**TINY["vocabulary"], "size": 5000, "import_from": str(exported)},
        pretraining={**trained, "initial_weights": str(exported), "total_steps": 6, "log_every": 1},
    )
    reports = workspace / "data/08_reporting/continued"
    assert "600 entries, imported" in (reports / "vocabulary_report.md").read_text()
    # The first learning rate is 0, so the first loss is that of the initial weights.
    first = history(workspace, "continued")[0]
    trained_loss = history(workspace, "trained")[-1]["mlm_loss"]
    assert first["step"] == 1
    assert first["mlm_loss"] == pytest.approx(trained_loss, abs=0.3)
    assert first["mlm_loss"] < math.log(600) - 0.5  # what a model knows that has learned nothing


def test_weights_of_another_vocabulary_stop_the_run_before_training(finished, workspace):
    changed = {
        **TINY["pretraining"],
        "initial_weights": str(finished / "06_models/tiny/huggingface"),
    }
    vocabulary = {**TINY["vocabulary"], "size": 500}
    with pytest.raises(click.ClickException, match=r"500 entries\) is not .*\(600 entries"):
        kedro_run(workspace, "pretrain", run="other", vocabulary=vocabulary, pretraining=changed)
    assert not (workspace / "data/06_models/other").exists()


def test_serving_writes_the_runs_discriminator_and_logs_it_as_a_model(finished, workspace, capsys):
    kedro_run(workspace, "serving", serving={"registered_name": "tiny"})
    folder = finished / "06_models/tiny/serving"
    saved_model = Manifest.load(folder / "saved_model")
    assert saved_model.facts["kind"] == "discriminator"
    assert saved_model.facts["signatures"] == ["serving_default", "replaced_tokens", "embeddings"]
    logged = json.loads((folder / "mlflow_model.json").read_text())
    assert f"--model-uri {logged['model_uri']}\n" in capsys.readouterr().out
    model = mlflow.pyfunc.load_model("models:/tiny/1")
    assert model.metadata.run_id == logged["run_id"]
    (record,) = model.predict([{"text": "Él cantó."}])
    pieces = "".join(piece["piece"] for piece in record["pieces"])
    assert pieces.replace("##", "") == "Élcantó."


def test_serving_writes_the_selected_format_of_the_model_that_is_named(workspace, inference_model):
    changes = {"model": str(inference_model), "formats": "saved_model"}
    vocabulary = {**TINY["vocabulary"], "require_accents": False}
    kedro_run(workspace, "serving", run="chosen", vocabulary=vocabulary, serving=changes)
    folder = workspace / "data/06_models/chosen/serving"
    assert [path.name for path in folder.iterdir()] == ["saved_model"]
    assert Manifest.load(folder / "saved_model").facts["label_names"][0] == "contradiction"


def test_an_unknown_format_stops_the_run_before_any_work(workspace):
    with pytest.raises(click.ClickException, match="'tflite' is none of saved_model"):
        kedro_run(workspace, "serving", run="wrong", serving={"formats": "tflite"})


# Labelled rows


SETTINGS = {"epochs": 2, "max_length": 32, "learning_rate": 1e-2}


def labelled(workspace) -> dict:
    """Two tasks, by name."""
    names, classes = workspace / "more_names.conll", workspace / "classes.tsv"
    names.write_text("La O\nniña O\nInés B-PER\nRuiz I-PER\n\nHoy O\n\n" * 20, encoding="utf-8")
    classes.write_text("text\tlabel\n" + "la niña\tuna\nel niño\tuno\n" * 20, encoding="utf-8")
    return {
        name: {"type": kind, **dict.fromkeys(("train", "validation", "test"), str(path))}
        for name, kind, path in (
            ("names", "token_classification", names),
            ("gender", "classification", classes),
        )
    }


# On a remote storage


STAGES = (
    "02_intermediate/tiny/documents",
    "03_primary/tiny/vocabulary",
    "05_model_input/tiny/records",
)
PRETRAINING, EXPORT = "06_models/tiny/pretraining", "06_models/tiny/huggingface"


def digests(data, *stages) -> list[str]:
    """What each stage wrote, by its manifest."""
    manifests = [Manifest.load(data / stage) for stage in stages]
    for manifest in manifests:
        manifest.verify()
    return [manifest.content_digest for manifest in manifests]


def test_a_remote_data_root_holds_what_a_local_one_holds(finished, workspace, bucket, capsys):
    kedro_run(workspace, "pretrain", data_root=str(bucket))
    assert digests(bucket, *STAGES, EXPORT) == digests(finished, *STAGES, EXPORT)
    reports = "08_reporting/tiny"
    for name in ("ingestion_report.md", "accent_report.md", "pretraining_report.md"):
        assert (bucket / reports / name).read_text() == (finished / reports / name).read_text()
    assert (bucket / reports / "training_curves.png").read_bytes().startswith(b"\x89PNG")

    # A run that was killed before its last checkpoint goes on from the one before.
    (bucket / PRETRAINING / MANIFEST_NAME).unlink()
    for path in (bucket / PRETRAINING / "checkpoints").glob("step-20.*"):
        path.unlink()
    (bucket / EXPORT).rmtree()
    kedro_run(workspace, "pretrain", data_root=str(bucket))
    assert digests(bucket, EXPORT) == digests(finished, EXPORT)
    steps = [line["step"] for line in read_history(bucket / PRETRAINING / HISTORY_FILE)]
    assert steps == [5, 10, 10, 15, 20, 20]

    kedro_run(workspace, "detect", text="Él cantó.", data_root=str(bucket))
    assert (bucket / reports / "detection.txt").read_text() in capsys.readouterr().out

    one = {"selected": "names", "trials": 1, "tasks": labelled(workspace), "finetuning": SETTINGS}
    kedro_run(workspace, "evaluate", evaluation=one, data_root=str(bucket))
    assert "names" in (bucket / reports / "results_report.md").read_text()


@pytest.mark.parametrize(
    "pipeline", ["ingestion", "vocabulary", "records", "pretraining", "export", "detect"]
)
def test_every_stage_names_a_storage_that_is_not_known(workspace, pipeline):
    with pytest.raises(click.ClickException, match="s3:// is no storage that TensorFlow knows"):
        kedro_run(workspace, pipeline, data_root="s3://bucket/data", text="hola")


@pytest.fixture(scope="module")
def evaluated(workspace, finished) -> Path:
    """The data folder after `kedro run --pipeline evaluate`: two tasks, two trials each."""
    kedro_run(workspace, "evaluate", evaluation=two_tasks(workspace))
    return finished


def two_tasks(workspace) -> dict:
    return {
        "selected": "names; gender",
        "trials": 2,
        "tasks": labelled(workspace),
        "finetuning": SETTINGS,
    }


def test_evaluate_leaves_the_table_and_a_model_for_each_task(evaluated):
    table = (evaluated / "08_reporting" / "tiny" / "results_report.md").read_text()
    for part in ("names", "gender", "(2)"):
        assert part in table
    assert (evaluated / "08_reporting" / "tiny" / "results.csv").exists()
    assert (evaluated / "08_reporting" / "tiny" / "results.png").stat().st_size > 10_000
    for task in ("names", "gender"):
        folder = evaluated / "06_models" / "tiny" / "finetuned" / task
        assert Manifest.load(folder).facts["task"] == task
        assert (folder / "model" / "model.safetensors").exists()


def test_evaluate_adds_the_results_to_the_card_of_the_export(evaluated):
    exported = evaluated / "06_models" / "tiny" / "huggingface"
    card = (exported / "discriminator" / "README.md").read_text(encoding="utf-8")
    assert "model-index" in card
    assert "names" in card
    assert Manifest.load(exported).kind == "export"


def test_trials_of_other_weights_do_not_get_into_the_card_of_the_export(evaluated, workspace):
    """The trials may be of an export that is there no more."""
    finetuned = evaluated / "06_models" / "tiny" / "finetuned"
    manifests = [Manifest.load(finetuned / task) for task in ("names", "gender")]
    messages = ("tiny had other weights when names .* than at gender", "are not of the model in")
    for manifest, message in zip(manifests, messages, strict=True):
        dataclasses.replace(manifest, facts={**manifest.facts, "weights": "others"}).save()
        with pytest.raises(click.ClickException, match=message):
            kedro_run(workspace, "evaluation", evaluation=two_tasks(workspace))
    for manifest in manifests:
        manifest.save()


def test_each_trial_is_a_run_within_the_run(evaluated):
    runs = mlflow.search_runs(experiment_names=["selectra"])
    nested = runs[runs["tags.mlflow.parentRunId"].notna()]
    assert set(nested["tags.mlflow.runName"]) == {
        f"{task}, trial of seed {seed}" for task in ("gender", "names") for seed in (1, 2)
    }
    assert nested["metrics.validation/accuracy"].notna().all()
    parents = runs[runs["run_id"].isin(nested["tags.mlflow.parentRunId"])]
    assert parents["metrics.names/f1"].notna().all()
    assert set(parents["tags.mlflow.runName"]) == {"evaluate, tiny"}
    assert mlflow.get_run(parents["run_id"].iloc[0]).info.run_name == "evaluate, tiny"


@pytest.fixture(scope="module")
def inference_model(workspace) -> Path:
    """The folder of a model with the classes of natural-language inference."""
    model = random_model(("contradiction", "neutral", "entailment"))
    task = Classification(model.label_names)
    built = TaskModel.restore(model.config, task.head(model.config), model.values)
    write_task_folder(
        workspace / "inference",
        model.config,
        built.trainable_variables,
        model.tokenizer,
        task.hugging_face_class,
        model.label_names,
    )
    return workspace / "inference"


def classify(workspace: Path, model: Path, **changes) -> None:
    settings = {"model": str(model), "labels": "w1;w2", "template": "w3 {}", **changes}
    vocabulary = {**TINY["vocabulary"], "require_accents": False}
    kedro_run(workspace, "zeroshot", run="labels", vocabulary=vocabulary, zeroshot=settings)


def test_compare_leaves_a_report_and_two_tables(workspace, inference_model, capsys):
    rows = workspace / "pairs.tsv"
    rows.write_text("text\tlabel\nw4 w5\tneutral\nw6\tentailment\n", encoding="utf-8")
    other = shutil.copytree(inference_model, workspace / "another")
    models = f"{inference_model};{other}"
    kedro_run(
        workspace,
        "compare",
        run="compared",
        vocabulary={**TINY["vocabulary"], "require_accents": False},
        compare={"models": models, "file": str(rows), "timed_rounds": 1, "resamples": 5},
    )
    reports = workspace / "data/08_reporting/compared"
    report = (reports / "comparison_report.md").read_text(encoding="utf-8")
    assert report in capsys.readouterr().out
    assert "the models say the same of all 2 texts" in report
    header, *lines = (reports / "comparison.csv").read_text().splitlines()
    assert header.startswith("model,source,kind,accuracy")
    assert [line.split(",")[0] for line in lines] == ["inference", "another"]
    assert (reports / "comparison_disagreements.csv").exists()
    newest = mlflow.search_runs(experiment_names=["selectra"]).iloc[0]
    assert newest["metrics.model_1/accuracy"] == newest["metrics.model_2/accuracy"]


def test_zeroshot_classifies_and_scores_a_file(workspace, inference_model, capsys):
    texts = workspace / "texts.tsv"
    texts.write_text("words\tclass\nw4 w5\tw1\nw6\tw2\n", encoding="utf-8")
    columns = {"column": "words", "label_column": "class"}
    classify(workspace, inference_model, file=str(texts), **columns)
    reports = workspace / "data/08_reporting/labels"
    header, *rows = (reports / "zeroshot.csv").read_text(encoding="utf-8").splitlines()
    assert header == "text,true_label,best_label,w1,w2"
    assert [row.split(",")[:2] for row in rows] == [["w4 w5", "w1"], ["w6", "w2"]]
    assert (reports / "zeroshot_report.md").read_text(encoding="utf-8") in capsys.readouterr().out
    newest = mlflow.search_runs(experiment_names=["selectra"]).iloc[0]
    hits = sum(row.split(",")[1] == row.split(",")[2] for row in rows)
    assert newest["metrics.zeroshot/accuracy"] == hits / 2


def test_zeroshot_needs_neither_a_file_nor_labels_of_the_texts(workspace, inference_model):
    classify(workspace, inference_model, texts=["w4", "w5", "w6"])
    table = (workspace / "data/08_reporting/labels/zeroshot.csv").read_text(encoding="utf-8")
    assert len(table.splitlines()) == 4


def test_zeroshot_without_a_model_names_the_command_that_makes_one(workspace):
    message = (
        "the evaluation of world_inference in .* is not there; run kedro run --pipeline evaluate"
    )
    with pytest.raises(click.ClickException, match=message):
        kedro_run(workspace, "zeroshot", run="labels")


ONNX = {"formats": ["onnx", "onnx_int8"]}


def test_serving_writes_the_discriminator_for_onnxruntime(finished, workspace):
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    kedro_run(workspace, "serving", serving=ONNX)
    export = finished / "06_models/tiny/huggingface"
    served = load_served(export, VocabularyConfig())
    for form, file, allowed in (
        ("onnx", "model.onnx", 1e-4),
        ("onnx_int8", "model_int8.onnx", 0.1),
    ):
        folder = finished / "06_models/tiny/serving" / form
        Manifest.load(folder).verify()
        text = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json")).encode("Él cantó.")
        columns = [np.array([x]) for x in (text.ids, text.attention_mask, text.type_ids)]
        session = onnxruntime.InferenceSession(folder / file)
        names = ("input_ids", "attention_mask", "token_type_ids")
        [logits] = session.run(None, dict(zip(names, columns, strict=True)))
        expected = served.model(Batch(*(column.astype(np.int32) for column in columns)))
        np.testing.assert_allclose(logits, expected, atol=allowed)


def test_serving_with_onnx_names_the_package_that_is_missing(workspace, monkeypatch):
    monkeypatch.setattr(onnx_packages, "PACKAGES", ("json", "onnx_of_tomorrow"))
    message = r"needs onnx_of_tomorrow: pip install \"selectra-pipeline\[onnx\]\""
    with pytest.raises(click.ClickException, match=message):
        kedro_run(workspace, "serving", run="wrong", serving=ONNX)
    assert not list(workspace.glob("data/*/wrong"))
