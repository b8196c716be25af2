"""Held-out metrics for people to read."""

from collections.abc import Mapping

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


def heldout_table(heldout: Mapping[str, float]) -> str:
    """The metrics with the trivial answers beside them, as Markdown."""
    lines = ["| held-out text | model | trivial answer |", "|---|---:|---:|"]
    for metric, name, trivial in HELDOUT_ROWS:
        if metric not in heldout:  # a run may detect nothing, or predict no words
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
