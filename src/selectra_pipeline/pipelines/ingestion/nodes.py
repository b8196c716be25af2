"""Nodes of the ingestion stage."""

from typing import Any

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.corpus.ingestion import ingest
from selectra_pipeline.corpus.ingestion_report import ingestion_metrics, ingestion_report
from selectra_pipeline.corpus.source_report import source_commits
from selectra_pipeline.pipelines.metrics import MlflowMetrics, final_metrics
from selectra_pipeline.shards.manifest import Manifest


def ingest_corpus(
    params: dict[str, Any], execution: dict[str, Any], directories: dict[str, str]
) -> Manifest:
    """Read, clean and split the corpus into shards of documents."""
    config = IngestionConfig.from_params(params, "ingestion")
    tasks = ExecutionConfig.from_params(execution, "execution")
    return ingest(config, directories["documents"], tasks)


def report_ingestion(documents: Manifest) -> tuple[str, MlflowMetrics, dict[str, str]]:
    """What was kept and dropped: as Markdown, and as metrics; and the commits it came from."""
    commits = source_commits(documents.facts["sources"])
    return (
        ingestion_report(documents),
        final_metrics(ingestion_metrics(documents)),
        {f"source.{repository}": commit for repository, commit in commits.items()},
    )
