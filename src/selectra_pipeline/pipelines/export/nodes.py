"""Nodes of the export stage."""

from selectra_pipeline.shards.manifest import Manifest


def export_model(pretraining: Manifest, directories: dict[str, str]) -> Manifest:
    """Write discriminator and generator as Hugging Face folders."""
    from selectra_pipeline.interchange.huggingface import export  # imports TensorFlow: slow

    return export(pretraining, directories["model"])
