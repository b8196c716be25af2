"""Plots of a run."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.figure import Figure

TRAIN_COLOR, HELDOUT_COLOR, TRIVIAL_COLOR = "#9db7d5", "#1f4e8c", "#b0b0b0"


class Panel(NamedTuple):
    """One small plot: metrics of the splits, and the trivial answer's where there is one."""

    title: str
    train: str | None
    heldout: str | None
    trivial: str | None = None


PANELS = (
    Panel("loss", "loss", None),
    Panel("MLM loss (nats)", "mlm_loss", "mlm_loss"),
    Panel("RTD loss (nats)", "rtd_loss", "rtd_loss", "rtd_trivial_loss"),
    Panel("MLM accuracy", None, "mlm_accuracy", "mlm_trivial_accuracy"),
    Panel("RTD AUC", None, "rtd_auc"),
    Panel("learning rate", "learning_rate", None),
)


def training_curves(history: Sequence[dict]) -> Figure:
    """Losses, held-out metrics and learning rate over the steps of a run.

    Args:
        history: entries {"step", "split": "train" or "heldout", metrics...} in order.
    """
    figure = Figure(figsize=(12, 6.5), layout="constrained")
    for axes, panel in zip(figure.subplots(2, 3).flat, PANELS, strict=True):
        _draw(axes, history, "train", panel.train, TRAIN_COLOR)
        _draw(axes, history, "heldout", panel.trivial, TRIVIAL_COLOR, "trivial", linestyle="--")
        _draw(axes, history, "heldout", panel.heldout, HELDOUT_COLOR, marker=".")
        axes.set_title(panel.title)
        axes.set_xlabel("step")
        axes.grid(alpha=0.3)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False)
    return figure


def learning_rate_plan(
    steps: Sequence[int], rates: Sequence[float], restarts: Sequence[int]
) -> Figure:
    """The learning rate that is planned for a run.

    Args:
        steps, rates: points of the curve, in order.
        restarts: steps at which a new cycle begins, drawn as lines.
    """
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(steps, rates, color=HELDOUT_COLOR, label="planned")
    for number, restart in enumerate(restarts):
        label = "restart" if number == 0 else None
        axes.axvline(restart, color=TRIVIAL_COLOR, linestyle="--", label=label)
    axes.set_title("learning rate")
    axes.set_xlabel("step")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    return figure


def _draw(axes, history, split, metric, color, label=None, **style) -> None:
    points = [(entry["step"], entry[metric]) for entry in history if _has(entry, split, metric)]
    if points:
        axes.plot(*zip(*points, strict=True), color=color, label=label or split, **style)


def _has(entry: dict, split: str, metric: str | None) -> bool:
    return entry["split"] == split and metric in entry
