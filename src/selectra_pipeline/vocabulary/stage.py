"""The vocabulary stage: training documents to a directory with the tokenizer and its report."""

import dataclasses
import itertools
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selectra_pipeline.config.base import fingerprint
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.corpus.ingestion import iterate_documents
from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.learning import (
    LEARNERS,
    VocabularyError,
    count_sample,
    learn_from_counts,
)
from selectra_pipeline.vocabulary.report import vocabulary_report
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

ARTIFACT_FILE = "vocabulary.json"
REPORT_FILE = "report.md"
REPORT_DOCUMENTS = 2_000  # held-out documents that are measured: enough for four digits


@dataclass(frozen=True)
class VocabularyArtifact:
    """A finished vocabulary.

    Attributes:
        directory: vocab.txt, tokenizer_settings.json, report.md and vocabulary.json.
        size: number of entries.
        fingerprint: hash of the configuration and the documents that made it.
        digest: of the tokenizer (`Tokenizer.digest`): input of the next stage's fingerprint.
        facts: the report's numbers, JSON values only.
    """

    directory: Path
    size: int
    fingerprint: str
    digest: str
    facts: dict[str, Any]

    def load_tokenizer(self) -> Tokenizer:
        """The tokenizer, checked against its checksums."""
        return Tokenizer.load(self.directory)

    def read_report(self) -> str:
        """The report as Markdown."""
        return (self.directory / REPORT_FILE).read_text(encoding="utf-8")


def build_vocabulary(
    documents: Manifest, config: VocabularyConfig, directory: str | Path
) -> VocabularyArtifact:
    """Learn the vocabulary from the training documents and report on the held-out ones.

    Does nothing when the directory already holds what this configuration and these documents give.

    Raises:
        VocabularyError: too little text for the size, or text without accents.
    """
    directory = Path(directory)
    wanted = fingerprint("vocabulary", config, documents.content_digest)
    done = _finished(directory, wanted)
    if done is not None:
        logger.info("the vocabulary in %s is up to date", directory)
        return done
    words = count_sample(_texts(documents, "train"), config)
    candidates = {config.algorithm: _make_tokenizer(words, config)}
    if config.compare_algorithms:
        other = next(name for name in LEARNERS if name != config.algorithm)
        try:
            alternative = dataclasses.replace(config, algorithm=other)
            candidates[other] = _make_tokenizer(words, alternative)
        except VocabularyError as error:  # the comparison is not worth failing for
            logger.warning("the report compares with no %s vocabulary: %s", other, error)
    split = "heldout" if documents.shards.get("heldout") and documents.count("heldout") else "train"
    texts = itertools.islice(_texts(documents, split), REPORT_DOCUMENTS)
    facts, markdown = vocabulary_report(candidates, texts, measured_on=split)
    return _save(candidates[config.algorithm], facts, markdown, wanted, directory)


def load_vocabulary(directory: str | Path) -> VocabularyArtifact:
    """Read a finished vocabulary.

    Raises:
        FileNotFoundError: the stage has not finished.
        ValueError: the vocabulary was changed after it was made, or is damaged.
    """
    directory = Path(directory)
    path = directory / ARTIFACT_FILE
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist: run the vocabulary stage first")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        artifact = VocabularyArtifact(directory, **content)
    except (ValueError, TypeError) as error:
        raise VocabularyError(
            f"{path} is damaged ({error}); delete {directory} and run the vocabulary stage again"
        ) from error
    if artifact.load_tokenizer().digest != artifact.digest:
        raise VocabularyError(
            f"the tokenizer in {directory} is not the one that {ARTIFACT_FILE} describes; "
            f"delete {path} and run the vocabulary stage again"
        )
    return artifact


def _finished(directory: Path, wanted: str) -> VocabularyArtifact | None:
    try:
        artifact = load_vocabulary(directory)
    except (FileNotFoundError, ValueError):
        return None
    return artifact if artifact.fingerprint == wanted else None


def _texts(documents: Manifest, split: str) -> Iterator[str]:
    return (document.text for document in iterate_documents(documents, split))


def _make_tokenizer(words: Mapping[str, int], config: VocabularyConfig) -> Tokenizer:
    entries = learn_from_counts(words, config)
    return Tokenizer(entries, config.lowercase, config.strip_accents)


def _save(
    tokenizer: Tokenizer, facts: dict[str, Any], markdown: str, made_by: str, directory: Path
) -> VocabularyArtifact:
    tokenizer.save(directory)
    write_text(directory / REPORT_FILE, markdown)
    artifact = VocabularyArtifact(directory, tokenizer.size, made_by, tokenizer.digest, facts)
    content = {
        field.name: getattr(artifact, field.name)
        for field in dataclasses.fields(artifact)
        if field.name != "directory"  # so that it can be moved
    }
    # Written last: a directory with this file is complete.
    write_text(directory / ARTIFACT_FILE, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return artifact
