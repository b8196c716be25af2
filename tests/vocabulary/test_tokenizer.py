import json
import pickle
import random
import subprocess
import sys
import unicodedata

import numpy as np
import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS, VocabularyConfig
from selectra_pipeline.vocabulary.learning import learn
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

ENTRIES = [*SPECIAL_TOKENS, *"[]:,acinoómMASK", "##a", "##n", "##ón", "cami", "##on", "MASK"]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(ENTRIES)


@pytest.fixture(scope="module")
def learned(spanish_texts) -> Tokenizer:
    return Tokenizer(learn(spanish_texts, VocabularyConfig(size=400, alphabet_limit=60)))


def reference_words(text: str) -> list[str]:
    """BERT's basic tokenisation of normalised text, character by character."""
    words, current = [], ""
    for character in text:
        code, category = ord(character), unicodedata.category(character)
        ascii_symbol = 33 <= code <= 126 and not (character.isdigit() or character.isalpha())
        # BERT knows the ideographs of Unicode 8: not extension F (U+2CEB0) and later ones.
        ideograph = unicodedata.name(character, "").startswith(
            ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")
        ) and not (0x2CEB0 <= code < 0x2F800 or code >= 0x30000)
        if character == " " or ascii_symbol or ideograph or category[0] == "P":
            words += [current, character.strip()]
            current = ""
        else:
            current += character
    return [word for word in [*words, current] if word]


def reference_pieces(word: str, vocabulary: set[str]) -> list[str]:
    """Longest match first, from the left (Devlin et al. 2019)."""
    pieces, rest = [], word
    while rest and len(word) <= 100:
        prefix = "##" if pieces else ""
        for length in range(len(rest), 0, -1):
            if prefix + rest[:length] in vocabulary:
                pieces.append(prefix + rest[:length])
                rest = rest[length:]
                break
        else:
            break
    return pieces if pieces and not rest else ["[UNK]"]


def reference_tokens(tokenizer: Tokenizer, text: str) -> list[str]:
    vocabulary = set(tokenizer.vocabulary)
    words = reference_words(tokenizer.normalize(text))
    return [piece for word in words for piece in reference_pieces(word, vocabulary)]


def test_an_accent_makes_another_word(tokenizer):
    assert tokenizer.tokenize("camión camion") == ["cami", "##ón", "cami", "##on"]
    assert tokenizer.encode("camión") != tokenizer.encode("camion")


def test_decomposed_text_has_the_ids_of_composed_text(tokenizer):
    assert tokenizer.encode("camio\u0301n") == tokenizer.encode("camión")


def test_special_tokens_typed_in_a_text_are_words_of_the_text(tokenizer):
    assert tokenizer.tokenize("[MASK]") == ["[", "MASK", "]"]
    assert not {0, 2, 3, 4} & set(tokenizer.encode("[PAD] [CLS] [SEP] [MASK]"))


def test_lower_casing_and_stripping_are_choices():
    assert Tokenizer(ENTRIES, lowercase=True).tokenize("CAMIÓN") == ["cami", "##ón"]
    assert Tokenizer(ENTRIES, strip_accents=True).tokenize("camión") == ["cami", "##on"]


def test_words_have_at_most_a_hundred_characters_whatever_their_bytes(tokenizer):
    assert tokenizer.tokenize("a" * 100) == ["a"] + ["##a"] * 99
    assert tokenizer.tokenize(f"a,{'a' * 101}:{'ó' * 101},a") == [
        *("a", ",", "[UNK]", ":", "[UNK]", ",", "a")
    ]
    letters = Tokenizer([*SPECIAL_TOKENS, "𐌰", "##𐌰"])  # four bytes each
    assert letters.tokenize("𐌰" * 100) == ["𐌰"] + ["##𐌰"] * 99
    assert letters.tokenize("𐌰" * 101) == ["[UNK]"]


def test_it_agrees_with_a_plain_reading_of_the_algorithm_on_spanish(learned, spanish_texts):
    for text in spanish_texts[:20]:
        assert learned.tokenize(text) == reference_tokens(learned, text)


def test_it_agrees_with_a_plain_reading_of_the_algorithm_on_random_unicode(learned):
    draw = random.Random(5)
    blocks = [(0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x2000, 0x2070), (0x4E00, 0x4E80)]
    blocks += [(0x0, 0x20), (0xE000, 0xE010), (0xFF00, 0xFFF0), (0x1F600, 0x1F640)]

    def character() -> str:
        return (
            draw.choice("aeioñónlscr ")
            if draw.random() < 0.7
            else chr(draw.randrange(*draw.choice(blocks)))
        )

    texts = ["".join(character() for _ in range(60)) for _ in range(400)]
    for text, ids in zip(texts, learned.encode_batch(texts), strict=True):
        assert [learned.vocabulary[n] for n in ids] == reference_tokens(learned, text), ascii(text)


def test_it_agrees_with_a_plain_reading_of_the_algorithm_on_every_code_point():
    tokenizer = Tokenizer([*SPECIAL_TOKENS, "a", "b", "##b"])
    assigned = (code for code in range(0x110000) if unicodedata.category(chr(code))[0] != "C")
    texts = [f"a{chr(code)}b" for code in assigned]
    for text, ids in zip(texts, tokenizer.encode_batch(texts), strict=True):
        assert [tokenizer.vocabulary[n] for n in ids] == reference_tokens(tokenizer, text), ascii(
            text
        )


