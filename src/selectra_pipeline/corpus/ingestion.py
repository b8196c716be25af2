"""The ingestion stage: from raw sources to shards of clean, distinct documents in two splits.

Tasks that each read a group of source files leave shuffle files (`preparation`); tasks that each
write a shard gather what those have for it (`gathering`); near-duplicates are found across the
shards and left out (`near_duplicates`), where that is wanted. Groups and shards follow from sources
and configuration, so the result is the same wherever the tasks run and in whatever order they end.
"""

import dataclasses
import logging
import pathlib
import unicodedata
from collections.abc import Container
from typing import Any

from selectra_pipeline import __version__
from selectra_pipeline.config.base import UserError, fingerprint
from selectra_pipeline.config.execution import LOCAL, ExecutionConfig
from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.corpus.cleaning import Edits
from selectra_pipeline.corpus.decontamination import Decontaminator
from selectra_pipeline.corpus.document_shards import shard_name
from selectra_pipeline.corpus.evaluation_files import evaluation_digest
from selectra_pipeline.corpus.gathering import GatherShard, WriteShard, WrittenShard
from selectra_pipeline.corpus.near_duplicate_report import near_duplicate_facts
from selectra_pipeline.corpus.near_duplicates import kept_documents, near_duplicate_stages
from selectra_pipeline.corpus.preparation import PrepareDocuments, shuffle_path, tally_path
from selectra_pipeline.corpus.shuffle import is_whole
from selectra_pipeline.corpus.source_files import SourceFile, describe_files, find_source_files
from selectra_pipeline.corpus.source_groups import group_files
from selectra_pipeline.corpus.splits import HELDOUT, TRAIN
from selectra_pipeline.corpus.statistics import Tally, TextCounts
from selectra_pipeline.execution.running import require_executor, run_stage
from selectra_pipeline.execution.stage import Stage
from selectra_pipeline.execution.work_folder import WorkFolder
from selectra_pipeline.shards.files import remove_unfinished
from selectra_pipeline.shards.manifest import Manifest, Shard, finished, withdraw
from selectra_pipeline.shards.paths import Path, as_path

logger = logging.getLogger(__name__)

RULES_VERSION = 4  # raise it when the same corpus and configuration give other shards


class CorpusError(UserError, ValueError):
    """A corpus that nothing can be trained on. The message says how to mend it."""


def ingest(
    config: IngestionConfig, directory: str | Path, execution: ExecutionConfig = LOCAL
) -> Manifest:
    """Read, normalise, filter, deduplicate and split the corpus into shards of documents.

    Returns at once if `directory` holds the result of the same configuration, rules and input
    (names, sizes and checksums of the files). An interrupted run goes on where it stopped. Without
    its manifest, written last, a directory counts for nothing.

    Raises:
        SourceError: the text cannot be read.
        EvaluationFileError: a file of `config.decontamination` cannot be read.
        CorpusError: no document is left for a split.
        ConfigError: near-duplicates can't be found in a folder of this name.
        StageError: a worker was killed, or a task failed for a reason that its message names.
        StorageError: the disk is full.
    """
    directory = as_path(directory)
    files = _find_files(config, directory)
    inputs = _describe_inputs(config, files)
    evaluation = evaluation_digest(config.decontamination.files)
    # Which characters are assigned depends on Python's Unicode tables.
    mark = fingerprint(
        RULES_VERSION, unicodedata.unidata_version, config.rules(), inputs, evaluation
    )
    execution = execution.for_input(_size(config, inputs))
    work = WorkFolder(directory, execution)
    if manifest := finished(directory, mark):
        logger.info("ingestion is up to date: %s", directory)
        _clean_up(manifest, work)
        return manifest
    # All that may be refused comes before the last result is given up.
    require_executor(execution)
    groups = _group(files, inputs, execution)
    folder = work.open(fingerprint(mark, [len(group) for group in groups]))
    stages = _Ingestion(config, directory, groups, folder, execution)
    withdraw(directory)
    tally, shards, facts = stages.run()
    try:
        _require_text(tally, config)
    except CorpusError:  # nothing of it is worth keeping
        _remove_shards(directory)
        work.remove()
        raise
    manifest = Manifest(
        directory, "documents", mark, shards, {**tally.facts(), **facts, "sources": inputs}
    )
    manifest.save()
    _clean_up(manifest, work)
    logger.info("ingestion kept %d of %d documents", sum(_kept(tally).values()), tally.read)
    return manifest


