"""Conversion to a checkpoint of google-research/electra."""

from selectra_pipeline.pipelines.export_original.pipeline import create_pipeline

__all__ = ["create_pipeline"]
