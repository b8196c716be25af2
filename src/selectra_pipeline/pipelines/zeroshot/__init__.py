"""The zeroshot stage."""

from selectra_pipeline.pipelines.zeroshot.pipeline import create_pipeline

__all__ = ["create_pipeline"]
