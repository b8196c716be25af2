import pytest

from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream.example import IGNORED
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.downstream.tasks.loading import load_task
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.downstream.tasks.words import TaggedSentence
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer([*SPECIAL_TOKENS, "El", "cam", "##ión", "##es", "Lima", "."])
TASK = TokenClassification(("O", "B-LOC", "I-LOC"))
PLAIN = TokenClassification(("O", "B-LOC", "I-LOC"), has_entities=False)
CLS, SEP = TOKENIZER.cls_id, TOKENIZER.sep_id
NO_PIECE = "\u200b"  # a zero-width space: nothing is left of it

SENTENCE = TaggedSentence(("El", "camiónes", "Lima", "Lima"), ("O", "O", "B-LOC", "I-LOC"))


def example(sentence, max_length=20, task=TASK):
    (made,), truncation = task.examples([sentence], TOKENIZER, max_length)
    return made, truncation


def decode(sentence, made, predicted, task=TASK):
    (tags,) = task.decode([sentence], [made], [predicted])
    return tags


def test_the_label_is_on_the_first_piece_of_a_word():
    made, _ = example(SENTENCE)
    assert [TOKENIZER.vocabulary[i] for i in made.input_ids] == (
        ["[CLS]", "El", "cam", "##ión", "##es", "Lima", "Lima", "[SEP]"]
    )
    assert made.labels == [IGNORED, 0, 0, IGNORED, IGNORED, 1, 2, IGNORED]
    assert made.words == [0, 1, 2, 3]
    assert decode(SENTENCE, made, [2, 0, 0, 2, 2, 1, 2, 2]) == list(SENTENCE.tags)


def test_a_word_without_a_piece_is_left_out_and_keeps_its_place():
    sentence = TaggedSentence(("El", NO_PIECE, "Lima"), ("O", "B-LOC", "I-LOC"))
    made, truncation = example(sentence)
    assert (made.labels, made.words) == ([IGNORED, 0, 2, IGNORED], [0, 2])
    assert decode(sentence, made, [0, 0, 1, 0]) == ["O", "O", "B-LOC"]
    assert truncation == Truncation(rows=1, cut=0, words=1, entities=1)


def test_a_word_that_is_lost_is_wrong_where_tags_are_no_entities():
    sentence = TaggedSentence(("El", NO_PIECE), ("B-LOC", "O"))
    made, truncation = example(sentence, task=PLAIN)
    predicted = decode(sentence, made, [0, 1, 0], PLAIN)
    assert PLAIN.score([sentence], [predicted]).metrics == {"accuracy": 0.5}
    assert truncation == Truncation(rows=1, words=1)


def test_sentences_of_one_word_or_of_nothing_are_no_error():
    made, _ = example(TaggedSentence((NO_PIECE,), ("O",)))
    assert made.input_ids == [CLS, SEP]
    assert decode(TaggedSentence((NO_PIECE,), ("O",)), made, [0, 0]) == ["O"]
    made, _ = example(TaggedSentence(("Lima",), ("B-LOC",)))
    assert made.labels == [IGNORED, 1, IGNORED]


def test_a_word_over_the_tokenizers_limit_is_one_unknown_piece():
    made, truncation = example(TaggedSentence(("camión" * 30, "Lima"), ("O", "B-LOC")))
    assert made.input_ids == [CLS, TOKENIZER.unk_id, TOKENIZER.ids["Lima"], SEP]
    assert truncation == Truncation(rows=1)


@pytest.mark.parametrize(
    ("max_length", "words", "expected"),
    [
        (8, [0, 1, 2, 3], Truncation(1)),
        (7, [0, 1, 2], Truncation(1, cut=1, words=1, entities=1)),  # half of an entity is lost
        (5, [0, 1], Truncation(1, cut=1, words=2, entities=1)),
        (4, [0, 1], Truncation(1, cut=1, words=2, entities=1)),  # its first piece is there
        (3, [0], Truncation(1, cut=1, words=3, entities=1)),
    ],
)
def test_what_lies_beyond_the_length_is_counted(max_length, words, expected):
    made, truncation = example(SENTENCE, max_length)
    assert len(made.input_ids) == len(made.labels) == max_length
    assert (made.input_ids[0], made.input_ids[-1]) == (CLS, SEP)
    assert made.words == words
    assert truncation == expected


