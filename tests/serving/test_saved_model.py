import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.metrics.entities import entities
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.records.reader import Batch
from selectra_pipeline.serving.graph_inputs import Limits
from selectra_pipeline.serving.saved_model import export_saved_model
from selectra_pipeline.serving.served_model import load_served
from selectra_pipeline.serving.signatures import signatures
from selectra_pipeline.serving.verification import ServingError, verify
from selectra_pipeline.shards.manifest import Manifest
from served_models import CLASSES, ENTITY_TAGS, TOKENIZER, write_task_model

TEXTS = [
    "El camio\u0301n 😀 cruzó la frontera.",
    "",
    "¿Sólo\u200b la niña?\n\n¡No!",
    "A" + "b" * 100 + " ano año",
    " ",
]
CONFIG = ServingConfig(max_batch=8, max_length=20)


class Served:
    """A model and its signatures: as they are loaded from a SavedModel, or, quicker, as traced."""

    def __init__(self, source, folder=None):
        self.source = source
        self.model = load_served(source, VocabularyConfig())
        if folder is None:
            limits = Limits(CONFIG.max_length, CONFIG.max_batch)
            functions = signatures(self.model, limits)
            self.signatures = {name: tf.function(f) for name, f in functions.items()}
        else:
            self.manifest = export_saved_model(self.model, CONFIG, folder)
            self.signatures = tf.saved_model.load(str(folder / "1")).signatures

    def ask(self, signature, *columns):
        names = ("texts", "second_texts")
        tensors = {
            name: tf.constant(texts, tf.string) for name, texts in zip(names, columns, strict=False)
        }
        return {k: v.numpy() for k, v in self.signatures[signature](**tensors).items()}

    def states(self, text, second=None):
        return self.model.model.states(batch_of(text, second))[0].numpy()

    def logits(self, text, second=None):
        return self.model.model(batch_of(text, second))[0].numpy()


def batch_of(text, second=None):
    ids = [TOKENIZER.cls_id, *TOKENIZER.encode(text), TOKENIZER.sep_id]
    segments = [0] * len(ids)
    if second is not None:
        more = [*TOKENIZER.encode(second), TOKENIZER.sep_id]
        ids, segments = ids + more, segments + [1] * len(more)
    return Batch(*(np.array([row], np.int32) for row in (ids, [1] * len(ids), segments)))


def softmax(logits):
    exponents = np.exp(logits - logits.max(-1, keepdims=True))
    return exponents / exponents.sum(-1, keepdims=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def discriminator(wide_run, folder):
    export(wide_run, folder / "model")
    return Served(folder / "model" / "discriminator", folder / "discriminator")


@pytest.fixture(scope="module")
def classifier(folder):
    return Served(write_task_model(folder / "classes", "classifier"), folder / "classifier")


@pytest.fixture(scope="module")
def tagger(folder):
    return Served(write_task_model(folder / "entities", "entities"), folder / "tagger")


def test_a_discriminator_judges_each_piece(discriminator):
    outputs = discriminator.ask("serving_default", TEXTS)
    for row, text in enumerate(TEXTS):
        pieces, count = TOKENIZER.tokenize(text), outputs["counts"][row]
        assert [piece.decode() for piece in outputs["pieces"][row][:count]] == pieces
        expected = 1 / (1 + np.exp(-discriminator.logits(text)[1:-1]))
        np.testing.assert_allclose(outputs["replaced"][row][:count], expected, atol=1e-4)
        assert set(outputs["pieces"][row][count:]) <= {b""}
        assert set(outputs["begins"][row][count:]) <= {-1}
    places = zip(outputs["begins"][0], outputs["ends"][0], strict=True)
    shown = [TEXTS[0][begin:end] for begin, end in places if begin >= 0]
    assert shown == ["El", "camio\u0301n", "😀", "cruzó", "la", "frontera", "."]


def test_a_classifier_gives_classes_of_texts_and_pairs(classifier):
    outputs = classifier.ask("classify", TEXTS)
    expected = softmax(np.stack([classifier.logits(text) for text in TEXTS]))
    np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-4)
    assert [label.decode() for label in outputs["labels"]] == [
        CLASSES[number] for number in expected.argmax(-1)
    ]
    assert [name.decode() for name in outputs["classes"][1]] == list(CLASSES)
    seconds = ["la", "¿No?", "", "ano", "El camión"]
    pairs = softmax(np.stack([classifier.logits(*pair) for pair in zip(TEXTS, seconds)]))  # noqa: B905
    found = classifier.ask("pairs", TEXTS, seconds)["probabilities"]
    np.testing.assert_allclose(found, pairs, atol=1e-4)
    assert np.abs(found - outputs["probabilities"]).max() > 0.01