class _Ingestion:
    """The stages of one ingestion, and where they leave things for one another.

    Raises:
        EvaluationFileError: a file of `config.decontamination` cannot be read.
        ConfigError: near-duplicates can't be found in a folder of this name.
    """

    def __init__(
        self,
        config: IngestionConfig,
        directory: Path,
        groups: list[list[SourceFile]],
        work: pathlib.Path,
        execution: ExecutionConfig,
    ) -> None:
        self._config = config
        self._groups = groups
        self._execution = execution
        self._work = work
        self._prepared, self._gathered = work / "prepared", work / "gathered"
        self._splits = [TRAIN] * config.shards + [HELDOUT]
        names = [shard_name(TRAIN, index, config.shards) for index in range(config.shards)]
        names.append(shard_name(HELDOUT, 0, 1))
        self._shards = [directory / name for name in names]
        self._distinct = [work / "distinct" / name for name in names]
        self._decontaminator = None
        if config.decontamination.is_on:
            self._decontaminator = Decontaminator.build(config.decontamination)
        self._near_duplicates = work / "near_duplicates"
        self._near_duplicate_stages: tuple[Stage, ...] = ()
        if config.near_duplicates.enabled:
            self._near_duplicate_stages = near_duplicate_stages(
                self._distinct,
                self._near_duplicates,
                config.near_duplicates,
                config.examples_per_reason,
            )

    def run(self) -> tuple[Tally, dict[str, tuple[Shard, ...]], dict[str, Any]]:
        """Run all stages; what they counted, the finished shards of each split, other facts."""
        facts: dict[str, Any] = {}
        if self._decontaminator is not None:
            facts["evaluation_files"] = [
                dataclasses.asdict(file) for file in self._decontaminator.coverage
            ]
        self._prepare()
        if self._config.near_duplicates.enabled:
            distinct = self._gather(self._distinct, "written_distinct")
            written, facts["near_duplicates"] = self._remove_near_duplicates()
        else:
            written = distinct = self._gather(self._shards, "written")
        tally = self._merged_tally(written, distinct)
        shards: dict[str, tuple[Shard, ...]] = {TRAIN: (), HELDOUT: ()}
        for split, one in zip(self._splits, written, strict=True):
            shards[split] += (one.shard,)
        return tally, shards, facts

    def _prepare(self) -> None:
        step = PrepareDocuments(self._config, self._groups, self._decontaminator, self._prepared)
        stage = Stage("prepare_documents", (step,), len(self._groups))
        run_stage(
            stage,
            self._work,
            self._execution,
            lambda rank: is_whole(shuffle_path(self._prepared, rank)),
        )

    def _gather(self, shards: list[Path], folder: str) -> list[WrittenShard]:
        shuffles = [shuffle_path(self._prepared, rank) for rank in range(len(self._groups))]
        gather = GatherShard(
            shuffles,
            self._config.cleaning.deduplicate,
            self._config.examples_per_reason,
            self._gathered,
        )
        return self._write("gather_shards", (gather,), shards, folder)

    def _remove_near_duplicates(self) -> tuple[list[WrittenShard], dict[str, Any]]:
        folder = self._near_duplicates
        for stage in self._near_duplicate_stages:
            run_stage(stage, self._work, self._execution, stage.steps[-1].is_whole)
        written = self._write(
            "remove_near_duplicates",
            kept_documents(self._distinct, folder),
            self._shards,
            "written",
        )
        return written, near_duplicate_facts(self._distinct, folder, self._config.near_duplicates)

    def _write(
        self, name: str, steps: tuple, shards: list[Path], folder: str
    ) -> list[WrittenShard]:
        """Run a stage whose steps yield the documents of the task's shard; what it wrote."""
        place = self._work / folder
        run_stage(
            Stage(name, (*steps, WriteShard(shards, place)), len(shards)),
            self._work,
            self._execution,
            lambda rank: WrittenShard.is_whole(place, rank, shards[rank]),
        )
        return [WrittenShard.load(place, rank) for rank in range(len(shards))]

    def _merged_tally(self, written: list[WrittenShard], distinct: list[WrittenShard]) -> Tally:
        """The counts of all tasks, in the order of the tasks."""
        examples = self._config.examples_per_reason
        tally = Tally(edits=Edits(examples))
        for folder, tasks in ((self._prepared, self._groups), (self._gathered, self._shards)):
            for rank in range(len(tasks)):
                tally.merge(Tally.load(tally_path(folder, rank)), examples)
        removed = TextCounts()
        for split, before, after in zip(self._splits, distinct, written, strict=True):
            tally.kept[split] = tally.kept.get(split, TextCounts()) + after.counts
            removed += before.counts - after.counts
        if removed.documents:
            tally.rejected["near_duplicate"] = removed.documents
            tally.rejected_characters["near_duplicate"] = removed.characters
        return tally


