import functools
import gzip
import itertools
import random
import unicodedata

import pytest
import tensorflow as tf

from finished_runs import VOCABULARY
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.serving.graph_tokenizer import GraphTokenizer
from selectra_pipeline.vocabulary.learning import learn
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

CODES = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
# Of those that are all alike only some: ideographs, Hangul, unassigned and private characters.
ALIKE = ("CJK UNIFIED", "HANGUL SYLLABLE", "TANGUT IDEOGRAPH")


def is_alike(character: str) -> bool:
    name = unicodedata.name(character, "")
    is_control = unicodedata.category(character) in ("Cc", "Cf")
    return not is_control and (not name or name.startswith(ALIKE))


VARIOUS = [code for code in CODES if code % 97 == 0 or not is_alike(chr(code))]
# Entries that show what a character became: others are [UNK] in a word.
LETTERS = [*"σςİ가각ßſ\u0307", *(f"##{letter}" for letter in "σς\u0307가각ß")]
OPTIONS = [(False, False), (True, False), (False, True), (True, True)]


@functools.cache
def tokenizer_of(lowercase: bool, strip_accents: bool) -> Tokenizer:
    return Tokenizer([*VOCABULARY, *LETTERS], lowercase, strip_accents)


@functools.cache
def graph_of(tokenizer: Tokenizer):
    spec = [tf.TensorSpec([None], tf.string)]
    return tf.function(GraphTokenizer(tokenizer), input_signature=spec, autograph=False)


def pieces_of(tokenizer: Tokenizer, text: str) -> list[tuple[str, int, int]]:
    """Entry and place of each piece."""
    ids, begins, ends = (rows.to_list()[0] for rows in graph_of(tokenizer)(tf.constant([text])))
    return [
        (tokenizer.vocabulary[number], begin, end)
        for number, begin, end in zip(ids, begins, ends, strict=True)
    ]


def assert_same_ids(tokenizer: Tokenizer, texts: list[str]) -> None:
    for start in range(0, len(texts), 50_000):  # the graph takes some memory for each character
        batch = texts[start : start + 50_000]
        found = graph_of(tokenizer)(tf.constant(batch)).ids.to_list()
        expected = tokenizer.encode_batch(batch)
        different = [
            f"{text!a}: {ours}, not {theirs}"
            for text, ours, theirs in zip(batch, found, expected, strict=True)
            if ours != theirs
        ]
        assert not different, f"{len(different)}, the first: {different[0]}"


def test_every_code_point_inside_a_word_gives_the_tokenizers_ids():
    assert_same_ids(tokenizer_of(False, False), [f"a{chr(code)}b" for code in CODES])


@pytest.mark.parametrize("options", OPTIONS)
def test_characters_give_the_tokenizers_ids_in_every_surrounding(options):
    """Alone; before and behind an accent; beside a capital sigma, which looks at its neighbours."""
    for around in ("{}", "e{}\u0301a", "A{}Σ{}", "{}a\u0327{}"):
        texts = [around.replace("{}", chr(code)) for code in VARIOUS]
        assert_same_ids(tokenizer_of(*options), texts)


NASTY = [
    *("a", "é", "e\u0301", "\u0301", "\u0327", "Σ", "ς", "İ", "ß", "ﬁ", "E\u0301Σ\u0301"),
    *("👨\u200d👩\u200d👧", "😀", "🇪🇸", "漢", "\u2126", "\u1e9b\u0323"),
    *("\u0c46\u0c56", "\u093c", "\u0f73", "\U0001d165"),
    *("각", "가", "\u1112\u1161\u11ab", "\u1161", "\u11a8"),
    *(" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2028", "\x85", "\x1c"),
    *("\ufeff", "\ufffd", "\x00", "\x7f", "\u00ad", "\ue000", "\u0378", "\U000e0001", "\U0010ffff"),
    *("x" * 99, "x" * 100, "x" * 101, "á" * 101, "a\u0301" * 100),
    *(".", "¿", "_", "$", "##b", "[MASK]"),
]  # fmt: skip


def nasty_texts(count: int) -> list[str]:
    draw = random.Random(7)
    return ["".join(draw.choices(NASTY, k=draw.randrange(12))) for _ in range(count)]


@pytest.mark.parametrize("options", OPTIONS)
def test_nasty_texts_give_the_tokenizers_ids(options):
    assert_same_ids(tokenizer_of(*options), nasty_texts(5000))


def test_pieces_lie_in_their_order_and_stand_for_what_they_say():
    tokenizer = tokenizer_of(False, False)
    for text in nasty_texts(500):
        word_begin = last = 0
        for entry, begin, end in pieces_of(tokenizer, text):
            assert 0 <= begin < end <= len(text), ascii(text)
            assert (begin, end) >= (word_begin, last) or begin >= word_begin, ascii(text)
            word_begin, last = begin, end
            bare = entry.removeprefix("##") if len(entry) > 2 else entry
            # Where marks were reordered, a piece stands for all of what was.
            assert entry == "[UNK]" or bare in tokenizer.normalize(text[begin:end]), ascii(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("El camión.", [("El", 0, 2), ("camión", 3, 9), (".", 9, 10)]),
        ("cami\u200bo\u0301n.", [("camión", 0, 8), (".", 8, 9)]),  # deleted, composed
        ("  \u00a0la\tla", [("la", 3, 5), ("la", 6, 8)]),
        ("😀la", [("😀", 0, 1), ("##l", 1, 2), ("##a", 2, 3)]),  # no punctuation, as in BERT
        ("😀 ano", [("😀", 0, 1), ("ano", 2, 5)]),  # one character, four bytes
        ("¿\u0301a", [("¿", 0, 1), ("[UNK]", 1, 3)]),  # nothing composes: places stay apart
        ("la " + "x" * 101 + ".", [("la", 0, 2), ("[UNK]", 3, 104), (".", 104, 105)]),
        ("", []),
        (" \u200b\n", []),
    ],
)
def test_places_are_characters_of_the_raw_text(text, expected):
    assert pieces_of(tokenizer_of(False, False), text) == expected


def test_places_survive_lower_casing_and_stripping():
    text = "\u200bCAMIO\u0301N ΑΣ."
    pieces = pieces_of(tokenizer_of(True, False), text)
    assert [text[begin:end] for _, begin, end in pieces] == ["CAMIO\u0301N", "ΑΣ", "."]
    assert pieces[0][0] == "camión"
    assert pieces_of(tokenizer_of(True, True), "An\u0303o")[0] == ("ano", 0, 4)


@pytest.mark.parametrize("texts", [[], [""], ["", " ", ""]])
def test_nothing_has_no_pieces(texts):
    pieces = graph_of(tokenizer_of(False, False))(tf.constant(texts, tf.string))
    assert pieces.ids.to_list() == [[] for _ in texts]


@pytest.mark.parametrize("wrong", [b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_what_is_no_utf8_is_refused_by_number(wrong):
    with pytest.raises(tf.errors.InvalidArgumentError, match="text 1 is no valid UTF-8"):
        graph_of(tokenizer_of(False, False))(tf.constant([b"hola", wrong, b"\xff"]))


def test_real_text_gives_the_tokenizers_ids(shared_data):
    lines = []
    for path in sorted((shared_data / "corpus").glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as opened:
            lines += [line[:1000] for line in itertools.islice(opened, 100)]
    tokenizer = Tokenizer(learn(lines, VocabularyConfig(size=2000, alphabet_limit=300)))
    assert_same_ids(tokenizer, lines)
    assert_same_ids(tokenizer, [unicodedata.normalize("NFD", line) for line in lines])
