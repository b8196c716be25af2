"""The sentences of evaluation files: TSV, JSON Lines, CoNLL columns, plain text.

The format follows from the name (`.tsv`, `.jsonl`, `.json`). What has another name is CoNLL if its
lines begin with the number of a word, as GermEval's and CoNLL-U's do, or end with entity tags; and
plain text, a sentence a line, if not.
"""

import hashlib
import json
import pathlib
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import zstandard

from selectra_pipeline.config.base import UserError, fingerprint
from selectra_pipeline.corpus.normalization import normalize_line
from selectra_pipeline.shards.files import open_binary
from selectra_pipeline.shards.paths import as_path

COMPRESSIONS = (".gz", ".zst")
JSON_FORMATS = (".jsonl", ".json")
OTHER_FORMATS = (".csv", ".parquet", ".xlsx")
CONLL_LINE = re.compile(r"\S+[ \t](?:.*[ \t])?(?:O|[BI]-[\w.-]+)[ \t]*")
# The number of a word, or those of the words that one is made of, and the word. CoNLL-U has places
# without a word, too ("8.1").
NUMBERED_LINE = re.compile(r"(\d+)(?:-(\d+)|(\.\d+))?\t([^\t]+)\t.*")
COMMENT = "#"  # how it begins where lines are numbered
LINES_TO_JUDGE_BY = 100
UNREADABLE = (OSError, EOFError, zlib.error, zstandard.ZstdError)


class EvaluationFileError(UserError, ValueError):
    """An evaluation file that cannot be read. The message says where, and how to mend it."""


class Sentence(NamedTuple):
    """A text of an evaluation file, and the line where it stands or begins, from 1."""

    line: int
    text: str


def read_sentences(path: str, text_fields: Sequence[str]) -> Iterator[Sentence]:
    """The texts of an evaluation file, normalised, in order.

    Raises:
        EvaluationFileError: no such file, another format or encoding, or none of `text_fields`.
    """
    suffix = _format(path)
    if suffix in OTHER_FORMATS:
        raise EvaluationFileError(
            f"{path}: {suffix} is not read; convert it to TSV with a header, or to JSON Lines"
        )
    lines = _decode(path).split("\n")  # not splitlines: texts may contain U+2028
    numbered = _is_numbered(lines)
    if suffix == ".tsv" and not numbered:
        sentences = _tsv_sentences(path, lines, text_fields)
    elif suffix in JSON_FORMATS:
        sentences = _json_sentences(path, lines, text_fields)
    elif numbered:
        sentences = _numbered_sentences(lines)
    elif _is_conll(lines):
        sentences = _conll_sentences(lines)
    else:
        sentences = (Sentence(number, line) for number, line in enumerate(lines, start=1))
    for line, text in sentences:
        if text := normalize_line(text):
            yield Sentence(line, text)


def evaluation_digest(paths: Sequence[str]) -> str:
    """What the files hold, in 16 hex digits: changes when one of them does."""
    return fingerprint([hashlib.sha256(_read(path)).hexdigest() for path in paths])


def _format(path: str) -> str:
    name = as_path(path).name.lower()
    for compression in COMPRESSIONS:
        name = name.removesuffix(compression)
    return pathlib.PurePath(name).suffix


def _read(path: str) -> bytes:
    try:
        with open_binary(path) as opened:
            return opened.read()
    except UNREADABLE as error:
        raise EvaluationFileError(
            f"{path} cannot be read ({error}); correct decontamination.files, or fetch it again"
        ) from error


