"""Nodes of the vocabulary stage."""

from typing import Any

from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.pipelines.metrics import MlflowMetrics, final_metrics
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.stage import build_vocabulary, vocabulary_metrics


def learn_vocabulary(
    documents: Manifest, params: dict[str, Any], directories: dict[str, str]
) -> Manifest:
    """Learn the WordPiece vocabulary from the training documents."""
    config = VocabularyConfig.from_params(params, "vocabulary")
    return build_vocabulary(documents, config, directories["vocabulary"])


def report_vocabulary(vocabulary: Manifest) -> tuple[str, MlflowMetrics]:
    """The vocabulary's quality on held-out text: as Markdown, and as metrics."""
    report = vocabulary.paths("report")[0].read_text(encoding="utf-8")
    return report, final_metrics(vocabulary_metrics(vocabulary))
