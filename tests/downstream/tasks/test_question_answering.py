import json

import numpy as np
import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.task import AnswersConfig, TaskConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream.example import IGNORED
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.downstream.tasks.loading import load_task
from selectra_pipeline.downstream.tasks.question_answering import NO_SPAN, QuestionAnswering
from selectra_pipeline.downstream.tasks.questions import Answer, Question
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

LETTERS = "abcdefghij"
TOKENIZER = Tokenizer([*SPECIAL_TOKENS, *LETTERS, *(f"##{letter}" for letter in LETTERS), "?"])
CONTEXT = "a b c d e f g h i j"
TASK = QuestionAnswering(AnswersConfig(stride=2, max_question_pieces=3, max_answer_pieces=3))
WITH_NULL = QuestionAnswering(TASK.settings, may_have_no_answer=True)
ROOM = 4  # of a window beside the question: max_length 9, less [CLS] ? [SEP] and [SEP], less 1


def question(text=None, context=CONTEXT, asked="a ?"):
    answers = () if text is None else (Answer(text, context.find(text)),)
    return Question(asked, context, answers)


def windows(row, max_length=9, task=TASK):
    examples, truncation = task.examples([row], TOKENIZER, max_length)
    return examples, truncation


def text_of(example):
    return " ".join(TOKENIZER.vocabulary[i] for i in example.input_ids)


def test_a_long_context_is_read_in_overlapping_windows():
    examples, truncation = windows(question("d e"))
    assert [text_of(example) for example in examples] == [
        "[CLS] a ? [SEP] a b c d [SEP]",
        "[CLS] a ? [SEP] c d e f [SEP]",
        "[CLS] a ? [SEP] e f g h [SEP]",
        "[CLS] a ? [SEP] g h i j [SEP]",
    ]
    assert {example.second_segment for example in examples} == {4}
    assert truncation == Truncation(rows=1, windows=4)


def test_the_answer_is_marked_where_a_window_holds_the_whole():
    examples, _ = windows(question("d e"))
    assert [example.labels for example in examples] == [NO_SPAN, [5, 6], NO_SPAN, NO_SPAN]


def test_an_answer_longer_than_the_overlap_may_be_in_no_window_and_is_counted():
    _, truncation = windows(question("b c d e f"))
    assert truncation.answers == 1


def test_an_answer_that_the_context_has_not_teaches_nothing():
    """Taught as [CLS], it would be a question without an answer."""
    lost, found = Answer("D", None), Answer("d", CONTEXT.find("d"))
    (unknown, *_), truncation = windows(Question("a ?", CONTEXT, (lost,)))
    assert unknown.labels == [IGNORED, IGNORED]
    assert truncation.answers == 1
    (second, *_), truncation = windows(Question("a ?", CONTEXT, (lost, found)))
    assert second.labels == [7, 7]
    assert truncation.answers == 0
    (unanswerable, *_), _ = windows(question())
    assert unanswerable.labels == NO_SPAN


def test_an_answer_inside_a_word_begins_at_its_own_piece():
    examples, _ = windows(question("c", context="abc d"), 20)
    assert [example.labels for example in examples] == [[6, 6]]


def test_spaces_around_an_answer_make_no_difference():
    examples, _ = windows(question(" b c "), 20)
    assert [example.labels for example in examples] == [[5, 6]]


def test_a_short_or_empty_context_is_one_window():
    assert len(windows(question("a", context="a b"))[0]) == 1
    (example,), _ = windows(question(context=""))
    assert text_of(example) == "[CLS] a ? [SEP] [SEP]"


def test_what_a_long_question_loses_is_counted():
    (first, *_), truncation = windows(question(asked="a b c d e ?"), 20)
    assert text_of(first).startswith("[CLS] a b c [SEP] a b")
    assert (truncation.cut, truncation.words) == (1, 3)


def test_a_stride_that_leaves_no_room_is_an_error():
    with pytest.raises(ConfigError, match=r"answers.stride=2 is not shorter than the 2 pieces"):
        windows(question(), 7)


def logits(example, begin, end, height=5.0):
    values = np.zeros([len(example.input_ids) + 2, 2])  # and padding
    values[begin, 0] = values[end, 1] = height
    return values


def decode(row, examples, outputs, task=TASK):
    (text,) = task.decode([row], examples, outputs)
    return text


