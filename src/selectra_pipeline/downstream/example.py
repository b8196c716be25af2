"""What the model is given of a row."""

from dataclasses import dataclass

IGNORED = -1  # the label of what is not learned


@dataclass(frozen=True)
class Example:
    """Ids and what is to be learned of them.

    Attributes:
        input_ids: [CLS], word pieces, [SEP]; of pairs also the second text and its [SEP].
        labels: one number, a fixed number of them, or one for each id: as the task type's
            `label_spec` says.
        second_segment: index of the first id of segment 1; None without a second text.
    """

    input_ids: list[int]
    labels: int | float | list[int]
    second_segment: int | None = None
