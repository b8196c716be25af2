"""What the model does not get to see."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True)
class Truncation:
    """Counts over the rows of a split.

    Attributes:
        rows: all of them.
        cut: rows of which something is lost to the length.
        words: words that are lost, to the length or because no word piece stands for them
            (control characters only).
        entities: of which a word is lost.
        windows: in which long contexts were read, one for each row that needs no more.
        answers: answers in train of which no window holds the whole.
    """

    rows: int
    cut: int = 0
    words: int = 0
    entities: int = 0
    windows: int = 0
    answers: int = 0

    def __str__(self) -> str:
        counts = dataclasses.asdict(self)
        rows, cut = counts.pop("rows"), counts.pop("cut")
        windows = counts.pop("windows")
        lost = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        read = f", in {windows} windows" if windows else ""
        return f"{rows} rows{read}, {cut} cut; lost: {lost or 'nothing'}"
