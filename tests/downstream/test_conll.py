import pytest

from selectra_pipeline.downstream.conll import ConllError, TaggedSentence, read_entities

MADRID = "Melbourne NP B-LOC\n( Fpa O\n\n- Fg O\n\n\nEl\tDA\tO\nniño NC I-PER\n"


def write(folder, content):
    path = folder / "esp.train"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def error_of(path):
    with pytest.raises(ConllError) as caught:
        read_entities(path)
    return str(caught.value)


def test_words_are_in_the_first_column_and_tags_in_the_last(tmp_path):
    assert read_entities(write(tmp_path, MADRID)) == [
        TaggedSentence(("Melbourne", "("), ("B-LOC", "O")),
        TaggedSentence(("-",), ("O",)),
        TaggedSentence(("El", "niño"), ("O", "I-PER")),
    ]


def test_byte_order_marks_windows_lines_and_a_missing_last_newline_make_no_difference(tmp_path):
    expected = read_entities(write(tmp_path, MADRID))
    windows = ("\ufeff" + MADRID.rstrip("\n")).replace("\n", "\r\n")
    assert read_entities(write(tmp_path, windows)) == expected


def test_a_file_on_a_remote_storage_is_read(bucket, tmp_path):
    path = bucket / "esp.train"
    path.write_text(MADRID, encoding="utf-8")
    assert read_entities(str(path)) == read_entities(write(tmp_path, MADRID))


def test_only_spaces_and_tabs_separate_columns(tmp_path):
    (sentence,) = read_entities(write(tmp_path, "10\u00a0000 B-MISC\n\u2028 O\n"))
    assert sentence.words == ("10\u00a0000", "\u2028")


def test_latin_1_is_refused_with_the_command_that_converts_it(tmp_path):
    message = error_of(write(tmp_path, "niño B-PER\n".encode("latin-1")))
    assert "not UTF-8 (byte 2)" in message
    assert "iconv -f latin1 -t utf8 esp.train" in message


def test_a_line_without_a_tag_is_named(tmp_path):
    assert "esp.train, line 3: one column ('sola')" in error_of(
        write(tmp_path, "a B-LOC\n\nsola\n")
    )


def test_tags_that_are_no_entity_tags_are_refused(tmp_path):
    message = error_of(write(tmp_path, "El O\nniño NC\n"))
    assert "'NC' is no entity tag (O, B-type or I-type) in 'El niño'" in message


def test_a_file_without_entities_is_refused(tmp_path):
    assert "holds 1 sentences without a single entity" in error_of(write(tmp_path, "El O\n"))
    assert "holds 0 sentences without a single entity" in error_of(write(tmp_path, "\n"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "none"
    assert error_of(path) == f"{path} is no file; give the path of a CoNLL file"


def test_the_real_files_are_read_whole(shared_data):
    counts = {}
    for name in ("esp.train", "esp.testa"):
        sentences = read_entities(shared_data / "conll2002" / name)
        begun = sum(tag.startswith("B-") for sentence in sentences for tag in sentence.tags)
        counts[name] = (len(sentences), sum(len(s.words) for s in sentences), begun)
    assert counts == {"esp.train": (8_323, 264_715, 18_797), "esp.testa": (1_915, 52_923, 4_351)}
