"""Finding text of evaluation files in documents.

A document leaks if it shares a run of 13 words with a sentence of an evaluation file (Brown et al.
2020, appendix C), or holds a shorter one whole. Case, accents and punctuation do not count
(`word_ngrams`); runs do not cross from one sentence to the next.

datatrove's `NGramsDecontIndexer` loads its tasks through lighteval, which lacks these; it does not
tell where in a file a run stands, nor match shorter sentences.
"""

import dataclasses
import itertools
from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np

from selectra_pipeline.config.decontamination import DecontaminationConfig
from selectra_pipeline.corpus.evaluation_files import EvaluationFileError, read_sentences
from selectra_pipeline.corpus.word_ngrams import WORD, WordHasher, ngram_hashes
from selectra_pipeline.shards.paths import as_path

SLOTS_PER_RUN = 16  # of the table that answers "surely not there": 6% of other runs get past it


class Leak(NamedTuple):
    """Text of an evaluation file in a document.

    Attributes:
        file: name of the evaluation file, with its folder's ("es/dev_2k.tsv").
        line: where in it the sentence stands or begins, from 1.
        words: the run of words, as the document has it.
    """

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.words}"


@dataclasses.dataclass
class Coverage:
    """How the sentences of an evaluation file are looked for.

    Attributes:
        file: its name.
        by_runs: sentences of which every run of `run_words` is looked for.
        whole: shorter ones, which are found whole.
        too_short: those that nothing protects.
    """

    file: str
    by_runs: int = 0
    whole: int = 0
    too_short: int = 0


class Decontaminator:
    """Finds leaks. Small (some MB) and picklable, so that every task can have its own.

    Args:
        runs: hashes of the runs to look for, sorted, each once. uint64 [runs]
        origins: index of the file of each, and line. int32 [runs, 2]
        lengths: numbers of words that the runs have.
        coverage: one for each file.
    """

    def __init__(
        self,
        runs: np.ndarray,
        origins: np.ndarray,
        lengths: frozenset[int],
        coverage: tuple[Coverage, ...],
    ) -> None:
        self.coverage = coverage
        self._runs, self._origins, self._lengths = runs, origins, lengths
        self._hasher = WordHasher()
        bits = max(1, (SLOTS_PER_RUN * len(runs)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._occupied = np.zeros(1 << bits, bool)
        self._occupied[self._slots(runs)] = True

    @classmethod
    def build(cls, config: DecontaminationConfig) -> Self:
        """Read the evaluation files, of which `config` names one or more: 2 s for 30,000 sentences.

        Raises:
            EvaluationFileError: a file cannot be read, or holds no sentence that is long enough.
        """
        index = _Index(config)
        for file, path in enumerate(config.files):
            index.add_file(file, path)
        runs, first = np.unique(np.concatenate(index.runs), return_index=True)
        origins = np.concatenate(index.origins)[first]
        lengths = frozenset(index.lengths)
        return cls(runs, origins, lengths, tuple(index.coverage))

    def find(self, text: str) -> Leak | None:
        """A leak in a normalised text, None if there is none."""
        words = self._hasher.hash_words(text)
        for length, hashes in ngram_hashes(words, max(self._lengths)):
            if length in self._lengths and (found := self._first(hashes)):
                position, (file, line) = found
                return Leak(self.coverage[file].file, line, _words(text, position, length))
        return None

    def _first(self, hashes: np.ndarray) -> tuple[int, list[int]] | None:
        """Position and origin of the first run that is in the index."""
        candidates = np.flatnonzero(self._occupied[self._slots(hashes)])
        if not candidates.size:
            return None
        places = np.searchsorted(self._runs, hashes[candidates])
        places[places == len(self._runs)] = 0
        hits = np.flatnonzero(self._runs[places] == hashes[candidates])
        if not hits.size:
            return None
        return int(candidates[hits[0]]), self._origins[places[hits[0]]].tolist()

    def _slots(self, hashes: np.ndarray) -> np.ndarray:
        return (hashes >> self._shift).view(np.int64)


def coverage_report(coverage: Iterable[Coverage]) -> str:
    """How well each evaluation file is protected, as a table in Markdown."""
    lines = ["| evaluation file | sentences by runs | whole | too short to be protected |"]
    lines.append("|---|---:|---:|---:|")
    lines += [
        f"| {file.file} | {file.by_runs:,} | {file.whole:,} | {file.too_short:,} |"
        for file in coverage
    ]
    return "\n".join(lines) + "\n"


class _Index:
    """What is gathered from the evaluation files."""

    def __init__(self, config: DecontaminationConfig) -> None:
        self._config = config
        self._hasher = WordHasher()
        self.runs: list[np.ndarray] = []
        self.origins: list[np.ndarray] = []
        self.lengths: set[int] = set()
        self.coverage: list[Coverage] = []

    def add_file(self, file: int, path: str) -> None:
        coverage = Coverage("/".join(as_path(path).parts[-2:]))
        for line, text in read_sentences(path, self._config.text_fields):
            words = self._hasher.hash_words(text)
            if len(words) >= self._config.run_words:
                coverage.by_runs += 1
            elif len(words) >= self._config.min_sentence_words:
                coverage.whole += 1
            else:
                coverage.too_short += 1
                continue
            self._add_sentence(words, file, line)
        if not coverage.by_runs + coverage.whole:
            raise EvaluationFileError(
                f"{path} holds no sentence of {self._config.min_sentence_words} words or more; "
                "correct decontamination.files or lower decontamination.min_sentence_words"
            )
        self.coverage.append(coverage)

    def _add_sentence(self, words: np.ndarray, file: int, line: int) -> None:
        length = min(len(words), self._config.run_words)
        *_, (_, hashes) = ngram_hashes(words, length)
        self.runs.append(hashes)
        self.origins.append(np.full((len(hashes), 2), (file, line), np.int32))
        self.lengths.add(length)


def _words(text: str, first: int, count: int) -> str:
    """`count` words of a text from word `first` on, with what stands between them."""
    spans = [match.span() for match in itertools.islice(WORD.finditer(text), first, first + count)]
    return text[spans[0][0] : spans[-1][1]]
