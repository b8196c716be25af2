"""Score against parameters: our checkpoints among the published models."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator
from matplotlib.transforms import Bbox

from selectra_pipeline.downstream.results import TaskResult
from selectra_pipeline.reporting.published import PUBLISHED_MODELS, PublishedModel
from selectra_pipeline.reporting.results_table import Column, columns_of, is_other_split

OUR_COLOR, PUBLISHED_COLOR = "#c4622d", "#6f7f94"
PANELS_ACROSS = 2
LABEL_SIZE = 8  # points


class Place(NamedTuple):
    """Where a label may stand: points from its point, and which side of it is there."""

    offset: tuple[float, float]
    side: str


PLACES = tuple(  # the nearest first
    Place((distance * x, distance * y), side)
    for distance in (8, 14, 24, 36, 50)
    for x, y, side in (
        (1, 0, "left"),
        (-1, 0, "right"),
        (0, 1.4, "center"),
        (0, -1.4, "center"),
        (0.7, 1, "left"),
        (0.7, -1, "left"),
        (-0.7, 1, "right"),
        (-0.7, -1, "right"),
    )
)


class Point(NamedTuple):
    """A model on a task."""

    name: str
    parameters: int
    mean: float
    deviation: float | None
    ours: bool


def score_against_parameters(
    results: Sequence[TaskResult], published: Sequence[PublishedModel] = PUBLISHED_MODELS
) -> Figure:
    """A panel for each task, parameters on a logarithmic axis, bars of one standard deviation.

    A checkpoint of which all trials diverged has no point.
    """
    columns = columns_of(results)
    across = min(len(columns), PANELS_ACROSS)
    down = math.ceil(len(columns) / across)
    figure = Figure(figsize=(6.5 * across, 5 * down), layout="constrained")
    drawn = []
    for number, column in enumerate(columns, start=1):
        axes = figure.add_subplot(down, across, number)
        of_column = [r for r in results if (r.task, r.metric) == column]
        points = [*_published_points(column, published), *_our_points(of_column)]
        _draw(axes, points)
        other = any(map(is_other_split, of_column)) and any(not point.ours for point in points)
        axes.set_title(f"{column.task}\n(ours on another test split)" if other else column.task)
        axes.set_ylabel(column.metric)
        drawn.append((axes, points))
    figure.draw_without_rendering()  # labels are placed by pixels, which the layout decides
    for axes, points in drawn:
        _label(axes, points)
    return figure


def _our_points(results: Iterable[TaskResult]) -> Iterator[Point]:
    for result in results:
        if result.mean is not None:
            yield Point(result.checkpoint, result.parameters, result.mean, result.deviation, True)


def _published_points(column: Column, published: Iterable[PublishedModel]) -> Iterator[Point]:
    for model in published:
        score = column.published(model)
        if score is not None:
            yield Point(model.name, model.parameters, score.mean, score.deviation, False)


def _draw(axes: Axes, points: Iterable[Point]) -> None:
    for point in points:
        axes.errorbar(
            point.parameters,
            point.mean,
            yerr=point.deviation,
            fmt="D" if point.ours else "o",
            markersize=8 if point.ours else 5,
            color=OUR_COLOR if point.ours else PUBLISHED_COLOR,
            capsize=3,
            zorder=3 if point.ours else 2,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))  # 20M
    axes.xaxis.set_minor_formatter("")
    axes.set_xlabel("parameters")
    axes.margins(x=0.2, y=0.12)
    axes.grid(alpha=0.3)


def _label(axes: Axes, points: Sequence[Point]) -> None:
    """Write the names beside the points, ours first, so that they get the nearest places."""
    pixels = [axes.transData.transform((point.parameters, point.mean)) for point in points]
    taken = [Bbox.from_extents(x - 5, y - 5, x + 5, y + 5) for x, y in pixels]
    for point in sorted(points, key=lambda point: (not point.ours, -point.mean)):
        taken.append(_place(axes, point, taken))


def _place(axes: Axes, point: Point, taken: Sequence[Bbox]) -> Bbox:
    """Write one name at the nearest place that is free; the box that it fills, in pixels."""
    label = axes.annotate(
        point.name,
        (point.parameters, point.mean),
        xytext=(0, 0),
        textcoords="offset points",
        va="center",
        fontsize=LABEL_SIZE + 1 if point.ours else LABEL_SIZE,
        fontweight="bold" if point.ours else "normal",
        color=OUR_COLOR if point.ours else "black",
    )

    def box_at(place: Place) -> Bbox:
        label.set(position=place.offset, ha=place.side)
        return label.get_window_extent()

    def is_free(place: Place) -> bool:
        box = box_at(place)
        return _is_within(box, axes.bbox) and not any(map(box.overlaps, taken))

    return box_at(next(filter(is_free, PLACES), PLACES[0]))


def _is_within(box: Bbox, frame: Bbox) -> bool:
    return frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
