"""Nodes of the conversion to a checkpoint of google-research/electra."""

from typing import Any

from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.shards.manifest import Manifest


def write_original_checkpoint(
    model: Manifest, vocabulary: dict[str, Any], directories: dict[str, str]
) -> Manifest:
    """Write the run's export, or what was imported, as the original's code reads it."""
    from selectra_pipeline.interchange.original_folder import export_original  # imports TensorFlow

    config = VocabularyConfig.from_params(vocabulary, "vocabulary")
    return export_original(model, config, directories["original"])
