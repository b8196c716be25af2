"""The tokenizer of an existing checkpoint: its vocab.txt, and what is said of how to use it."""

import itertools
import json
from pathlib import Path
from typing import NamedTuple

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS, VocabularyConfig
from selectra_pipeline.vocabulary.alphabet import accented_entries
from selectra_pipeline.vocabulary.learning import VocabularyError
from selectra_pipeline.vocabulary.tokenizer import SETTINGS_FILE, VOCABULARY_FILE, Tokenizer

HUGGING_FACE_SETTINGS_FILE = "tokenizer_config.json"
ENCODER_FOLDERS = ("discriminator", "generator")  # of an export, which keeps a copy in each
NAMED_DIFFERENCES = 5


class StatedSettings(NamedTuple):
    """What a checkpoint says of its tokenizer; None where it says nothing."""

    lowercase: bool | None
    strip_accents: bool | None


def find_vocabulary(source: str | Path) -> Path | None:
    """The vocab.txt of a checkpoint.

    Args:
        source: the file itself (.txt), a folder that holds it (or holds `discriminator/` or
            `generator/` that do), or the path prefix of a checkpoint that lies beside it.
    """
    source = Path(source)
    if source.suffix == ".txt" and source.is_file():
        return source
    folders = [source.parent]
    if source.is_dir():
        folders = [source, *(source / name for name in ENCODER_FOLDERS)]
    return next(filter(Path.exists, (folder / VOCABULARY_FILE for folder in folders)), None)


def import_tokenizer(source: str | Path, config: VocabularyConfig) -> Tokenizer:
    """The tokenizer of a checkpoint, special tokens at whatever ids they have there.

    Lower-casing is what `tokenizer_config.json` beside the vocabulary says, and what the
    configuration says where that is silent. As in BERT, a tokenizer that lower-cases strips accents
    too, unless it says that it does not.

    Raises:
        VocabularyError: no vocabulary there, one that can't be used, one that has no accented
            entry, or a tokenizer that strips accents, unless the configuration agrees to that.
    """
    path = find_vocabulary(source)
    if path is None:
        raise VocabularyError(
            f"there is no {VOCABULARY_FILE} in {source}; set vocabulary.import_from to a folder "
            "that holds one, or to the file"
        )
    stated = stated_settings(path.parent)
    _check_stripping(path, stated, config)
    lowercase = config.lowercase if stated.lowercase is None else stated.lowercase
    try:
        tokenizer = Tokenizer(read_entries(path), lowercase, config.strip_accents)
    except ValueError as error:
        raise VocabularyError(f"{path} can't be used: {error}") from error
    accents_expected = config.require_accents and not config.strip_accents
    if accents_expected and not accented_entries(tokenizer.vocabulary).any():
        raise VocabularyError(
            f"{path} has no entry with an accent; choose another checkpoint, or set "
            "vocabulary.require_accents=false for a language without accents"
        )
    if stated.lowercase is None:
        _check_case(path, tokenizer)
    return tokenizer


def _check_case(path: Path, tokenizer: Tokenizer) -> None:
    """Refuse entries in small letters alone for a tokenizer that keeps capitals: all [UNK]."""
    special = set(SPECIAL_TOKENS)
    words = [entry for entry in tokenizer.vocabulary if entry not in special]
    cased = any(entry != entry.upper() for entry in words)  # Arabic, say, has no capitals
    if cased and not tokenizer.lowercase and all(entry == entry.lower() for entry in words):
        raise VocabularyError(
            f"{path} has no entry with a capital letter, and nothing beside it says how it is "
            "used; set vocabulary.lowercase=true"
        )


def check_same_vocabulary(tokenizer: Tokenizer, path: Path) -> None:
    """Check that a checkpoint's vocabulary and its use are the tokenizer's.

    Raises:
        VocabularyError: names the first entries that differ, or the setting.
    """
    theirs = read_entries(path)
    pairs = enumerate(itertools.zip_longest(tokenizer.vocabulary, theirs))
    different = (
        f"{i}: {ours!r} here, {entry!r} there" for i, (ours, entry) in pairs if ours != entry
    )
    lines = list(itertools.islice(different, NAMED_DIFFERENCES))
    stated = stated_settings(path.parent)
    for name, theirs_says in stated._asdict().items():
        ours_says = getattr(tokenizer, name)
        if theirs_says is not None and theirs_says != ours_says:
            lines.append(f"{name}: {ours_says} here, {theirs_says} there")
    if lines:
        raise VocabularyError(
            f"the run's vocabulary ({tokenizer.size} entries) is not {path} ({len(theirs)} "
            "entries), which the weights were trained with; the first differences:\n  "
            + "\n  ".join(lines)
            + f"\nSet vocabulary.import_from={path}, under a new run name (--params run=NAME)"
        )


def read_entries(path: Path) -> list[str]:
    """The entries of a vocab.txt in id order. Raises `ValueError` if it is no UTF-8."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def stated_settings(folder: Path) -> StatedSettings:
    """Read `tokenizer_config.json`, or the settings that our own tokenizer leaves."""
    for name, lowercase_key in (
        (SETTINGS_FILE, "lowercase"),
        (HUGGING_FACE_SETTINGS_FILE, "do_lower_case"),
    ):
        path = folder / name
        if not path.exists():
            continue
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise VocabularyError(f"{path} is damaged ({error}); copy it anew") from error
        lowercase, strip_accents = content.get(lowercase_key), content.get("strip_accents")
        return StatedSettings(lowercase, lowercase if strip_accents is None else strip_accents)
    return StatedSettings(None, None)


def _check_stripping(path: Path, stated: StatedSettings, config: VocabularyConfig) -> None:
    if stated.strip_accents is None or stated.strip_accents == config.strip_accents:
        return
    folder = path.parent
    if stated.strip_accents:
        raise VocabularyError(
            f'the tokenizer in {folder} strips accents ("año" becomes "ano"), as its '
            f"{HUGGING_FACE_SETTINGS_FILE} says; choose a checkpoint that keeps them, or set "
            "vocabulary.strip_accents=true to use this one as it was trained"
        )
    raise VocabularyError(
        f"vocabulary.strip_accents=true, but the tokenizer in {folder} keeps accents; set it to "
        "false, or the weights would read text that they were not trained on"
    )
