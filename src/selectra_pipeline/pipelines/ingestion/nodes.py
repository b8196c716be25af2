"""Nodes of the ingestion stage."""

from typing import Any

from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.corpus.ingestion import ingest, ingestion_metrics, ingestion_report
from selectra_pipeline.corpus.source_report import source_commits
from selectra_pipeline.pipelines.metrics import MlflowMetrics, final_metrics
from selectra_pipeline.shards.manifest import Manifest


def ingest_corpus(params: dict[str, Any], directories: dict[str, str]) -> Manifest:
    """Read, clean and split the corpus into shards of documents."""
    return ingest(IngestionConfig.from_params(params, "ingestion"), directories["documents"])


def report_ingestion(documents: Manifest) -> tuple[str, MlflowMetrics, dict[str, str]]:
    """What was kept and dropped: as Markdown, and as metrics; and the commits it came from."""
    commits = source_commits(documents.facts["sources"])
    return (
        ingestion_report(documents),
        final_metrics(ingestion_metrics(documents)),
        {f"source.{repository}": commit for repository, commit in commits.items()},
    )