def _find_files(config: IngestionConfig, directory: Path) -> list[SourceFile]:
    return [] if config.source.is_embedded else find_source_files(config.source.paths, directory)


def _describe_inputs(config: IngestionConfig, files: list[SourceFile]) -> list[dict[str, Any]]:
    if config.source.is_embedded:
        return [{"name": "embedded", "version": __version__}]
    return describe_files(files)


def _size(config: IngestionConfig, inputs: list[dict[str, Any]]) -> float:
    """Bytes of the corpus as it is stored."""
    if config.source.is_embedded:
        return config.embedded.megabytes * 1e6
    return sum(source["bytes"] for source in inputs)


def _group(
    files: list[SourceFile], inputs: list[dict[str, Any]], execution: ExecutionConfig
) -> list[list[SourceFile]]:
    """What each task reads; the embedded corpus is one task's, without files."""
    if not files:
        return [[]]
    sizes = [source["bytes"] for source in inputs]
    return group_files(files, sizes, execution.task_megabytes * 1e6)


def _clean_up(manifest: Manifest, work: WorkFolder) -> None:
    """Remove all that is not part of the finished stage; a run that was killed may have left it."""
    kept = {path.name for split in manifest.shards for path in manifest.paths(split)}
    _remove_shards(manifest.directory, kept)
    remove_unfinished(manifest.directory)
    work.remove()


def _remove_shards(directory: Path, kept: Container[str] = ()) -> None:
    for split in (TRAIN, HELDOUT):
        for path in directory.glob(f"{split}-*.jsonl.zst"):
            if path.name not in kept:
                path.unlink()


def _require_text(tally: Tally, config: IngestionConfig) -> None:
    kept = _kept(tally)
    if not any(kept.values()):
        reasons = {**tally.rejected, **tally.skipped}
        listed = ", ".join(f"{reason} {count}" for reason, count in reasons.items()) or "none"
        raise CorpusError(
            f"no document was kept of {tally.read} read (dropped: {listed}); check source.paths "
            "and source.text_unit, or relax the thresholds under cleaning"
        )
    for split, remedy in ((HELDOUT, "raise"), (TRAIN, "lower")):
        if not kept[split]:
            raise CorpusError(
                f"all {sum(kept.values())} documents fell to one split and {split} is empty; add "
                f"text or {remedy} heldout_fraction={config.heldout_fraction}; if a document is a "
                "line of its file, set source.text_unit=line"
            )
    if tally.accented_share == 0:
        logger.warning(
            "the corpus holds not one accented letter: if it is Spanish, they were stripped "
            "before; use a source that kept them"
        )


def _kept(tally: Tally) -> dict[str, int]:
    return {split: tally.kept[split].documents for split in (TRAIN, HELDOUT)}
