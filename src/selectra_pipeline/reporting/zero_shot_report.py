"""What zero-shot classification says of texts, for people and for programs."""

import textwrap
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from selectra_pipeline.config.zero_shot import (
    BEST_LABEL_COLUMN,
    TEXT_COLUMN,
    TRUE_LABEL_COLUMN,
)
from selectra_pipeline.downstream.zero_shot import Judgements

SHOWN_TEXTS, SHOWN_CHARACTERS = 20, 80


def predictions_frame(judgements: Judgements) -> pd.DataFrame:
    """A row for each text: the text, its true label if known, the best one, and the probabilities.

    Each label has a column of its name.
    """
    texts, labels, probabilities = judgements
    known = {} if texts.labels is None else {TRUE_LABEL_COLUMN: texts.labels}
    frame = pd.DataFrame({TEXT_COLUMN: texts.texts, **known, BEST_LABEL_COLUMN: judgements.best})
    return frame.join(pd.DataFrame(probabilities, columns=list(labels)))


def zero_shot_report(judgements: Judgements, source: str, template: str) -> str:
    """How often each label is the best, the scores if any, and the first texts, in Markdown.

    Args:
        source: of the model.
        template: of the hypotheses.
    """
    count = len(judgements.texts.texts)
    sections = [
        "# Zero-shot classification",
        f"{count:,} texts, judged by {source} with the hypothesis “{template}”.",
        "\n".join(_counts(judgements)),
        "\n".join(_scores(judgements)),
        "\n".join(_first_texts(judgements)),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _counts(judgements: Judgements) -> Iterator[str]:
    best = Counter(judgements.best)
    yield "| label | texts it is the best of |\n|---|---:|"
    for label in judgements.labels:
        yield f"| {label} | {best[label]:,} |"


def _scores(judgements: Judgements) -> Iterator[str]:
    scores = judgements.scores()
    if scores is not None:
        yield "| metric | value |\n|---|---:|"
        yield from (f"| {name} | {value:.4f} |" for name, value in scores.metrics.items())
        yield f"\n{scores.details.strip()}"


def _first_texts(judgements: Judgements) -> Iterator[str]:
    shown = zip(judgements.texts.texts, judgements.best, judgements.probabilities, strict=True)
    yield "| text | best label | probability |\n|---|---|---:|"
    for (text, label, probabilities), _ in zip(shown, range(SHOWN_TEXTS), strict=False):
        short = textwrap.shorten(text, SHOWN_CHARACTERS, placeholder=" ...").replace("|", "\\|")
        yield f"| {short} | {label} | {probabilities.max():.4f} |"
