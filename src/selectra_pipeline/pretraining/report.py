"""What a finished run says of itself."""

import numpy as np

from selectra_pipeline.model.initial_weights import InitialWeights, starting_value
from selectra_pipeline.model.trained import load_trained
from selectra_pipeline.shards.files import open_stored
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.accents import accent_markdown, audit_accents

HELDOUT_ROWS = (  # metric, what it is called, the trivial answer's metric
    ("mlm_loss", "MLM loss (nats)", None),
    ("mlm_accuracy", "MLM accuracy", "mlm_trivial_accuracy"),
    ("sampled_accuracy", "sampled accuracy", None),
    ("rtd_loss", "RTD loss (nats)", "rtd_trivial_loss"),
    ("rtd_accuracy", "RTD accuracy", "rtd_trivial_accuracy"),
    ("rtd_precision", "RTD precision", None),
    ("rtd_recall", "RTD recall", None),
    ("rtd_auc", "RTD AUC", None),
)
TRIVIAL_AUC = 0.5


def pretraining_report(pretraining: Manifest) -> str:
    """Held-out metrics with the trivial answers beside them, as Markdown."""
    facts = pretraining.facts
    heldout = facts["heldout"]
    lines = [
        "# Pre-training",
        "",
        f"{facts['parameters']:,} parameters, {facts['step']:,} steps of "
        f"{facts['config']['batch_size']} examples.",
        "",
        "| held-out text | model | trivial answer |",
        "|---|---:|---:|",
    ]
    for metric, name, trivial in HELDOUT_ROWS:
        if metric not in heldout:  # nothing is detected in a run of masked words alone
            continue
        beside = f"{heldout[trivial]:.4f}" if trivial else ""
        if metric == "rtd_auc":
            beside = f"{TRIVIAL_AUC:.4f}"
        lines.append(f"| {name} | {heldout[metric]:.4f} | {beside} |")
    lines += [
        "",
        'Trivial answers: "nothing is replaced" for RTD (its loss: the best constant probability); '
        "for MLM, the token that is seen where it was left in place, else the most frequent word.",
    ]
    return "\n".join(lines) + "\n"


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
