"""Nodes of the records stage."""

from typing import Any

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.pipelines.metrics import MlflowMetrics, final_metrics
from selectra_pipeline.records.writer import records_metrics, write_records
from selectra_pipeline.shards.manifest import Manifest


def pack_documents(
    documents: Manifest,
    vocabulary: Manifest,
    params: dict[str, Any],
    execution: dict[str, Any],
    directories: dict[str, str],
) -> Manifest:
    """Pack the documents into shards of training examples."""
    config = RecordsConfig.from_params(params, "records")
    tasks = ExecutionConfig.from_params(execution, "execution")
    return write_records(documents, vocabulary.directory, config, directories["records"], tasks)


def measure_records(records: Manifest) -> MlflowMetrics:
    """Examples, tokens and how well they fill the sequences."""
    return final_metrics(records_metrics(records))
