"""Typed labels, and how likely each is of a typed text."""

import re
from typing import NamedTuple

from selectra_pipeline.config.zero_shot import SLOT
from selectra_pipeline.downstream.entailment import EntailmentModel
from selectra_pipeline.serving.typed_text import InputProblem

SEPARATORS = re.compile(r"[;,\n]")
MOST_LABELS = 50  # each costs a pass through the model


class LabelledText(NamedTuple):
    """The labels of a text.

    Attributes:
        probabilities: by label, in the order in which the labels were typed.
        adds_up: whether they add up to 1; otherwise each label was judged alone.
        words_lost: of the text, to the length that the model reads.
    """

    probabilities: dict[str, float]
    adds_up: bool
    words_lost: int


class LabelChooser:
    """A model of inference, ready to judge texts; may be used from several threads."""

    def __init__(self, model: EntailmentModel) -> None:
        self._model = model

    def choose(
        self, typed: str, typed_labels: str, template: str, several: bool = False
    ) -> LabelledText:
        """Judge the labels, which commas, semicolons or line ends part.

        Raises:
            InputProblem: the text is blank, the labels are less than two (one if several may be
                right), too many or doubled, the template has not one "{}", or is too long.
        """
        text, template = typed.strip(), template.strip()
        if not self._model.pieces(text):
            raise InputProblem("blank")
        labels = _labels(typed_labels, fewest=1 if several else 2)
        if template.count(SLOT) != 1:
            raise InputProblem("slot", slot=SLOT)
        hypotheses = [template.replace(SLOT, label) for label in labels]
        for hypothesis in hypotheses:
            pieces = self._model.pieces(hypothesis)
            if pieces > self._model.room:
                raise InputProblem(
                    "long_hypothesis", text=hypothesis, pieces=pieces, limit=self._model.room
                )
        found = self._model.judge([text], hypotheses, several)
        # The text is as long for all labels: what is lost is about the same for each.
        lost = -(-found.truncation.words // len(labels))
        probabilities = found.probabilities[0].tolist()
        return LabelledText(dict(zip(labels, probabilities, strict=True)), not several, lost)


def _labels(typed: str, fewest: int) -> list[str]:
    labels = [label.strip() for label in SEPARATORS.split(typed)]
    labels = [label for label in labels if label]
    if len(labels) < fewest:
        raise InputProblem("few_labels", fewest=fewest)
    if len(labels) > MOST_LABELS:
        raise InputProblem("many_labels", most=MOST_LABELS)
    for number, label in enumerate(labels):
        if label in labels[:number]:
            raise InputProblem("double_label", label=label)
    return labels