def test_a_regression_gives_a_value(folder):
    served = Served(write_task_model(folder / "values", "regression"))
    expected = [served.logits(text)[0] for text in TEXTS]
    np.testing.assert_allclose(served.ask("classify", TEXTS)["values"], expected, atol=1e-4)


def expected_words(tagger, text):
    """Tags and scores of BERT's words: what their first pieces say."""
    ids = TOKENIZER.encode(text)
    first = [place for place, number in enumerate(ids) if not TOKENIZER.continuation[number]]
    probabilities = softmax(tagger.logits(text)[1:-1][first])
    return [ENTITY_TAGS[number] for number in probabilities.argmax(-1)], probabilities.max(-1)


def test_a_tagger_gives_words_and_entities_with_their_places(tagger):
    texts = [*TEXTS, "El año la niña ano", "ano solo frontera El", "La Ña é ú güi"]
    words, found = tagger.ask("words", texts), tagger.ask("serving_default", texts)
    total = 0
    for row, text in enumerate(texts):
        tags, scores = expected_words(tagger, text)
        count = words["counts"][row]
        assert [tag.decode() for tag in words["tags"][row][:count]] == tags
        np.testing.assert_allclose(words["scores"][row][:count], scores, atol=1e-4)
        expected = entities(tags)
        total += len(expected)
        assert found["counts"][row] == len(expected)
        for place, entity in enumerate(expected):
            begin, end = found["begins"][row][place], found["ends"][row][place]
            assert begin == words["begins"][row][entity.start]
            assert end == words["ends"][row][entity.end - 1]
            assert found["texts"][row][place].decode() == text[begin:end]
            assert found["types"][row][place].decode() == entity.type
            score = scores[entity.start : entity.end].mean()
            np.testing.assert_allclose(found["scores"][row][place], score, atol=1e-4)
    assert total >= 3  # or there was nothing to compare


def test_tags_of_words_are_the_answer_where_there_are_no_entities(folder):
    served = Served(write_task_model(folder / "pos", "word_classes"))
    assert list(served.signatures) == ["words", "embeddings"]
    outputs = served.ask("words", ["¿Sólo la niña?"])
    assert [word.decode() for word in outputs["texts"][0]] == ["¿", "Sólo", "la", "niña", "?"]
    assert {tag.decode() for tag in outputs["tags"][0]} <= {"ADJ", "NOUN", "VERB"}


def test_embeddings_are_the_encoders_last_states(classifier):
    outputs = classifier.ask("embeddings", TEXTS)
    for row, text in enumerate(TEXTS):
        states = classifier.states(text)
        np.testing.assert_allclose(outputs["cls"][row], states[0], atol=1e-4)
        np.testing.assert_allclose(outputs["mean"][row], states.mean(0), atol=1e-4)


def test_the_outputs_are_those_of_transformers(classifier, tagger, discriminator):
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")

    def logits(served, class_name, text):
        tokenizer = transformers.AutoTokenizer.from_pretrained(served.source)
        model = getattr(transformers, class_name).from_pretrained(served.source).eval()
        with torch.no_grad():
            return model(**tokenizer(text, return_tensors="pt")).logits[0].numpy()

    text = TEXTS[0]
    theirs = logits(classifier, "AutoModelForSequenceClassification", text)
    found = classifier.ask("classify", [text])["probabilities"][0]
    np.testing.assert_allclose(found, softmax(theirs), atol=1e-4)
    theirs = logits(tagger, "AutoModelForTokenClassification", text)[1:-1]
    found = tagger.ask("words", [text])["scores"][0]  # each word of this text is one piece
    np.testing.assert_allclose(found, softmax(theirs).max(-1), atol=1e-4)
    theirs = logits(discriminator, "ElectraForPreTraining", text)[1:-1]
    found = discriminator.ask("replaced_tokens", [text])["replaced"][0]
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-theirs)), atol=1e-4)


