"""Ids of the exported tokenizer are ours, read through `tokenizers` and through transformers."""

import json
import unicodedata

import pytest

from selectra_pipeline.interchange.fast_tokenizer import fast_tokenizer, tokenizer_files
from selectra_pipeline.vocabulary.tokenizer import Tokenizer
from selectra_pipeline.vocabulary.words import normalize, split_words

TEXTS = [
    "El camión cruzó la frontera.",
    "el año y el ano; ÉL y Él, sólo solo",
    "¿Qué? ¡Ñandú, pingüino, cigüeña! «sí…» – no",
    "un emoji 😀 y otro 😀😀, 漢字 y más",
    "tabulador\ty nueva\nlínea, espacio\u00a0duro",
    "a" * 100 + " " + "a" * 101,
    "",
]
ODD_TEXTS = [
    unicodedata.normalize("NFD", "El camión, el año y el pingüino"),
    "ca\u00admio\u200b\u0301n con guión blando",  # deleted characters, then a combining accent
    "línea\u2028otra\x0botra\x85otra",
    "puntuación nueva \u2e52\u2e52 y \u061d",  # unknown to BertPreTokenizer
]
# Spacing marks stay, nonspacing ones go.
MARKS = "de\u0301a कि"


@pytest.fixture(params=[(False, False), (True, False), (True, True), (False, True)])
def tokenizer(request, vocabulary) -> Tokenizer:
    return Tokenizer(vocabulary, *request.param)


@pytest.mark.parametrize("text", [*TEXTS, *ODD_TEXTS, MARKS])
def test_ids_are_ours_framed_by_cls_and_sep(tokenizer, text):
    expected = [tokenizer.cls_id, *tokenizer.encode(text), tokenizer.sep_id]
    assert fast_tokenizer(tokenizer).encode(text).ids == expected


def test_every_character_of_the_basic_plane_is_split_as_ours(vocabulary):
    fast = fast_tokenizer(Tokenizer(vocabulary))
    known = [
        chr(code)
        for code in range(0x10000)
        if unicodedata.category(chr(code)) not in ("Cn", "Cs")  # known to one side's tables only
    ]
    text = " ".join(f"a{character}b" for character in known)
    words = fast.pre_tokenizer.pre_tokenize_str(fast.normalizer.normalize_str(text))
    assert [word for word, _ in words] == split_words(normalize(text))


def test_pairs_have_two_segments(vocabulary):
    tokenizer = Tokenizer(vocabulary)
    encoded = fast_tokenizer(tokenizer).encode("año", "camión")
    year, lorry = tokenizer.ids["año"], tokenizer.ids["camión"]
    assert encoded.ids == [2, year, 3, lorry, 3]
    assert encoded.type_ids == [0, 0, 0, 1, 1]


def test_mask_token_in_a_text_is_the_mask(vocabulary):
    tokenizer = Tokenizer(vocabulary)
    assert fast_tokenizer(tokenizer).encode("el [MASK] año").ids[3] == tokenizer.mask_id


def test_vocabulary_file_is_ours_line_by_line(vocabulary):
    files = tokenizer_files(Tokenizer(vocabulary), 24)
    assert files["vocab.txt"].split("\n") == [*vocabulary, ""]
    assert json.loads(files["tokenizer.json"])["model"]["vocab"] == {
        entry: number for number, entry in enumerate(vocabulary)
    }


def load_with_transformers(tokenizer: Tokenizer, directory, loader: str):
    transformers = pytest.importorskip("transformers")
    for name, text in tokenizer_files(tokenizer, 24).items():
        (directory / name).write_text(text, encoding="utf-8")
    (directory / "config.json").write_text('{"model_type": "electra"}', encoding="utf-8")
    return getattr(transformers, loader).from_pretrained(directory)


def test_auto_tokenizer_gives_our_ids(tokenizer, tmp_path):
    theirs = load_with_transformers(tokenizer, tmp_path, "AutoTokenizer")
    for text in [*TEXTS, *ODD_TEXTS]:
        assert theirs(text, add_special_tokens=False).input_ids == tokenizer.encode(text), text


@pytest.mark.parametrize("loader", ["ElectraTokenizer", "ElectraTokenizerFast"])
def test_electra_tokenizer_gives_our_ids_for_composed_text(tokenizer, tmp_path, loader):
    theirs = load_with_transformers(tokenizer, tmp_path, loader)
    for text in TEXTS:
        assert theirs(text, add_special_tokens=False).input_ids == tokenizer.encode(text), text


def test_transformers_knows_special_tokens_length_and_inputs(vocabulary, tmp_path):
    tokenizer = Tokenizer(vocabulary)
    theirs = load_with_transformers(tokenizer, tmp_path, "AutoTokenizer")
    assert theirs.all_special_ids == [
        tokenizer.ids[token] for token in ("[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]")
    ]
    assert theirs.mask_token_id == tokenizer.mask_id
    assert theirs.model_max_length == 24
    encoded = theirs(["año", "el año"], ["camión", "no"], padding=True)
    assert set(encoded) == {"input_ids", "token_type_ids", "attention_mask"}
    assert encoded.token_type_ids[1][-2:] == [1, 1]
    assert theirs.decode(tokenizer.encode("el camión")) == "el camión"
