"""Scores that others published for Spanish models: the rows beside ours.

The original SELECTRA scored its "dev" on each task's test split and never used validation: what its
authors tuned, they tuned on test. Ours select on validation.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple


class PublishedScore(NamedTuple):
    """A score from 0 to 1 and its standard deviation over trials, where one was published."""

    mean: float
    deviation: float | None = None


class PublishedTask(NamedTuple):
    """What the published scores of a task are.

    Attributes:
        metric: by its name in our results.
        test_rows: of the test split that they are of.
    """

    metric: str
    test_rows: int


class PublishedModel(NamedTuple):
    """A row of a table that was published.

    Attributes:
        parameters: as published, rounded to millions.
        scores: by the task's name in our configuration.
        source: where the scores were published.
    """

    name: str
    parameters: int
    scores: Mapping[str, PublishedScore]
    source: str


PUBLISHED_TASKS = {
    "conll2002_ner": PublishedTask("f1", 1_517),
    "paws_x": PublishedTask("accuracy", 2_000),
    "xnli": PublishedTask("accuracy", 5_010),
}
LANGUAGE = "es"  # of all of them
CARD = "SELECTRA model card"
ALBETO_PAPER = "paper of ALBETO's distilled models"


def _model(
    name: str,
    millions: int,
    ner: PublishedScore,
    paws_x: PublishedScore,
    xnli: PublishedScore,
    source: str = CARD,
) -> PublishedModel:
    scores = dict(zip(PUBLISHED_TASKS, (ner, paws_x, xnli), strict=True))
    return PublishedModel(name, millions * 1_000_000, scores, source)


_score = PublishedScore
PUBLISHED_MODELS = (
    _model("SELECTRA small", 22, _score(0.865, 0.004), _score(0.896, 0.002), _score(0.784, 0.002)),
    _model("SELECTRA medium", 41, _score(0.873, 0.003), _score(0.896, 0.002), _score(0.804, 0.002)),
    _model("mBERT", 178, _score(0.8691), _score(0.8955), _score(0.7876)),
    _model("BETO", 110, _score(0.8759), _score(0.9000), _score(0.8130)),
    _model("RoBERTa-b BNE", 125, _score(0.8851), _score(0.9000), _score(0.8016)),
    _model("RoBERTa-l BNE", 355, _score(0.8772), _score(0.9060), _score(0.7958)),
    _model("BERTIN", 125, _score(0.8835), _score(0.8990), _score(0.7890)),
    _model("ELECTRICIDAD", 109, _score(0.7954), _score(0.9025), _score(0.7878)),
    _model(
        "ALBETO base-10", 12, _score(0.811), _score(0.8995), _score(0.8226), source=ALBETO_PAPER
    ),
    _model("ALBETO base-8", 12, _score(0.802), _score(0.8975), _score(0.8255), source=ALBETO_PAPER),
)


def published_for(languages: Collection[str]) -> Sequence[PublishedModel]:
    """The published models to stand beside ours of these languages (ISO 639 codes).

    Tasks have as many rows in every language, so that their size does not tell.
    """
    return PUBLISHED_MODELS if LANGUAGE in languages else ()
