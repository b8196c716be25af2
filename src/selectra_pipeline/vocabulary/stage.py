"""The vocabulary stage: training documents to a directory with the tokenizer and its report."""

import dataclasses
import itertools
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from selectra_pipeline.config.base import fingerprint
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.corpus.document_shards import iterate_documents
from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.manifest import Manifest, Shard, finished, withdraw
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.vocabulary.importing import import_tokenizer
from selectra_pipeline.vocabulary.learning import (
    LEARNERS,
    VocabularyError,
    count_sample,
    learn_from_counts,
)
from selectra_pipeline.vocabulary.report import vocabulary_report
from selectra_pipeline.vocabulary.tokenizer import SETTINGS_FILE, VOCABULARY_FILE, Tokenizer

logger = logging.getLogger(__name__)

RULES_VERSION = 2  # raise it when the same documents and configuration give another vocabulary
REPORT_FILE = "report.md"
REPORT_DOCUMENTS = 2_000  # held-out documents that are measured: enough for four digits


def build_vocabulary(
    documents: Manifest, config: VocabularyConfig, directory: str | Path
) -> Manifest:
    """Learn the vocabulary from the training documents, or import one; report on held-out ones.

    Does nothing when the directory already holds what this configuration and these documents give.

    Returns:
        Manifest of kind "vocabulary": the files of the tokenizer (`Tokenizer.load` reads them) and
        the report in Markdown; its facts are the report's numbers and `digest`, of the tokenizer.

    Raises:
        VocabularyError: too little text for the size, or text without accents; or the vocabulary
            of `config.import_from` can't be used.
    """
    directory = as_path(directory)
    imported = import_tokenizer(config.import_from, config) if config.import_from else None
    wanted = fingerprint(
        "vocabulary",
        RULES_VERSION,
        config,
        documents.content_digest,
        imported.digest if imported else None,
    )
    done = _finished(directory, wanted)
    if done is not None:
        logger.info("the vocabulary in %s is up to date", directory)
        return done
    candidates = {"imported": imported} if imported else _learned(documents, config)
    chosen = next(iter(candidates.values()))
    split = "heldout" if documents.shards.get("heldout") and documents.count("heldout") else "train"
    texts = itertools.islice(_texts(documents, split), REPORT_DOCUMENTS)
    facts, markdown = vocabulary_report(candidates, texts, measured_on=split)
    return _save(chosen, facts, markdown, wanted, directory)


def vocabulary_metrics(vocabulary: Manifest) -> dict[str, float]:
    """The chosen vocabulary's quality under metric names: "vocabulary/tokens_per_word"."""
    facts = vocabulary.facts
    return {
        f"vocabulary/{name}": value for name, value in facts["quality"][facts["chosen"]].items()
    }


def _finished(directory: Path, wanted: str) -> Manifest | None:
    """The finished vocabulary, if it is the wanted one and its files are as they were written."""
    manifest = finished(directory, wanted)
    try:
        return manifest if manifest and Tokenizer.load(directory) else None
    except ValueError as error:
        logger.warning("the vocabulary is made again: %s", error)
        return None


def _texts(documents: Manifest, split: str) -> Iterator[str]:
    return (document.text for document in iterate_documents(documents, split))


def _learned(documents: Manifest, config: VocabularyConfig) -> dict[str, Tokenizer]:
    """The tokenizer by the name of its algorithm, then that of the other one, for comparison."""
    words = count_sample(_texts(documents, "train"), config)
    tokenizers = {config.algorithm: _make_tokenizer(words, config)}
    if config.compare_algorithms:
        other = next(name for name in LEARNERS if name != config.algorithm)
        try:
            alternative = dataclasses.replace(config, algorithm=other)
            tokenizers[other] = _make_tokenizer(words, alternative)
        except VocabularyError as error:  # the comparison is not worth failing for
            logger.warning("the report compares with no %s vocabulary: %s", other, error)
    return tokenizers


def _make_tokenizer(words: Mapping[str, int], config: VocabularyConfig) -> Tokenizer:
    entries = learn_from_counts(words, config)
    return Tokenizer(entries, config.lowercase, config.strip_accents)


def _save(
    tokenizer: Tokenizer, facts: dict[str, Any], markdown: str, made_by: str, directory: Path
) -> Manifest:
    withdraw(directory)
    tokenizer.save(directory)
    write_text(directory / REPORT_FILE, markdown)
    shards = {
        "tokenizer": (
            Shard.describe(directory / VOCABULARY_FILE, tokenizer.size),
            Shard.describe(directory / SETTINGS_FILE, 1),
        ),
        "report": (Shard.describe(directory / REPORT_FILE, 1),),
    }
    facts = {**facts, "digest": tokenizer.digest}
    manifest = Manifest(directory, "vocabulary", made_by, shards, facts)
    manifest.save()
    return manifest
