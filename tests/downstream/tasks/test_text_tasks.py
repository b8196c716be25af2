"""Classification and regression of texts and pairs."""

import numpy as np
import pytest

from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.loading import load_task
from selectra_pipeline.downstream.tasks.regression import Regression
from selectra_pipeline.downstream.tasks.texts import TextRow
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer([*SPECIAL_TOKENS, *"abcdef", "##x"])
TASK = Classification(("no", "sí"))


def pieces(example):
    return " ".join(TOKENIZER.vocabulary[i] for i in example.input_ids)


def made(text, second=None, max_length=20):
    (example,), truncation = TASK.examples([TextRow(text, second, "sí")], TOKENIZER, max_length)
    return example, truncation


def test_a_text_is_framed_and_has_the_number_of_its_class():
    example, truncation = made("a b")
    assert pieces(example) == "[CLS] a b [SEP]"
    assert (example.labels, example.second_segment) == (1, None)
    assert truncation == Truncation(1)


def test_the_second_text_of_a_pair_is_another_segment():
    example, _ = made("a b", "c")
    assert pieces(example) == "[CLS] a b [SEP] c [SEP]"
    assert example.second_segment == 4


def test_an_empty_second_text_is_still_a_pair():
    example, _ = made("a", "")
    assert pieces(example) == "[CLS] a [SEP] [SEP]"
    assert example.second_segment == 3


@pytest.mark.parametrize(
    ("first", "second", "max_length", "expected", "words"),
    [
        ("a b c d", None, 5, "[CLS] a b c [SEP]", 1),
        ("ax bx", None, 5, "[CLS] a ##x b [SEP]", 0),  # the word's first piece is left
        ("a b c d", "e f", 7, "[CLS] a b [SEP] e f [SEP]", 2),  # the longer one gives way
        ("a b", "c d e f", 7, "[CLS] a b [SEP] c d [SEP]", 2),
        ("a b c d", "a b c d", 8, "[CLS] a b c [SEP] a b [SEP]", 3),
        ("a b c", "a b c d", 8, "[CLS] a b c [SEP] a b [SEP]", 2),
        ("a", "b c d e", 7, "[CLS] a [SEP] b c d [SEP]", 1),
    ],
)
def test_what_is_cut_is_counted(first, second, max_length, expected, words):
    example, truncation = made(first, second, max_length)
    assert pieces(example) == expected
    assert truncation == Truncation(1, cut=1, words=words)


def test_the_class_of_the_highest_logit_is_predicted():
    rows = [TextRow("a", None, "sí"), TextRow("b", None, "no"), TextRow("c", None, "no")]
    predicted = TASK.decode(rows, [], [np.array([0.0, 1.0]), np.array([2.0, -1.0]), np.ones(2)])
    assert predicted == ["sí", "no", "no"]
    scores = TASK.score(rows, ["sí", "sí", "no"])
    assert scores.metrics["accuracy"] == pytest.approx(2 / 3)
    assert scores.metrics["f1_no"] == pytest.approx(2 / 3)
    assert scores.details.splitlines()[2:] == ["| no | 1 | 1 |", "| sí | 0 | 1 |"]


def test_values_are_predicted_as_they_are():
    task, rows = Regression(), [TextRow("a", None, 1.0), TextRow("b", None, 3.0)]
    assert task.decode(rows, [], [np.float32(0.5), np.float32(2.5)]) == [0.5, 2.5]
    assert task.score(rows, [0.5, 2.5]).metrics == pytest.approx({"pearson": 1, "spearman": 1})
    (example, _), _ = task.examples(rows, TOKENIZER, 8)
    assert example.labels == 1.0


# From files


@pytest.fixture
def load(tmp_path):
    def load(content, test=None, **settings):
        paths = {"train": content, "test": test or content}
        for name, text in paths.items():
            (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
            paths[name] = str(tmp_path / f"{name}.jsonl")
        config = {"type": "classification", "name": "t", "validation": paths["test"], **paths}
        return load_task(TaskConfig.from_params({**config, **settings}))

    return load


NUMBERS = '{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n'


def test_classes_are_found_in_train_and_sorted(load):
    task = load(NUMBERS)
    assert task.type.label_names == ("0", "1")
    assert task.rows["train"] == [TextRow("a", None, "1"), TextRow("b", None, "0")]
    assert load(NUMBERS, labels=["1", "0", "2"]).type.label_names == ("1", "0", "2")


def test_a_label_that_train_lacks_is_named(load):
    test = '{"text": "a", "label": "x"}\n'
    with pytest.raises(TaskDataError, match="labels that train lacks: 'x'"):
        load(NUMBERS, test)
    with pytest.raises(TaskDataError, match="the train split of t has labels that labels does not"):
        load(NUMBERS, labels=["1", "2"])


def test_one_class_is_nothing_to_learn(load):
    with pytest.raises(TaskDataError, match=r"one class in train \(1\).* is 'label' the column"):
        load('{"text": "a", "label": 1}\n')


@pytest.mark.parametrize("value", ["null", "[1]", "true"])
def test_a_value_that_is_no_text_is_named(load, value):
    with pytest.raises(TaskDataError, match=r"line 1: text is .*, not a text"):
        load(f'{{"text": {value}, "label": 1}}\n')


@pytest.mark.parametrize("label", ['""', '" "', "NaN", "-1"])
def test_a_row_without_a_label_is_no_class_of_its_own(load, label):
    rows = '{"text": "a", "label": "no"}\n{"text": "b", "label": "sí"}\n'
    with pytest.raises(TaskDataError, match=r"line 3: label is .*: the row has no label; mend it"):
        load(f'{rows}{{"text": "c", "label": {label}}}\n')


def test_a_class_may_be_called_minus_one(load):
    numbers = '{"text": "a", "label": -1}\n{"text": "b", "label": 1}\n'
    assert load(numbers).type.label_names == ("-1", "1")
    names = '{"text": "a", "label": "-1"}\n{"text": "b", "label": "nan"}\n'
    assert load(names).type.label_names == ("-1", "nan")


def test_labels_of_regression_are_numbers(load):
    task = load('{"text": "a", "label": "2.5"}\n{"text": "b", "label": 1}\n', type="regression")
    assert [row.label for row in task.rows["train"]] == [2.5, 1.0]
    for wrong in ('"alto"', '"nan"'):
        with pytest.raises(TaskDataError, match=r"line 1: label is .*, not a number as regression"):
            load(f'{{"text": "a", "label": {wrong}}}\n', type="regression")


def test_real_paraphrases_without_a_sentence_are_dropped(shared_data):
    path = str(shared_data / "pawsx" / "es" / "dev_2k.tsv")
    columns = {"text": "sentence1", "second_text": "sentence2", "id": "id"}
    config = {"type": "classification", "train": path, "test": path, "drop_values": ["NS"]}
    task = load_task(TaskConfig.from_params({**config, "columns": columns}))
    assert task.dropped["test"] == {"drop_values": 38}
    assert len(task.rows["test"]) == 1_962
    assert len(task.rows["validation"]) == 196
    assert all("NS" not in (row.text, row.second_text) for row in task.rows["train"])
