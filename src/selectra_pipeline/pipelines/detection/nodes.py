"""Nodes of the demonstration."""

from typing import Any

from selectra_pipeline.config.project import DetectionConfig
from selectra_pipeline.shards.manifest import Manifest


def detect_replaced_tokens(pretraining: Manifest, params: dict[str, Any]) -> str:
    """Let the discriminator judge every token of a text, and print what it says."""
    from selectra_pipeline.interchange.detection import detect_replaced, format_detection

    config = DetectionConfig.from_params(params, "detection")
    table = format_detection(detect_replaced(pretraining, config.text))
    print(table)
    return table
