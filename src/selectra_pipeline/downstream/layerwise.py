"""Layerwise decay of the learning rate: the nearer to the words, the slower."""

import re
from collections.abc import Sequence

from selectra_pipeline.config.finetuning import FinetuningConfig

LAYER = re.compile(r"/layer_(\d+)/")


def rate_factors(paths: Sequence[str], num_layers: int, config: FinetuningConfig) -> list[float]:
    """What the learning rate of each variable is multiplied by: decay^(depth of head - its depth).

    Embeddings (and their projection) have depth 0, layer i has depth i + 1. The head has depth
    num_layers + 2 in the original, so that there is none at num_layers + 1 and the last layer
    decays twice (google-research/electra, model/optimization.py, _get_layer_lrs); in the corrected
    form it has num_layers + 1.
    """
    head = num_layers + (2 if config.layer_decay_form == "original" else 1)
    return [config.layer_decay ** (head - _depth(path, head)) for path in paths]


def _depth(path: str, head: int) -> int:
    layer = LAYER.search(path)
    if layer:
        return int(layer[1]) + 1
    return 0 if "/embeddings" in path else head
