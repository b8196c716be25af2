"""The records stage: shards of documents to shards of training examples."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from selectra_pipeline.config.base import UserError
from selectra_pipeline.config.base import fingerprint as fingerprint_of
from selectra_pipeline.config.execution import LOCAL, ExecutionConfig
from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.execution.running import run_stage
from selectra_pipeline.execution.stage import Stage
from selectra_pipeline.execution.work_folder import WorkFolder
from selectra_pipeline.records.shard_writer import ShardReport, ShardTask, WriteRecords
from selectra_pipeline.shards.files import remove_unfinished, replace_file
from selectra_pipeline.shards.manifest import Manifest, Shard, finished, withdraw
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.vocabulary.accents import check_accents
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

RULES_VERSION = 1  # raise it when the same documents and configuration give other records
TOKEN_COUNTS_NAME = "token_counts.npy"
ORIGINAL_NAMES = {"train": "pretrain_data", "heldout": "heldout_data"}


class RecordsError(UserError, ValueError):
    """Documents of which no records can be made. The message says how to mend it."""


def write_records(
    documents: Manifest,
    tokenizer_directory: str | Path,
    config: RecordsConfig,
    directory: str | Path,
    execution: ExecutionConfig = LOCAL,
) -> Manifest:
    """Write one shard of records for each shard of documents, and the manifest last.

    The same input gives the same bytes wherever the tasks run. A directory that is finished is
    left as it is; in one that was interrupted the finished shards are kept.

    Returns:
        Manifest of kind "records". Its facts: `sequence_length`, `format`, `packing`, `vocab_size`,
        `tokenizer_digest` and for each split `examples`, `tokens` (special ones included, padding
        not), `fill_rate` (tokens over examples times sequence length), `lost_tokens` and
        `unknown_share` (of the tokens). Its split "token_counts" is `token_counts.npy`: int64
        [vocab_size], occurrences in the train split.

    Raises:
        RecordsError: a split gives no examples.
        AccentError: the text was stripped of accents after the vocabulary was learned.
        StageError: a worker was killed, or a task failed for a reason that its message names.
    """
    directory = as_path(directory)
    tokenizer = Tokenizer.load(tokenizer_directory)
    fingerprint = records_fingerprint(documents, tokenizer, config)
    execution = execution.for_input(_size(documents))
    work = WorkFolder(directory, execution)
    if manifest := finished(directory, fingerprint):
        _clean_up(manifest, work)
        return manifest
    withdraw(directory)
    tasks = shard_tasks(documents, tokenizer, config, directory, fingerprint)
    run_stage(
        Stage("write_records", (WriteRecords(tasks),), len(tasks)),
        work.open(fingerprint),
        execution,
        lambda rank: ShardReport.is_whole(tasks[rank].records, fingerprint),
    )
    reports = _by_split(tasks)
    for split, of_split in reports.items():
        _require_examples(split, of_split)
    _save_token_counts(directory, tokenizer, reports["train"])
    shards = {
        split: tuple(report.shard for report in of_split) for split, of_split in reports.items()
    }
    token_counts = Shard.describe(directory / TOKEN_COUNTS_NAME, tokenizer.size)
    manifest = Manifest(
        directory,
        kind="records",
        fingerprint=fingerprint,
        shards={**shards, "token_counts": (token_counts,)},
        facts={
            "sequence_length": config.sequence_length,
            "format": config.format,
            "packing": config.packing,
            "vocab_size": tokenizer.size,
            "tokenizer_digest": tokenizer.digest,
            **{
                split: _split_facts(of_split, config.sequence_length, tokenizer.unk_id)
                for split, of_split in reports.items()
            },
        },
    )
    manifest.save()
    _clean_up(manifest, work)
    return manifest


def records_metrics(records: Manifest) -> dict[str, float]:
    """The counts of each split under metric names: "records/train/fill_rate"."""
    return {
        f"records/{split}/{name}": value
        for split in ("train", "heldout")
        for name, value in records.facts[split].items()
    }


def records_fingerprint(documents: Manifest, tokenizer: Tokenizer, config: RecordsConfig) -> str:
    """What the records depend on: documents, tokenizer and configuration."""
    return fingerprint_of(RULES_VERSION, config, documents.content_digest, tokenizer.digest)


def shard_tasks(
    documents: Manifest,
    tokenizer: Tokenizer,
    config: RecordsConfig,
    directory: Path,
    fingerprint: str,
) -> list[ShardTask]:
    """One task for each shard of documents."""
    return [
        ShardTask(
            documents=path,
            records=directory / record_name(config, split, index, len(documents.shards[split])),
            split=split,
            index=index,
            tokenizer=tokenizer,
            config=config,
            fingerprint=fingerprint,
        )
        for split in documents.shards
        for index, path in enumerate(documents.paths(split))
    ]


def record_name(config: RecordsConfig, split: str, index: int, count: int) -> str:
    """Name of a record file; the padded format has the names of the original ELECTRA."""
    if config.format == "padded":
        return f"{ORIGINAL_NAMES[split]}.tfrecord-{index}-of-{count}"
    return f"{split}-{index:05d}-of-{count:05d}.tfrecord"


def _size(documents: Manifest) -> int:
    """Bytes of all shards as they are stored."""
    return sum(shard.bytes for shards in documents.shards.values() for shard in shards)


def _by_split(tasks: Sequence[ShardTask]) -> dict[str, list[ShardReport]]:
    """What the tasks reported, in their order."""
    by_split: dict[str, list[ShardReport]] = {}
    for task in tasks:
        by_split.setdefault(task.split, []).append(ShardReport.load(task.records))
    return by_split


def _require_examples(split: str, reports: list[ShardReport]) -> None:
    if not sum(report.shard.count for report in reports):
        raise RecordsError(
            f"the {split} split gives no examples: its {len(reports)} shard(s) of documents hold "
            "no text that the tokenizer knows; ingest more text, relax ingestion.cleaning, or "
            "raise ingestion.heldout_fraction if the split is 'heldout'"
        )


def _token_counts(reports: list[ShardReport]) -> np.ndarray:
    return sum(report.token_counts for report in reports)


def _save_token_counts(directory: Path, tokenizer: Tokenizer, reports: list[ShardReport]) -> None:
    counts = _token_counts(reports)
    check_accents(tokenizer, counts)
    with replace_file(directory / TOKEN_COUNTS_NAME) as temporary, open(temporary, "wb") as opened:
        np.save(opened, counts)


def _split_facts(reports: list[ShardReport], sequence_length: int, unk_id: int) -> dict[str, Any]:
    examples = sum(report.shard.count for report in reports)
    counts = _token_counts(reports)
    tokens = int(counts.sum())
    return {
        "examples": examples,
        "tokens": tokens,
        "fill_rate": tokens / (examples * sequence_length),
        "lost_tokens": sum(report.lost_tokens for report in reports),
        "unknown_share": int(counts[unk_id]) / tokens,
    }


def _clean_up(manifest: Manifest, work: WorkFolder) -> None:
    """Remove all that is not part of the finished stage; a run that was killed may have left it."""
    kept = {shard.name for shards in manifest.shards.values() for shard in shards}
    for path in manifest.directory.glob("*.tfrecord*"):
        if path.name not in kept:
            path.unlink()
    remove_unfinished(manifest.directory)
    work.remove()
