"""Files in the columns of the CoNLL shared tasks."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectra_pipeline.config.base import UserError
from selectra_pipeline.downstream.entities import OUTSIDE
from selectra_pipeline.shards.paths import Path, as_path

ENTITY_TAG = re.compile(rf"{OUTSIDE}|[BI]-[\w.-]+")
COLUMN_SEPARATOR = re.compile(r"[ \t]+")


class ConllError(UserError, ValueError):
    """A file that is not what was asked for. The message says where, and how to mend it."""


class TaggedSentence(NamedTuple):
    """Words and the tag of each."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def read_entities(path: str | Path) -> list[TaggedSentence]:
    """Sentences with entity tags (`O`, `B-type`, `I-type`) in the last column, words in the first.

    Columns are separated by spaces or tabs, sentences by one or more blank lines. UTF-8, with
    or without a byte-order mark.

    Raises:
        ConllError: no such file, another encoding, a line without a tag, an unknown tag, or no
            entity at all.
    """
    path = as_path(path)
    sentences = list(_sentences(path))
    for sentence in sentences:
        for tag in sentence.tags:
            if not ENTITY_TAG.fullmatch(tag):
                raise ConllError(
                    f"{path}: {tag!r} is no entity tag ({OUTSIDE}, B-type or I-type) in "
                    f"{' '.join(sentence.words[:8])!r} ...; the last column must hold entity tags"
                )
    if all(tag == OUTSIDE for sentence in sentences for tag in sentence.tags):
        raise ConllError(
            f"{path} holds {len(sentences)} sentences without a single entity; give a file with "
            "entity tags in its last column"
        )
    return sentences


def _sentences(path: Path) -> Iterator[TaggedSentence]:
    rows: list[tuple[str, str]] = []
    for number, line in enumerate([*_text(path).split("\n"), ""], start=1):
        columns = COLUMN_SEPARATOR.split(line.strip(" \t\r"))
        if columns == [""]:
            if rows:
                yield TaggedSentence(*zip(*rows, strict=True))
            rows = []
        elif len(columns) == 1:
            raise ConllError(
                f"{path}, line {number}: one column ({columns[0]!r}); a line needs a word and, "
                "separated by a space or a tab, its tag"
            )
        else:
            rows.append((columns[0], columns[-1]))


def _text(path: Path) -> str:
    if not path.is_file():
        raise ConllError(f"{path} is no file; give the path of a CoNLL file")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConllError(
            f"{path} is not UTF-8 (byte {error.start}); the files of CoNLL-2002 are distributed in "
            f"Latin-1: iconv -f latin1 -t utf8 {path.name} converts them"
        ) from error
