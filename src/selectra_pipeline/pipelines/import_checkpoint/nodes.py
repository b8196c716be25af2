"""Nodes of the conversion of a released checkpoint."""

from typing import Any

from selectra_pipeline.config.import_checkpoint import ImportConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.shards.manifest import Manifest


def import_released_checkpoint(
    params: dict[str, Any], vocabulary: dict[str, Any], directories: dict[str, str]
) -> tuple[Manifest, str]:
    """Write a checkpoint's encoders as the run's Hugging Face folders, and tell what it held."""
    from selectra_pipeline.interchange.conversion import import_checkpoint  # imports TensorFlow
    from selectra_pipeline.reporting.import_report import import_report

    model = import_checkpoint(
        ImportConfig.from_params(params, "import_checkpoint"),
        VocabularyConfig.from_params(vocabulary, "vocabulary"),
        directories["model"],
    )
    report = import_report(model)
    print(report)
    return model, report