def test_after_the_first_word_beyond_the_length_no_shorter_one_is_let_in():
    sentence = TaggedSentence(("El", "camiónes", "Lima"), ("O", "O", "B-LOC"))
    assert example(sentence, 4)[0].words == [0, 1]


def test_entities_are_scored_together_and_by_type():
    scores = TASK.score([SENTENCE], [["O", "B-LOC", "B-LOC", "I-LOC"]])
    assert scores.metrics["f1"] == scores.metrics["f1_LOC"] == pytest.approx(2 / 3)
    assert (scores.metrics["precision"], scores.metrics["recall"]) == (0.5, 1.0)
    assert scores.metrics["accuracy"] == 0.75
    assert "| LOC | 0.5000 | 1.0000 | 0.6667 | 1 |" in scores.details


# From files


def write(folder, name, content):
    (folder / name).write_text(content, encoding="utf-8")
    return str(folder / name)


def load(train, test, **settings):
    config = {"type": "token_classification", "name": "ner", "validation_fraction": 0.5}
    return load_task(TaskConfig.from_params({**config, "train": train, "test": test, **settings}))


TRAIN = "En O\nLima B-LOC\n\nEl O\n\nNC I-PER\n\n"


def test_classes_are_all_tags_that_the_types_in_train_can_have(tmp_path):
    path = write(tmp_path, "a.conll", "Lima B-LOC\n\nAna O\nAlba I-PER\n\n")
    settings = {"validation": path}
    names = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    assert load(path, path, **settings).type.label_names == names
    plain = load(path, path, entities=False, **settings)
    assert plain.type.label_names == ("B-LOC", "I-PER", "O")


def test_a_tag_that_train_lacks_is_named(tmp_path):
    train = write(tmp_path, "train", "Lima B-LOC\n")
    test = write(tmp_path, "test", "Ana I-PER\nB O\n")
    with pytest.raises(
        TaskDataError,
        match=r"the test split of ner has labels that train lacks: 'I-PER' \(known: 'O', 'B-LOC', "
        r"'I-LOC'\); mend the rows, or name all classes in the task's labels",
    ):
        load(train, test, validation=train)
    named = load(train, test, validation=train, labels=["O", "B-LOC", "I-PER"])
    assert named.type.label_names == ("O", "B-LOC", "I-PER")


def test_a_tag_that_is_no_entity_tag_is_named(tmp_path):
    path = write(tmp_path, "a.conll", "El O\nniño NC\n")
    with pytest.raises(TaskDataError, match=r"line 1: 'NC' is no entity tag .* in 'El niño'"):
        load(path, path, validation=path)


def test_a_file_without_entities_is_refused(tmp_path):
    path = write(tmp_path, "a.conll", "El O\n")
    with pytest.raises(TaskDataError, match=r"ner has one class in train \(O\)"):
        load(path, path, validation=path)


def test_words_and_tags_of_json_lines_are_lists_of_the_same_length(tmp_path):
    settings = {"columns": {"text": "w", "label": "t"}, "entities": False}
    row = '{"w": ["El", "Lima"], "t": ["D", "N"]}\n'
    path = write(tmp_path, "a.jsonl", row)
    assert load(path, path, validation=path, **settings).rows["test"] == [
        TaggedSentence(("El", "Lima"), ("D", "N"))
    ]
    path = write(tmp_path, "b.jsonl", row + '{"w": ["El", "Lima"], "t": ["D"]}\n')
    with pytest.raises(TaskDataError, match="line 2: 2 words, but 1 tags"):
        load(path, path, validation=path, **settings)
    path = write(tmp_path, "c.jsonl", '{"w": "El Lima", "t": ["D"]}\n')
    with pytest.raises(TaskDataError, match="w is 'El Lima', not a list of texts"):
        load(path, path, validation=path, **settings)


def test_the_real_files_begin_an_entity_at_an_i_after_o(shared_data):
    folder = shared_data / "conll2002"
    task = load(str(folder / "esp.train"), str(folder / "esp.testa"), validation_fraction=0.1)
    counts = {split: len(rows) for split, rows in task.rows.items()}
    assert counts == {"train": 7_491, "validation": 832, "test": 1_915}
    truth = [list(row.tags) for row in task.rows["test"]]
    scores = task.type.score(task.rows["test"], truth)
    assert scores.metrics["f1"] == 1.0
    assert scores.details.splitlines()[-1].endswith("| 4352 |")  # 4,351 B-, and one such I-
