"""What a run would miss only after hours: looked for before its first node."""

from collections.abc import Set as AbstractSet
from pathlib import Path

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.config.project import DirectoriesConfig, ProjectConfig
from selectra_pipeline.config.task import EMBEDDED, HUB, TaskConfig
from selectra_pipeline.downstream.reading.files import file_format
from selectra_pipeline.downstream.results import load_results
from selectra_pipeline.shards.manifest import Manifest, ManifestError
from selectra_pipeline.shards.paths import as_path, is_remote
from selectra_pipeline.shards.remote import remote_errors
from selectra_pipeline.vocabulary.importing import find_vocabulary
from selectra_pipeline.vocabulary.tokenizer import VOCABULARY_FILE

LANGUAGE = "es"  # of the embedded corpus
INGESTION_NODE = "ingest_corpus"
VOCABULARY_NODE = "learn_vocabulary"
RECORDS_NODE = "pack_documents"
TRAINING_NODE = "pretrain_electra"
RESULTS_NODE = "report_results"
CARD_NODE = "write_cards"
HISTORY = {"documents": INGESTION_NODE, "records": RECORDS_NODE, "pretraining": TRAINING_NODE}
FINETUNING_NODE = "finetune_"  # how the names of those begin, before the task's


def require_inputs(config: ProjectConfig, nodes: AbstractSet[str]) -> None:
    """Look for the inputs of nodes, which are given without their stages' names.

    Raises:
        ConfigError: one is missing.
        TaskDataError: a file of a task is of no known format.
        ManifestError: results to compare with are damaged.
    """
    for node in sorted(nodes):
        if node.startswith(FINETUNING_NODE):
            task = config.evaluation.tasks[node.removeprefix(FINETUNING_NODE)]
            _require_language(config, task)
            _require_files(task)
    if RESULTS_NODE in nodes:
        if CARD_NODE in nodes:
            _require_history(config.directories, nodes)
        for folder in config.evaluation.compare_with:
            load_results(folder)
    if VOCABULARY_NODE in nodes:
        source = config.vocabulary.import_from
        if source is not None and find_vocabulary(source) is None:
            raise ConfigError(
                f"vocabulary.import_from={source}: there is no {VOCABULARY_FILE}; name a folder "
                "that holds one, or the file"
            )
    if TRAINING_NODE in nodes:
        _require_inputs_of_training(config.pretraining)
        if config.pretraining.strategy == "multi_host" and INGESTION_NODE in nodes:
            raise ConfigError(
                "strategy=multi_host is for the stage pretraining: all hosts would write the same "
                "corpus; run ingestion, vocabulary and records on one host, then "
                "kedro run --pipeline pretraining on all of them"
            )


def require_project_folder(directories: DirectoriesConfig, project: Path) -> None:
    """Raise `ConfigError` where relative directories are not those of the project.

    Kedro finds the project from its subfolders, too, and takes the catalog's paths to be the
    project's; what the parameters name would be below the subfolder.
    """
    relative = [
        name
        for name in directories.to_dict().values()
        if not is_remote(as_path(name)) and not Path(name).is_absolute()
    ]
    if relative and Path.cwd().resolve() != project.resolve():
        raise ConfigError(
            f"{relative[0]} is relative to the project: run the command in {project}, or set "
            "data_root to a whole path"
        )


def _require_inputs_of_training(config: PretrainingConfig) -> None:
    weights = config.initial_weights
    if weights is not None and is_remote(as_path(weights)):
        raise ConfigError(
            f"pretraining.initial_weights={weights} is on a remote storage; weights to start from "
            "are read from a disk: copy them there"
        )
    # A checkpoint of google-research/electra is named without the end of its files.
    if weights is not None and not Path(f"{weights}.index").exists():
        _require_there("pretraining.initial_weights", weights)
    if config.probe.is_on:
        for name in ("train", "test"):
            _require_there(f"pretraining.probe.{name}", getattr(config.probe, name))


def _require_language(config: ProjectConfig, task: TaskConfig) -> None:
    if task.train[0].startswith(EMBEDDED) and LANGUAGE not in config.card.language:
        raise ConfigError(
            f"the task {task.name} is about the embedded Spanish corpus, the model's language is "
            f"{', '.join(config.card.language)}; name tasks of your own (--params tasks=NAME, "
            "docs/tasks.md)"
        )


def _require_files(task: TaskConfig) -> None:
    """Raise an error where a file of a task is not there, or of no known format."""
    for split in ("train", "validation", "test"):
        for path in getattr(task, split):
            if not path.startswith((EMBEDDED, HUB)):
                _require_there(f"evaluation.tasks.{task.name}.{split}", path)
                file_format(as_path(path), task)


def _require_history(directories: DirectoriesConfig, nodes: AbstractSet[str]) -> None:
    """Raise `ConfigError` where a model card would lack what it tells of how the model was made."""
    for stage, node in HISTORY.items():
        if node in nodes:
            continue
        try:
            Manifest.load(getattr(directories, stage))
        except (FileNotFoundError, ManifestError) as error:
            raise ConfigError(
                f"{error}. The model card tells of it; without it, evaluate the export as a "
                f"checkpoint: evaluation.checkpoint={directories.model}"
            ) from error


def _require_there(setting: str, path: str) -> None:
    with remote_errors(path):
        is_there = as_path(path).exists()
    if not is_there:
        raise ConfigError(f"{setting}={path}: there is nothing; name what is there")
