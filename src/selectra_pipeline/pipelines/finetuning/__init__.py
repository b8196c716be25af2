"""The finetuning stage."""

from selectra_pipeline.pipelines.finetuning.pipeline import create_pipeline

__all__ = ["create_pipeline"]
