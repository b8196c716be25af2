"""The demo stage."""

from selectra_pipeline.pipelines.demo.pipeline import create_pipeline

__all__ = ["create_pipeline"]
