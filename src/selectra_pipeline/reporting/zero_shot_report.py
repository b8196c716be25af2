"""What zero-shot classification says of texts, as rows and as Markdown."""

import pandas as pd

from selectra_pipeline.config.zero_shot import BEST_LABEL_COLUMN, TEXT_COLUMN, TRUE_LABEL_COLUMN
from selectra_pipeline.downstream.markdown import escaped, shortened
from selectra_pipeline.downstream.zero_shot import Judgements

SHOWN_TEXTS = 20
SHOWN_CHARACTERS = 80


def predictions_frame(judgements: Judgements) -> pd.DataFrame:
    """A row for each text: itself, its true label if known, the best one, all probabilities."""
    columns = {TEXT_COLUMN: list(judgements.texts.texts)}
    if judgements.texts.labels is not None:
        columns[TRUE_LABEL_COLUMN] = list(judgements.texts.labels)
    columns[BEST_LABEL_COLUMN] = judgements.best
    for number, label in enumerate(judgements.labels):
        columns[label] = judgements.probabilities[:, number]
    return pd.DataFrame(columns)


def zero_shot_report(judgements: Judgements, model: str, template: str) -> str:
    """The first texts with their best labels, and the scores where true labels are known."""
    texts = judgements.texts.texts
    lines = [
        "# Zero-shot classification",
        "",
        f'{len(texts)} texts by {model}, with "{template}"',
        "",
        "| text | best label | probability |",
        "| --- | --- | ---: |",
    ]
    found = zip(texts, judgements.best, judgements.probabilities.max(axis=-1), strict=True)
    for text, label, probability in list(found)[:SHOWN_TEXTS]:
        lines.append(f"| {_cell(text)} | {_cell(label)} | {probability:.4f} |")
    if len(texts) > SHOWN_TEXTS:
        lines += ["", f"The other {len(texts) - SHOWN_TEXTS} texts are in zeroshot.csv."]
    scores = judgements.scores()
    if scores is not None:
        lines += ["", "## Scores", "", "| metric | |", "| --- | ---: |"]
        lines += [f"| {name} | {value:.4f} |" for name, value in scores.metrics.items()]
        lines += ["", scores.details]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """A text in a cell of a table, cut where it is long."""
    return escaped(shortened(text, SHOWN_CHARACTERS))
