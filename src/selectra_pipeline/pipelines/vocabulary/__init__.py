"""The vocabulary stage."""

from selectra_pipeline.pipelines.vocabulary.pipeline import create_pipeline

__all__ = ["create_pipeline"]