def _decode(path: str) -> str:
    content = _read(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvaluationFileError(
            f"{path} is not UTF-8 (byte {error.start}); convert it, for example with "
            "`iconv -f latin1 -t utf-8`"
        ) from None


def _tsv_sentences(path: str, lines: list[str], text_fields: Sequence[str]) -> Iterator[Sentence]:
    """Quotation marks are text: XNLI and PAWS-X hold bare ones, which a CSV reader stumbles on."""
    header = lines[0].rstrip("\r").split("\t")
    columns = [index for index, name in enumerate(header) if name in text_fields]
    if not columns:
        raise EvaluationFileError(_no_text(f"{path}, line 1", "column", header, text_fields))
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        values = line.rstrip("\r").split("\t")
        if len(values) <= max(columns):
            raise EvaluationFileError(
                f"{path}, line {number}: {len(values)} columns, but the header names "
                f"{len(header)}; mend or delete the line"
            )
        yield from (Sentence(number, values[column]) for column in columns)


def _json_sentences(path: str, lines: list[str], text_fields: Sequence[str]) -> Iterator[Sentence]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        record = _json_object(where, line)
        fields = [name for name in text_fields if name in record]
        if not fields:
            raise EvaluationFileError(_no_text(where, "field", list(record), text_fields))
        yield from (Sentence(number, _joined(where, name, record[name])) for name in fields)


def _json_object(where: str, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise EvaluationFileError(f"{where}: no JSON ({error}); mend the line") from None
    if not isinstance(record, dict):
        raise EvaluationFileError(
            f"{where}: a JSON object was expected, one on each line; got {type(record).__name__}"
        )
    return record


def _joined(where: str, name: str, value: Any) -> str:
    """A field's text; a list of words is joined with spaces."""
    words = value if isinstance(value, list) else [value]
    if not all(isinstance(word, str) for word in words):
        raise EvaluationFileError(
            f"{where}: {name!r} is neither a text nor a list of words; leave it out of "
            "decontamination.text_fields or convert the file"
        )
    return " ".join(words)


def _no_text(where: str, what: str, names: list[str], text_fields: Sequence[str]) -> str:
    return (
        f"{where}: no {what} is one of decontamination.text_fields ({', '.join(text_fields)}); "
        f"there are: {', '.join(names)}; add those that hold text"
    )


def _is_numbered(lines: list[str]) -> bool:
    """Whether words are numbered from 1 in each of several sentences.

    In a table whose first column is a number, they are not.
    """
    expected, sentences = 1, 0
    for line in lines[:LINES_TO_JUDGE_BY]:
        if line.startswith(COMMENT):
            continue
        if not line.strip():
            expected = 1
            continue
        found = NUMBERED_LINE.fullmatch(line.rstrip("\r"))
        if found is None or int(found[1]) not in (expected, expected - 1):
            return False
        if found[2] is None and found[3] is None:
            if int(found[1]) != expected:
                return False
            sentences += expected == 1
            expected += 1
    return sentences > 1


def _numbered_sentences(lines: list[str]) -> Iterator[Sentence]:
    """The words of the second column; sentences end at blank lines.

    A word that is made of others ("del" of "de" and "el") stands before them, with both numbers.
    """
    words: list[str] = []
    begins, last = 0, 0
    for number, line in enumerate([*lines, ""], start=1):
        found = NUMBERED_LINE.fullmatch(line.rstrip("\r"))
        if found is None:
            if words and not line.startswith(COMMENT):
                yield Sentence(begins, " ".join(words))
                words, last = [], 0
            continue
        first, to, is_no_word, word = found.groups()
        if is_no_word is None and int(first) > last:
            begins = begins if words else number
            words.append(word)
            last = int(to or first)


def _is_conll(lines: list[str]) -> bool:
    judged = [line.rstrip("\r") for line in lines if line.strip()][:LINES_TO_JUDGE_BY]
    return bool(judged) and all(CONLL_LINE.fullmatch(line) for line in judged)


def _conll_sentences(lines: list[str]) -> Iterator[Sentence]:
    """The words of the first column; sentences end at blank lines."""
    words: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            words.append(line.split(None, 1)[0])
        elif words:
            yield Sentence(number - len(words), " ".join(words))
            words = []