def test_no_text_has_no_answer(discriminator, classifier, tagger):
    for served in (discriminator, classifier, tagger):
        for signature in served.signatures:
            columns = [[], []] if signature == "pairs" else [[]]
            for values in served.ask(signature, *columns).values():
                assert len(values) == 0


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a"] * 9, r"9 texts are too many at once: give at most 8"),
        (["a", "a " * 18, "a " * 19], r"text 2 has 21 word pieces, .* where 20 is the limit"),
        ([b"a", b"\xff"], r"text 1 is no valid UTF-8"),
    ],
)
@pytest.mark.parametrize("signature", ["serving_default", "embeddings"])
def test_what_is_too_much_is_refused_by_number(tagger, signature, texts, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        tagger.ask(signature, texts)


def test_pairs_have_two_texts_and_one_limit(classifier):
    with pytest.raises(tf.errors.InvalidArgumentError, match="2 texts, but 1 second texts"):
        classifier.ask("pairs", ["a", "b"], ["a"])
    with pytest.raises(tf.errors.InvalidArgumentError, match="text 0 has 21 word pieces"):
        classifier.ask("pairs", ["a " * 9], ["a " * 9])


def test_it_is_not_written_again_unless_something_changed(classifier, folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder / "classifier", copy)

    def written():
        return (copy / "1" / "saved_model.pb").stat().st_mtime_ns

    before = written()
    assert export_saved_model(classifier.model, CONFIG, copy).facts == classifier.manifest.facts
    assert written() == before
    changed = export_saved_model(classifier.model, ServingConfig(max_batch=8), copy)
    assert changed.facts["max_length"] == 64  # what the model reads
    assert written() != before


def test_more_than_the_model_can_read_is_refused(classifier, tmp_path):
    with pytest.raises(ConfigError, match=r"max_length=65, but .* reads 64 word pieces at most"):
        export_saved_model(classifier.model, ServingConfig(max_length=65), tmp_path / "out")


def test_files_of_others_are_not_replaced(classifier, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="holds files that are no saved_model"):
        export_saved_model(classifier.model, CONFIG, tmp_path)


@pytest.mark.slow
def test_it_is_written_to_any_storage(classifier, bucket):
    export_saved_model(classifier.model, CONFIG, bucket / "saved_model")
    Manifest.load(bucket / "saved_model").verify()


def test_another_models_answers_are_found_out(classifier, folder):
    others = load_served(classifier.source, VocabularyConfig())
    bias = next(v for v in others.model.variables if v.path.endswith("out_proj/bias"))
    bias.assign_add([1e-3, 0, 0])
    limits = Limits(CONFIG.max_length, CONFIG.max_batch)
    verify(folder / "classifier" / "1", classifier.model, limits)
    with pytest.raises(ServingError, match=r"answers '¿Cuándo .* with probabilities="):
        verify(folder / "classifier" / "1", others, limits)


def test_tensorflow_alone_loads_and_asks_it(tagger, folder):
    program = f"""
        import sys
        import tensorflow as tf, tensorflow_text
        model = tf.saved_model.load({str(folder / "tagger" / "1")!r})
        outputs = model.signatures["words"](texts=tf.constant([{TEXTS[0]!r}]))
        assert not any(name.startswith("selectra") for name in sys.modules)
        print(*outputs["begins"].numpy()[0])
    """
    found = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True, text=True, check=False, env={"PATH": "", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    assert found.stdout.split() == ["0", "3", "11", "13", "19", "22", "30"], found.stderr[-2000:]
