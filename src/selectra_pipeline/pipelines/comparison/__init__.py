"""The comparison of models."""

from selectra_pipeline.pipelines.comparison.pipeline import create_pipeline

__all__ = ["create_pipeline"]
