"""Tiny random models on a few rows."""

import dataclasses
import shutil

import numpy as np
import pytest

from finetuned_models import ENCODER, TOKENIZER, random_model
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.comparison import ComparisonConfig
from selectra_pipeline.config.task import ColumnsConfig, TaskConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.regression import Regression
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.interchange.task_folder import write_task_folder
from selectra_pipeline.model.initialization import initial_value
from selectra_pipeline.serving.comparison import compare_models, distinct_names

LENIENT = VocabularyConfig(require_accents=False)
CLASSES, TAGS = ("uno", "dos", "tres"), ("O", "B-LOC", "I-LOC")
QUICK = {"timed_rounds": 3, "resamples": 10, "batch_size": 4}


def write_model(folder, task, seed, positions=32):
    """A model of random weights with the head of a task."""
    encoder = dataclasses.replace(ENCODER, max_position_embeddings=positions)
    model = TaskModel(encoder, task.head(encoder))
    model.build()
    for variable in model.trainable_variables:
        variable.assign(initial_value(variable.path, variable.shape, 0.7, seed))
    write_task_folder(
        folder, encoder, model.trainable_variables, TOKENIZER, task.hugging_face_class,
        task.label_names, task.problem_type,
    )  # fmt: skip
    return str(folder)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two classifiers, two taggers, and a regression model."""
    folder = tmp_path_factory.mktemp("models")
    classification, tags = Classification(CLASSES), TokenClassification(TAGS)
    return {
        "one": write_model(folder / "one", classification, 1),
        "two": write_model(folder / "two", classification, 2),
        "short": write_model(folder / "short", classification, 3, positions=8),
        "turned": write_model(folder / "turned", Classification(CLASSES[::-1]), 4),
        "others": write_model(folder / "others", Classification(("uno", "dos", "diez")), 1),
        "tagger": write_model(folder / "tagger", tags, 1),
        "tagger_two": write_model(folder / "tagger_two", tags, 2),
        "value": write_model(folder / "value", Regression(), 1),
    }


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """Rows of two types, and a task of a third."""
    folder = tmp_path_factory.mktemp("rows")
    draw = np.random.default_rng(1)
    texts = [" ".join(f"w{n}" for n in draw.integers(0, 20, 9)) for _ in range(12)]
    lines = [f"{text}\t{CLASSES[i % 3]}" for i, text in enumerate(texts)]
    (folder / "classes.tsv").write_text("text\tlabel\n" + "\n".join(lines) + "\n")
    sentences = [
        "\n".join(f"{w} {TAGS[draw.integers(0, 3)]}" for w in text.split()) for text in texts
    ]
    (folder / "names.conll").write_text("\n\n".join(sentences) + "\n")
    classes, names = str(folder / "classes.tsv"), str(folder / "names.conll")
    unread = ("absent.tsv",)  # train: only the test split is read
    return {
        "classes": TaskConfig(type="classification", train=unread, test=(classes,)),
        "names": TaskConfig(type="token_classification", train=unread, test=(names,)),
        "questions": TaskConfig(type="question_answering", train=unread, test=("absent.json",)),
    }


def compare(tasks, task, *models, **settings):
    config = ComparisonConfig(models=models, task=task, **{**QUICK, **settings})
    return compare_models(config, tasks, LENIENT)


def test_classifiers_are_scored_on_the_test_split(folders, tasks):
    found = compare(tasks, "classes", folders["one"], folders["two"])
    assert (found.kind, found.metric, found.max_length) == ("classifier", "accuracy", 32)
    assert [unit.truth for unit in found.units] == [CLASSES[i % 3] for i in range(12)]
    one, two = found.models
    assert [one.name, two.name] == ["one", "two"]
    for model in found.models:
        right = [
            said == unit.truth
            for said, unit in zip(model.opinion.predicted, found.units, strict=True)
        ]
        assert model.opinion.metrics["accuracy"] == pytest.approx(np.mean(right))
        assert len(model.examples_per_second) == 3
        assert model.speed == sorted(model.examples_per_second)[1] > 0
    assert one.opinion.predicted != two.opinion.predicted
    assert (
        one.parameters
        == two.parameters
        == sum(v.size for v in random_model(CLASSES).values.values())
    )


def test_bytes_are_those_of_the_folder(folders, tasks, tmp_path):
    larger = shutil.copytree(folders["one"], tmp_path / "larger")
    (larger / "README.md").write_text("x" * 1000)
    one, other = compare(tasks, "classes", folders["one"], str(larger)).models
    assert other.bytes - one.bytes == 1000
    assert one.opinion.predicted == other.opinion.predicted


def test_a_model_with_its_classes_in_another_order_is_compared_by_name(folders, tasks):
    found = compare(tasks, "classes", folders["one"], folders["turned"])
    for model in found.models:
        assert set(model.opinion.predicted) <= set(CLASSES)
    alone = compare(tasks, "classes", folders["turned"], folders["one"]).models[0]
    assert alone.opinion.predicted == found.models[1].opinion.predicted


def test_no_model_sees_more_of_a_row_than_another(folders, tasks):
    found = compare(tasks, "classes", folders["one"], folders["short"])
    assert found.max_length == 8
    assert [model.cut.cut for model in found.models] == [12, 12]
    with pytest.raises(ConfigError, match=r"max_length=9, but .*short reads at most 8"):
        compare(tasks, "classes", folders["one"], folders["short"], max_length=9)


def test_taggers_are_scored_on_words(folders, tasks):
    found = compare(tasks, "names", folders["tagger"], folders["tagger_two"], max_rows=5)
    assert (found.kind, found.metric) == ("tagger", "f1")
    assert len(found.rows) == 5
    assert len(found.units) == 5 * 9
    assert all(len(model.opinion.predicted) == 45 for model in found.models)


def test_discriminators_find_replaced_words(wide_run, narrow_run, tasks, tmp_path):
    texts = tmp_path / "texts.tsv"
    texts.write_text(
        "text\tlabel\n" + "El camión cruzó la frontera\tuno\nEl año sólo cruzó la\tdos\n" * 4
    )
    models = [
        str(export(run, tmp_path / name / "huggingface").directory)
        for name, run in (("wide", wide_run), ("narrow", narrow_run))
    ]
    config = ComparisonConfig(models=tuple(models), task="classes", file=str(texts), **QUICK)
    found = compare_models(config, tasks, VocabularyConfig())
    assert (found.kind, found.metric) == ("discriminator", "auc")
    assert [model.name for model in found.models] == ["wide", "narrow"]
    assert len(found.rows) == 2  # a text that is there four times is judged once
    assert sum(unit.truth == "replaced" for unit in found.units) == 2
    for model in found.models:
        assert 0 <= model.opinion.metrics["auc"] <= 1
        assert model.opinion.weighted(np.ones(2)) == model.opinion.metrics["auc"]
    again = compare_models(config, tasks, VocabularyConfig())
    assert again.rows == found.rows
    assert again.models[0].opinion.metrics == found.models[0].opinion.metrics


def test_words_of_tagged_sentences_are_texts_for_discriminators(wide_run, narrow_run, tmp_path):
    names = tmp_path / "names.conll"
    names.write_text("El O\naño O\n\nla O\nfrontera O\n", encoding="utf-8")
    task = TaskConfig(type="token_classification", train=("absent",), test=(str(names),))
    models = [
        str(export(run, tmp_path / str(number)).directory / "discriminator")
        for number, run in enumerate((wide_run, narrow_run))
    ]
    config = ComparisonConfig(models=tuple(models), task="names", **QUICK)
    found = compare_models(config, {"names": task}, VocabularyConfig())
    assert [len(row.words) for row in found.rows] == [2, 2]
    assert [model.name for model in found.models] == ["0", "1"]


# What can't be compared


@pytest.mark.parametrize(
    ("task", "models", "message"),
    [
        ("classes", ["one"], "compare.models names 1; a comparison needs at least two"),
        ("classes", ["one", "tagger"], "one is a classifier, .*tagger is a tagger"),
        ("classes", ["one", "others"], "different labels: .* knows 'diez', 'tres'; compare"),
        ("classes", ["one", "value"], "value gives a value, no class"),
        ("names", ["one", "two"], "names is of type token_classification; classifiers need one of"),
        ("classes", ["tagger", "tagger_two"], "taggers need one of token_classification"),
        ("poetry", ["one", "two"], "no task 'poetry'; there are: classes, names, questions"),
    ],
)
def test_what_does_not_fit_together_is_told(folders, tasks, task, models, message):
    with pytest.raises(ConfigError, match=message):
        compare(tasks, task, *(folders[name] for name in models))


def test_discriminators_need_texts(wide_run, narrow_run, tasks, tmp_path):
    models = tuple(
        str(export(run, tmp_path / str(number)).directory)
        for number, run in enumerate((wide_run, narrow_run))
    )
    config = ComparisonConfig(models=models, task="questions", **QUICK)
    with pytest.raises(ConfigError, match="discriminators need one of classification or token_cl"):
        compare_models(config, tasks, VocabularyConfig())


def test_a_missing_folder_or_file_is_named(folders, tasks):
    with pytest.raises(ConfigError, match=r"there is no folder absent; name"):
        compare(tasks, "classes", folders["one"], "absent")
    with pytest.raises(TaskDataError, match=r"absent\.tsv"):
        compare(tasks, "classes", folders["one"], folders["two"], file="absent.tsv")


def test_labels_that_the_models_do_not_know_are_named(folders, tasks, tmp_path):
    strange = tmp_path / "strange.tsv"
    strange.write_text("text\tlabel\nw1\tcien\n")
    with pytest.raises(ConfigError, match=r"strange\.tsv have labels .* 'cien' \(known: 'uno'"):
        compare(tasks, "classes", folders["one"], folders["two"], file=str(strange))


def test_columns_of_a_file_are_those_of_the_task(folders, tasks, tmp_path):
    file = tmp_path / "rows.tsv"
    file.write_text("words\tclass\nw1 w2\tuno\n")
    columns = ColumnsConfig(text="words", label="class")
    changed = {"classes": dataclasses.replace(tasks["classes"], columns=columns)}
    found = compare(changed, "classes", folders["one"], folders["two"], file=str(file))
    assert [row.text for row in found.rows] == ["w1 w2"]


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["data/06_models/a/huggingface", "data/06_models/b/huggingface/discriminator"], "a b"),
        (["m/a/finetuned/task/model", "m/b/finetuned/task/model"], "a/task b/task"),
        (["m/a/finetuned/x/model", "m/a/finetuned/y/model"], "x y"),
        (["a/huggingface", "a/huggingface/discriminator"], None),
    ],
)
def test_names_are_what_tells_the_folders_apart(sources, names):
    assert distinct_names(sources) == (names.split() if names else sources)
