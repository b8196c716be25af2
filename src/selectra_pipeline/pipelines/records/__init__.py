"""The records stage."""

from selectra_pipeline.pipelines.records.pipeline import create_pipeline

__all__ = ["create_pipeline"]
