"""Conversion of a released checkpoint."""

from selectra_pipeline.pipelines.import_checkpoint.pipeline import create_pipeline

__all__ = ["create_pipeline"]
