"""The embedded world's sentences as CoNLL files, and a tokenizer for them."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.corpus.embedded import Sentence, generate_annotated
from selectra_pipeline.vocabulary.tokenizer import Tokenizer
from selectra_pipeline.vocabulary.words import word_pattern

TEST_EVERY = 4


def conll_lines(sentence: Sentence) -> str:
    """One word and its tag a line; an entity begins where its span does."""
    lines = []
    for match in word_pattern().finditer(sentence.text):
        tag = "O"
        for entity in sentence.entities:
            if entity.start <= match.start() < entity.end:
                tag = f"{'B' if match.start() == entity.start else 'I'}-{entity.label}"
        lines.append(f"{match[0]} {tag}\n")
    return "".join(lines)


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> SimpleNamespace:
    """Files `train` and `test`, and a `tokenizer` that knows their frequent words."""
    folder: Path = tmp_path_factory.mktemp("world")
    sentences = [
        sentence
        for document in generate_annotated(0.25, seed=1)
        for _, sentence in document.sentences
        if sentence.entities
    ]
    parts = {"train": [], "test": []}
    for number, sentence in enumerate(sentences):
        parts["test" if number % TEST_EVERY == 0 else "train"].append(conll_lines(sentence))
    paths = {name: folder / f"{name}.conll" for name in parts}
    for name, lines in parts.items():
        paths[name].write_text("\n".join(lines), encoding="utf-8")
    texts = [sentence.text for sentence in sentences]
    characters = sorted(set("".join(texts)) - {" "})
    words = sorted({word for text in texts for word in word_pattern().findall(text)})
    pieces = [*characters, *(f"##{c}" for c in characters), *(w for w in words if len(w) > 1)]
    return SimpleNamespace(**paths, tokenizer=Tokenizer([*SPECIAL_TOKENS, *pieces]))