def test_it_agrees_with_hugging_face_on_spanish(learned, spanish_texts):
    transformers = pytest.importorskip("transformers")
    theirs = transformers.BertTokenizer(
        vocab=dict(learned.ids), do_lower_case=False, strip_accents=False
    )
    texts = [*spanish_texts[:20], "«¡Camio\u0301n!» — ¿pingüino…? 1.234,5€ º", "ca" * 50, "ca" * 51]
    for text in texts:
        normalized = learned.normalize(text)
        assert learned.encode(text) == theirs.encode(normalized, add_special_tokens=False), text


def test_a_batch_has_the_ids_of_its_texts(tokenizer):
    texts = ["camión", "", "  ", "a, a"]
    assert tokenizer.encode_batch(texts) == [tokenizer.encode(text) for text in texts]
    assert tokenizer.encode_batch(["", " "]) == [[], []]
    assert tokenizer.encode_batch([]) == []


def test_normalised_texts_have_the_same_ids_without_a_second_look(tokenizer):
    raw = ["camio\u0301n", "a\u00a0\u200bn", f"a,{'a' * 101}"]
    ids = tokenizer.encode_lines(raw).ids.tolist()
    normalized = [tokenizer.normalize(text) for text in raw]
    assert tokenizer.encode_lines(normalized, normalized=True).ids.tolist() == ids
    changing = Tokenizer(ENTRIES, lowercase=True, strip_accents=True)
    assert changing.encode_lines(["CAMIÓN"], normalized=True).ids.tolist() == (
        changing.encode("CAMIÓN")
    )


def test_its_first_use_may_be_inside_a_graph():
    import tensorflow as tf

    tokenizer = Tokenizer(ENTRIES)
    inside = tf.function(lambda: tokenizer.graph_tokenizer.tokenize(["camión"]).values)()
    assert inside.numpy().tolist() == tokenizer.encode("camión")


def test_decoding_joins_pieces(tokenizer):
    assert tokenizer.decode(tokenizer.encode("camión, a")) == "camión , a"
    assert tokenizer.decode(np.array([tokenizer.cls_id, *tokenizer.encode("camión")])) == (
        "[CLS] camión"
    )


def test_decoding_refuses_ids_outside_the_vocabulary(tokenizer):
    with pytest.raises(ValueError, match=f"from 0 to {tokenizer.size - 1}, got -1"):
        tokenizer.decode([-1])


def test_special_ids_and_continuations_follow_the_vocabulary():
    tokenizer = Tokenizer(["a", "##a", "##", "[MASK]", "[SEP]", "[CLS]", "[UNK]", "[PAD]"])
    ids = tokenizer.mask_id, tokenizer.sep_id, tokenizer.cls_id, tokenizer.unk_id, tokenizer.pad_id
    assert ids == (3, 4, 5, 6, 7)
    assert tokenizer.continuation.tolist() == [False, True] + [False] * 6


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "empty; learn one"),
        (["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"], r"lacks \[MASK\]; add"),
        ([*SPECIAL_TOKENS, "a", "b", "a"], "'a' stands at 5 and at 7; remove"),
        ([*SPECIAL_TOKENS, ""], "entry 5 is ''; remove"),
        ([*SPECIAL_TOKENS, "a b"], "entry 5 is 'a b'; remove"),
    ],
)
def test_a_vocabulary_that_cannot_work_is_refused(entries, message):
    with pytest.raises(ValueError, match=message):
        Tokenizer(entries)


def test_what_was_saved_is_loaded(tmp_path):
    saved = Tokenizer(ENTRIES, lowercase=True)
    saved.save(tmp_path)
    loaded = Tokenizer.load(tmp_path)
    assert loaded.vocabulary == saved.vocabulary
    assert (loaded.lowercase, loaded.strip_accents) == (True, False)
    assert loaded.digest == saved.digest
    assert (tmp_path / "vocab.txt").read_text(encoding="utf-8").split("\n") == [*ENTRIES, ""]


def test_loading_refuses_a_changed_vocabulary(tmp_path):
    Tokenizer(ENTRIES).save(tmp_path)
    vocabulary = tmp_path / "vocab.txt"
    text = vocabulary.read_text(encoding="utf-8")
    vocabulary.write_text(text.replace("ón", "on2"), encoding="utf-8")
    with pytest.raises(ValueError, match="changed after it was saved"):
        Tokenizer.load(tmp_path)


def test_loading_refuses_damaged_settings_and_names_missing_files(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"vocab\.txt does not exist"):
        Tokenizer.load(tmp_path)
    Tokenizer(ENTRIES).save(tmp_path)
    settings = tmp_path / "tokenizer_settings.json"
    content = json.loads(settings.read_text())
    del content["lowercase"]
    settings.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="damaged"):
        Tokenizer.load(tmp_path)


def test_the_digest_depends_on_all_that_decides_about_ids():
    tokenizers = [
        Tokenizer(ENTRIES),
        Tokenizer(ENTRIES[:-1]),
        Tokenizer([*ENTRIES[:-2], ENTRIES[-1], ENTRIES[-2]]),
        Tokenizer(ENTRIES, lowercase=True),
        Tokenizer(ENTRIES, strip_accents=True),
    ]
    assert len({tokenizer.digest for tokenizer in tokenizers}) == len(tokenizers)
    assert Tokenizer(ENTRIES).digest == tokenizers[0].digest


def test_a_used_tokenizer_can_be_pickled(tokenizer):
    tokenizer.encode("camión")
    copy = pickle.loads(pickle.dumps(tokenizer))
    assert copy.encode("camión") == tokenizer.encode("camión")


def test_making_a_tokenizer_does_not_import_tensorflow():
    code = (
        "import sys\n"
        "from selectra_pipeline.vocabulary import report, stage, tokenizer\n"
        f"tokenizer.Tokenizer({ENTRIES!r}).decode([5])\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
