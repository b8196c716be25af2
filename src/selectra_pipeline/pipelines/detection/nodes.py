"""Nodes of the demonstration."""

from typing import Any

from selectra_pipeline.config.project import DetectionConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.shards.manifest import Manifest


def detect_replaced_tokens(
    model: Manifest, params: dict[str, Any], vocabulary: dict[str, Any]
) -> str:
    """Let the discriminator judge every token of a text, and print what it says."""
    from selectra_pipeline.serving.detection import (  # imports TensorFlow: slow
        detect_replaced,
        format_detection,
        load_discriminator,
    )

    config = DetectionConfig.from_params(params, "detection")
    stripping = VocabularyConfig.from_params(vocabulary, "vocabulary")
    table = format_detection(detect_replaced(load_discriminator(model, stripping), config.text))
    print(table)
    return table
