"""Nodes of the export stage."""

from typing import Any

from selectra_pipeline.config.card import CardConfig
from selectra_pipeline.config.checkpoint import CheckpointConfig
from selectra_pipeline.config.export import ExportConfig
from selectra_pipeline.shards.manifest import Manifest


def export_model(
    pretraining: Manifest,
    params: dict[str, Any],
    checkpoint: dict[str, Any],
    directories: dict[str, str],
) -> Manifest:
    """Write discriminator and generator as Hugging Face folders."""
    from selectra_pipeline.interchange.huggingface import export  # imports TensorFlow: slow
    from selectra_pipeline.model.trained import at_best_checkpoint

    config = ExportConfig.from_params(params, "export")
    if config.checkpoint == "best":
        wanted = CheckpointConfig.from_params(checkpoint, "pretraining.checkpoint")
        pretraining = at_best_checkpoint(pretraining, wanted)
    return export(pretraining, directories["model"])


def write_cards(
    card: dict[str, Any],
    documents: Manifest,
    records: Manifest,
    pretraining: Manifest,
    model: Manifest,
) -> str:
    """Write the cards of a model that has none yet: evaluation writes them anew, with results."""
    from selectra_pipeline.reporting.model_card import complete_model_cards
    from selectra_pipeline.reporting.training_facts import TrainingRun

    cards = complete_model_cards(
        CardConfig.from_params(card, "card"), TrainingRun(documents, records, pretraining, model)
    )
    return next(iter(cards.values()))