def test_the_best_span_of_all_windows_is_the_answer_as_the_context_has_it():
    context = "a  b\nc d e f g h i j"
    row = question("b\nc", context)
    examples, _ = windows(row)
    flat = [logits(example, 0, 0, 0.0) for example in examples]
    assert decode(row, examples, [logits(examples[0], 5, 6), *flat[1:]]) == "b\nc"
    assert decode(row, examples, [logits(examples[0], 5, 6, 1.0), *flat[1:3],
                                  logits(examples[3], 7, 7, 2.0)]) == "j"  # fmt: skip


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (6, 5),  # ends before it begins
        (0, 0),  # [CLS]
        (1, 2),  # in the question
        (10, 10),  # in the padding
    ],
)
def test_what_can_be_no_answer_is_never_given(begin, end):
    row = question(context="a b c d")
    (example,), _ = windows(row)
    one = logits(example, begin, end) - 20.0
    one[6] = -15.0
    assert decode(row, [example], [one]) == "c"


def test_no_answer_is_longer_than_allowed():
    row = question(context="a b c d")
    (example,), _ = windows(row)
    one = logits(example, 4, 7)
    assert decode(row, [example], [one]) in ("a", "a b", "a b c", "b c d", "c d", "d")
    longer = QuestionAnswering(AnswersConfig(stride=2, max_question_pieces=3, max_answer_pieces=4))
    assert decode(row, [example], [one], longer) == "a b c d"


def test_no_answer_wins_where_it_scores_higher_in_every_window():
    row = question()
    examples, _ = windows(row)
    nowhere = [logits(example, 0, 0, 3.0) for example in examples]
    assert decode(row, examples, nowhere, WITH_NULL) == ""
    assert decode(row, examples, nowhere) != ""  # SQuAD 1.1: every question has one
    here = logits(examples[1], 5, 5, 4.0)
    assert decode(row, examples, [nowhere[0], here, *nowhere[2:]], WITH_NULL) == "d"


def test_windows_of_several_questions_are_kept_apart():
    rows = [question("a"), question("j")]
    examples, truncation = TASK.examples(rows, TOKENIZER, 9)
    assert [example.question for example in examples] == [0] * 4 + [1] * 4
    outputs = [logits(example, 0, 0, 0.0) for example in examples]
    outputs[0], outputs[7] = logits(examples[0], 4, 4), logits(examples[7], 7, 7)
    predicted = TASK.decode(rows, examples, outputs)
    assert predicted == ["a", "j"]
    assert TASK.score(rows, predicted).metrics == {"f1": 1.0, "exact_match": 1.0}
    assert truncation.windows == 8


def test_questions_come_from_squads_files_and_misplaced_answers_are_found(tmp_path):
    qas = [
        {"id": "1", "question": "q", "answers": [{"text": "b c", "answer_start": 2}]},
        {"id": "2", "question": "q", "answers": [{"text": "b c", "answer_start": 7}]},
        {"id": "3", "question": "q", "answers": [{"text": "x", "answer_start": 0}]},
        {"id": "4", "question": "q", "answers": [], "is_impossible": True},
    ]
    path = tmp_path / "dev.json"
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": CONTEXT, "qas": qas}]}]}))
    config = {"type": "question_answering", "train": str(path), "test": str(path)}
    task = load_task(TaskConfig.from_params({**config, "validation": str(path)}))
    found = [[answer.start for answer in row.answers] for row in task.rows["train"]]
    assert found == [[2], [2], [None], []]
    assert task.type.may_have_no_answer
    examples, truncation = task.type.examples(task.rows["train"], TOKENIZER, 100)
    assert truncation.answers == 1
    assert [example.labels for example in examples] == [
        *([4, 5], [4, 5]),
        *([IGNORED, IGNORED], NO_SPAN),
    ]


def test_an_answer_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "a.jsonl"
    row = {"question": "q", "context": "in 1969", "answers": {"text": [1969], "answer_start": [3]}}
    path.write_text(json.dumps(row))
    config = {"type": "question_answering", "train": str(path), "test": str(path)}
    with pytest.raises(TaskDataError, match=r"a.jsonl, line 1: answers is .*text \(texts\)"):
        load_task(TaskConfig.from_params({**config, "validation": str(path)}))
