import json

import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS, VocabularyConfig
from selectra_pipeline.vocabulary.importing import (
    check_same_vocabulary,
    find_vocabulary,
    import_tokenizer,
    stated_settings,
)
from selectra_pipeline.vocabulary.learning import VocabularyError
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

# The order of BERT's vocabularies, with entries that are not used between the special ones.
BERT = ["[PAD]", "[unused1]", "[unused2]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BERT += ["[", "]", "cami", "##ón", "##on", "año", "ano", "mask", "MASK"]
CONFIG = VocabularyConfig()


@pytest.fixture
def folder(tmp_path):
    """Writes a checkpoint's vocab.txt and tokenizer_config.json."""

    def write(entries=BERT, **settings):
        (tmp_path / "vocab.txt").write_text("\n".join(entries) + "\n", encoding="utf-8")
        if settings:
            (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
        return tmp_path

    return write


def test_special_tokens_may_have_any_id(folder):
    tokenizer = import_tokenizer(folder(), CONFIG)
    special = (tokenizer.pad_id, tokenizer.unk_id, tokenizer.cls_id, tokenizer.sep_id)
    assert (*special, tokenizer.mask_id) == (0, 3, 4, 5, 6)
    assert tokenizer.tokenize("camión xyz año [MASK]") == [
        *("cami", "##ón", "[UNK]", "año", "[", "MASK", "]")
    ]


def test_the_size_is_what_the_file_says(folder):
    assert CONFIG.size != len(BERT)
    assert import_tokenizer(folder(), CONFIG).vocabulary == tuple(BERT)


def test_lower_casing_is_what_the_checkpoint_says(folder):
    cased = folder(do_lower_case=False, strip_accents=False)
    uncased_config = VocabularyConfig(lowercase=True)
    assert not import_tokenizer(cased, uncased_config).lowercase
    uncased = folder(do_lower_case=True, strip_accents=False)
    assert import_tokenizer(uncased, CONFIG).tokenize("CAMIÓN") == ["cami", "##ón"]


def test_where_the_checkpoint_says_nothing_the_configuration_does(folder):
    directory = folder(model_max_length=512)
    assert not import_tokenizer(directory, CONFIG).lowercase
    assert import_tokenizer(directory, VocabularyConfig(lowercase=True)).lowercase


def test_small_letters_alone_are_no_cased_vocabulary(folder):
    """Every word with a capital would be [UNK]."""
    uncased = [entry for entry in BERT if entry != "MASK"]
    with pytest.raises(VocabularyError, match=r"no entry with a capital .*lowercase=true"):
        import_tokenizer(folder(uncased), CONFIG)
    assert import_tokenizer(folder(uncased), VocabularyConfig(lowercase=True)).lowercase
    stated = folder(uncased, do_lower_case=False, strip_accents=False)
    assert not import_tokenizer(stated, CONFIG).lowercase


@pytest.mark.parametrize(
    "settings",
    [
        {"do_lower_case": True},  # BERT's tokenizers then strip accents too
        {"do_lower_case": True, "strip_accents": None},
        {"do_lower_case": False, "strip_accents": True},
    ],
)
def test_a_tokenizer_that_strips_accents_is_refused_unless_that_is_wanted(folder, settings):
    directory = folder(**settings)
    with pytest.raises(VocabularyError, match=r"strips accents .*vocabulary\.strip_accents=true"):
        import_tokenizer(directory, CONFIG)
    tokenizer = import_tokenizer(directory, VocabularyConfig(strip_accents=True))
    assert tokenizer.tokenize("año") == ["ano"]


def test_stripping_what_the_checkpoint_keeps_is_refused(folder):
    with pytest.raises(VocabularyError, match="keeps accents; set it to false"):
        import_tokenizer(folder(do_lower_case=False), VocabularyConfig(strip_accents=True))


def test_the_settings_of_our_own_tokenizer_are_read(tmp_path):
    Tokenizer(BERT, lowercase=True).save(tmp_path)
    assert stated_settings(tmp_path) == (True, False)
    tokenizer = import_tokenizer(tmp_path, CONFIG)
    assert tokenizer.digest == Tokenizer(BERT, lowercase=True).digest


def test_a_vocabulary_without_accents_is_refused_unless_the_language_has_none(folder):
    directory = folder([*SPECIAL_TOKENS, "the", "The", "##s"])
    with pytest.raises(VocabularyError, match=r"no entry with an accent.*require_accents=false"):
        import_tokenizer(directory, CONFIG)
    english = VocabularyConfig(require_accents=False)
    assert import_tokenizer(directory, english).tokenize("thes") == ["the", "##s"]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["<pad>", "<unk>", "año"], r"vocab\.txt can't be used: the vocabulary lacks \[PAD\]"),
        ([*SPECIAL_TOKENS, "año", "año"], "'año' stands at 5 and at 6"),
    ],
)
def test_a_vocabulary_that_cannot_work_is_refused_with_its_file(folder, entries, message):
    with pytest.raises(VocabularyError, match=message):
        import_tokenizer(folder(entries), CONFIG)


