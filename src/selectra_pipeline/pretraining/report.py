"""What a finished run says of itself."""

import numpy as np

from selectra_pipeline.model.initial_weights import InitialWeights, starting_value
from selectra_pipeline.model.trained import load_trained
from selectra_pipeline.pretraining.heldout_table import heldout_table
from selectra_pipeline.shards.files import open_stored
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.accents import accent_markdown, audit_accents


def pretraining_report(pretraining: Manifest) -> str:
    """Held-out metrics with the trivial answers beside them, as Markdown."""
    facts = pretraining.facts
    return "\n".join(
        [
            "# Pre-training",
            "",
            f"{facts['parameters']:,} parameters, {facts['step']:,} steps of "
            f"{facts['config']['batch_size']} examples.",
            "",
            heldout_table(facts["heldout"]),
        ]
    )


def accent_report(
    pretraining: Manifest, records: Manifest, initial_weights: InitialWeights | None = None
) -> str:
    """How entries with and without a diacritic fared in training, as Markdown.

    Args:
        initial_weights: that the run started from, if it did not start from random ones.
    """
    model, tokenizer, config = load_trained(pretraining)
    table = model.embeddings.word_embeddings
    initial = starting_value(table.path, tuple(table.shape), config, initial_weights)
    with open_stored(records.paths("token_counts")[0]) as opened:
        counts = np.load(opened)
    groups = audit_accents(tokenizer.vocabulary, counts, initial, table.numpy())
    return accent_markdown(groups)
