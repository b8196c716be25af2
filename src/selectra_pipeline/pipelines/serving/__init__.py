"""The serving stage."""

from selectra_pipeline.pipelines.serving.pipeline import create_pipeline

__all__ = ["create_pipeline"]