def test_damaged_files_are_named(folder):
    directory = folder()
    (directory / "vocab.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(VocabularyError, match=r"vocab\.txt can't be used: .*utf-8"):
        import_tokenizer(directory, CONFIG)
    (directory / "tokenizer_config.json").write_text("{")
    with pytest.raises(VocabularyError, match=r"tokenizer_config\.json is damaged"):
        import_tokenizer(directory, CONFIG)


def test_windows_line_ends_are_no_part_of_an_entry(folder):
    directory = folder()
    text = (directory / "vocab.txt").read_text(encoding="utf-8")
    (directory / "vocab.txt").write_bytes(text.replace("\n", "\r\n").encode())
    assert import_tokenizer(directory, CONFIG).vocabulary == tuple(BERT)


def test_a_vocabulary_is_found_beside_its_weights(tmp_path):
    for name in ("tf1", "export/generator", "empty"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("tf1/vocab.txt", "export/generator/vocab.txt"):
        (tmp_path / name).touch()
    assert find_vocabulary(tmp_path / "tf1") == tmp_path / "tf1/vocab.txt"
    assert find_vocabulary(tmp_path / "tf1/vocab.txt") == tmp_path / "tf1/vocab.txt"
    assert find_vocabulary(tmp_path / "tf1/model.ckpt-5") == tmp_path / "tf1/vocab.txt"
    assert find_vocabulary(tmp_path / "export") == tmp_path / "export/generator/vocab.txt"
    assert find_vocabulary(tmp_path / "empty") is None
    with pytest.raises(VocabularyError, match=r"no vocab\.txt in .*empty; set"):
        import_tokenizer(tmp_path / "empty", CONFIG)


def test_the_same_vocabulary_passes(folder):
    check_same_vocabulary(Tokenizer(BERT), folder(do_lower_case=False) / "vocab.txt")


def test_another_vocabulary_is_refused_by_its_first_differences(folder):
    path = folder() / "vocab.txt"
    swapped = [*BERT[:-2], BERT[-1], BERT[-2]]
    with pytest.raises(VocabularyError) as caught:
        check_same_vocabulary(Tokenizer(swapped), path)
    lines = str(caught.value).split("\n  ")[1:]
    assert lines[0] == "14: 'MASK' here, 'mask' there"
    assert lines[1].startswith("15: 'mask' here, 'MASK' there\nSet vocabulary.import_from=")
    with pytest.raises(VocabularyError, match=r"16: 'more' here, None there"):
        check_same_vocabulary(Tokenizer([*BERT, "more"]), path)


def test_the_same_entries_used_in_another_way_are_refused(folder):
    path = folder(do_lower_case=True, strip_accents=False) / "vocab.txt"
    with pytest.raises(VocabularyError, match="lowercase: False here, True there"):
        check_same_vocabulary(Tokenizer(BERT), path)
