"""Plots of a run."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.reporting.healthy_course import (
    AUC_TOLERANCE,
    RELATIVE_TOLERANCE,
    has_course,
    healthy_band,
)

TRAIN_COLOR, HELDOUT_COLOR, TRIVIAL_COLOR = "#9db7d5", "#1f4e8c", "#b0b0b0"
ACCENT_COLOR, COURSE_COLOR = "#c4622d", "#7fb069"
COURSE_POINTS = 200  # along the steps, enough for a smooth band


class Curve(NamedTuple):
    """One line of a panel: a metric of "train" or "heldout", and how it looks."""

    split: str
    metric: str
    color: str
    label: str
    line: str = "-"


class Panel(NamedTuple):
    """One small plot.

    `course` names the metric of the healthy band behind the curves; `limits` are the lowest and
    highest value of the axis, None as the curves need.
    """

    title: str
    curves: tuple[Curve, ...]
    course: str | None = None
    limits: tuple[float | None, float | None] = (None, None)


FROM_0 = (0.0, None)


def _train(metric: str) -> Curve:
    return Curve("train", metric, TRAIN_COLOR, "train")


def _heldout(metric: str) -> Curve:
    return Curve("heldout", metric, HELDOUT_COLOR, "heldout", ".-")


def _trivial(metric: str) -> Curve:
    return Curve("heldout", metric, TRIVIAL_COLOR, "trivial", "--")


def _by_accent(metric: str) -> tuple[Curve, Curve]:
    return (
        Curve("heldout", f"accented_{metric}", ACCENT_COLOR, "with a diacritic", ".-"),
        Curve("heldout", f"unaccented_{metric}", HELDOUT_COLOR, "without", ".-"),
    )


PANELS = (
    Panel("loss", (_train("loss"),), "loss"),
    Panel("MLM loss (nats)", (_train("mlm_loss"), _heldout("mlm_loss")), "mlm_loss"),
    Panel(
        "RTD loss (nats)",
        (_train("rtd_loss"), _trivial("rtd_trivial_loss"), _heldout("rtd_loss")),
        "rtd_loss",
    ),
    Panel("RTD AUC", (_heldout("rtd_auc"),), "rtd_auc"),
    Panel("MLM accuracy", (_trivial("mlm_trivial_accuracy"), _heldout("mlm_accuracy"))),
    Panel("sampled accuracy", (_heldout("sampled_accuracy"),), limits=FROM_0),
    Panel("movement of word embeddings (L2)", _by_accent("movement"), limits=FROM_0),
    Panel("drift: shared part of the movement", _by_accent("drift"), limits=(0.0, 1.0)),
    Panel("gradient norm before clipping", (_train("gradient_norm"),)),
    Panel("learning rate", (_train("learning_rate"),)),
    Panel("tokens a second", (_train("tokens_per_second"),), limits=FROM_0),
    Panel("MFU", (_train("mfu"),), limits=FROM_0),
)
PROBE = Panel(
    "probe: entity F1",
    (Curve("probe", "f1", HELDOUT_COLOR, "entity F1", ".-"),),
    limits=(0.0, 1.0),
)
COLUMNS = 4
PLAIN_ELECTRA = ObjectiveConfig()


def training_curves(
    history: Sequence[dict],
    batch_size: int,
    vocab_size: int,
    objective: ObjectiveConfig = PLAIN_ELECTRA,
) -> Figure:
    """Losses, held-out metrics, learning rate and speed over the steps of a run.

    Behind losses and AUC lies a faint band, the course of other small ELECTRAs
    (`selectra_pipeline.reporting.healthy_course`). What is missing or no number is not drawn; a run
    with probes has a panel of their scores.

    Args:
        history: entries {"step", "split": "train", "heldout" or "probe", metrics...} in order.
        batch_size, vocab_size, objective: of the run, for the band.
    """
    probed = any(entry["split"] == PROBE.curves[0].split for entry in history)
    panels = (*PANELS, PROBE) if probed else PANELS
    rows = math.ceil(len(panels) / COLUMNS)
    figure = Figure(figsize=(17, 3.3 * rows), layout="constrained")
    for number, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(rows, COLUMNS, number)
        drawn = [step for curve in panel.curves for step in _draw(axes, history, curve)]
        if panel.course and drawn and has_course(panel.course, objective):
            _draw_course(axes, panel.course, drawn, batch_size, vocab_size)
        axes.set_title(panel.title)
        axes.set_xlabel("step")
        axes.set_ylim(*panel.limits)
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))  # 150k
        axes.grid(alpha=0.3)
        if drawn:
            axes.legend(frameon=False, fontsize="small")
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


def _draw(axes: Axes, history: Sequence[dict], curve: Curve) -> list[int]:
    """Draw a curve; the steps that it has values at."""
    points = [
        (entry["step"], entry[curve.metric])
        for entry in history
        if entry["split"] == curve.split and _is_number(entry.get(curve.metric))
    ]
    if not points:
        return []
    steps, values = zip(*points, strict=True)
    axes.plot(steps, values, curve.line, color=curve.color, label=curve.label)
    return list(steps)


def _draw_course(
    axes: Axes, metric: str, drawn: Sequence[int], batch_size: int, vocab_size: int
) -> None:
    tolerance = AUC_TOLERANCE if metric == "rtd_auc" else f"{RELATIVE_TOLERANCE:.0%}"
    steps = np.linspace(max(1, min(drawn)), max(drawn), COURSE_POINTS)
    band = healthy_band(metric, steps, batch_size, vocab_size)
    label = f"a small ELECTRA's course ± {tolerance}"
    axes.fill_between(steps, *band, color=COURSE_COLOR, alpha=0.18, linewidth=0, label=label)


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
