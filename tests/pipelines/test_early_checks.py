import dataclasses
import re
import shutil

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.project import DirectoriesConfig, ProjectConfig
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.pipelines.early_checks import require_inputs, require_project_folder
from selectra_pipeline.shards.manifest import Manifest

STAGES = [field.name for field in dataclasses.fields(DirectoriesConfig)]
SPLITS = ("train", "validation", "test")
ALL = {"ingest_corpus", "learn_vocabulary", "pack_documents", "pretrain_electra"}


def project(root="data", **stages) -> ProjectConfig:
    directories = {stage: f"{root}/{stage}" for stage in STAGES}
    return ProjectConfig.from_params({"directories": directories, **stages})


def test_a_vocabulary_that_is_not_there_is_missed_at_once(tmp_path):
    config = project(vocabulary={"import_from": str(tmp_path / "nothing")})
    with pytest.raises(ConfigError, match=r"import_from=.*nothing: there is no vocab\.txt"):
        require_inputs(config, ALL)
    require_inputs(config, {"pack_documents"})
    (tmp_path / "vocab.txt").touch()
    for source in (tmp_path, tmp_path / "vocab.txt", tmp_path / "model.ckpt-5"):
        require_inputs(project(vocabulary={"import_from": str(source)}), ALL)


def test_initial_weights_are_missed_at_once(tmp_path):
    config = project(pretraining={"initial_weights": str(tmp_path / "model.ckpt-5")})
    with pytest.raises(ConfigError, match=r"pretraining\.initial_weights=.*: there is nothing"):
        require_inputs(config, ALL)
    require_inputs(config, {"learn_vocabulary"})
    (tmp_path / "model.ckpt-50.index").touch()  # of another step
    with pytest.raises(ConfigError, match="there is nothing"):
        require_inputs(config, ALL)
    (tmp_path / "model.ckpt-5.index").touch()  # a path prefix of google-research/electra
    require_inputs(config, ALL)


def test_initial_weights_on_a_remote_storage_are_refused_at_once():
    config = project(pretraining={"initial_weights": "gs://bucket/model"})
    with pytest.raises(ConfigError, match="read from a disk: copy them there"):
        require_inputs(config, ALL)


@pytest.mark.parametrize("missing", ["train", "test"])
def test_the_files_of_a_probe_are_missed_at_once(tmp_path, missing):
    files = {"train": tmp_path / "train", "test": tmp_path / "test"}
    for name, path in files.items():
        if name != missing:
            path.touch()
    probe = {"every": 5, "finetuning": {"max_length": 128}, **{k: str(v) for k, v in files.items()}}
    with pytest.raises(ConfigError, match=rf"pretraining\.probe\.{missing}="):
        require_inputs(project(pretraining={"probe": probe}), ALL)
    off = {**probe, "every": 0}
    require_inputs(project(pretraining={"probe": off}), ALL)


def test_several_hosts_are_for_training_alone():
    config = project(pretraining={"strategy": "multi_host"})
    with pytest.raises(ConfigError, match="run ingestion, vocabulary and records on one host"):
        require_inputs(config, ALL)
    require_inputs(config, {"pretrain_electra"})


def test_the_embedded_tasks_are_of_the_embedded_corpus_language():
    tasks = {"mine": {"type": "classification", **{s: f"embedded://genres/{s}" for s in SPLITS}}}
    evaluation = {"tasks": tasks, "selected": ["mine"]}
    config = project(evaluation=evaluation, card={"language": "pt"})
    with pytest.raises(ConfigError, match=r"the task mine is about the embedded Spanish corpus"):
        require_inputs(config, {"finetune_mine"})
    require_inputs(config, {"report_results"})
    require_inputs(project(evaluation=evaluation), {"finetune_mine"})


def test_results_to_compare_with_are_missed_at_once(tmp_path):
    config = project(evaluation={"compare_with": [str(tmp_path)]})
    with pytest.raises(ConfigError, match="holds no trials; name a folder"):
        require_inputs(config, {"report_results"})


def test_relative_directories_need_the_projects_folder(tmp_path, monkeypatch):
    project_folder = tmp_path / "project"
    (project_folder / "docs").mkdir(parents=True)
    monkeypatch.chdir(project_folder / "docs")
    relative = DirectoriesConfig(*(f"data/{stage}" for stage in STAGES))
    with pytest.raises(
        ConfigError, match=re.escape(f"run the command in {project_folder}, or set data_root")
    ):
        require_project_folder(relative, project_folder)
    for root in ("/data", "gs://bucket"):
        whole = DirectoriesConfig(*(f"{root}/{stage}" for stage in STAGES))
        require_project_folder(whole, project_folder)
    monkeypatch.chdir(project_folder)
    require_project_folder(relative, project_folder)


@pytest.mark.parametrize("missing", SPLITS)
def test_the_files_of_all_tasks_are_missed_at_once(tmp_path, missing):
    files = {split: tmp_path / f"{split}.tsv" for split in SPLITS}
    for split, path in files.items():
        if split != missing:
            path.touch()
    task = {"type": "classification", **{split: str(path) for split, path in files.items()}}
    nodes = {"finetune_first", "finetune_mine"}
    first = {"type": "classification", **{s: f"embedded://genres/{s}" for s in SPLITS}}
    evaluation = {"tasks": {"first": first, "mine": task}, "selected": ["first", "mine"]}
    with pytest.raises(ConfigError, match=rf"evaluation\.tasks\.mine\.{missing}=.*there is noth"):
        require_inputs(project(evaluation=evaluation), nodes)
    files[missing].touch()
    require_inputs(project(evaluation=evaluation), nodes)


def test_a_file_of_no_format_is_refused_at_once(tmp_path):
    path = tmp_path / "rows.doc"
    path.touch()
    task = {"type": "classification", "train": str(path), "test": str(path)}
    evaluation = {"tasks": {"mine": task}, "selected": ["mine"]}
    with pytest.raises(TaskDataError, match="no format has this suffix"):
        require_inputs(project(evaluation=evaluation), {"finetune_mine"})


def test_a_history_that_the_model_card_tells_of_is_missed_before_the_trials(tmp_path):
    config, nodes = project(tmp_path), {"report_results", "write_cards"}
    for stage in ("documents", "records", "pretraining"):
        with pytest.raises(ConfigError, match=rf"{stage}.*evaluation\.checkpoint="):
            require_inputs(config, nodes)
        (tmp_path / stage).mkdir()
        Manifest(tmp_path / stage, stage, "1", {}, {}).save()
    require_inputs(config, nodes)
    shutil.rmtree(tmp_path / "documents")
    require_inputs(config, {*nodes, "ingest_corpus"})  # which makes them
    require_inputs(config, {"report_results", "write_card"})  # of a checkpoint from elsewhere
    require_inputs(config, {"export_model", "write_cards"})  # the weights are exported first
