import contextlib
import dataclasses
import json
import logging
import shutil

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream import trials
from selectra_pipeline.downstream.best_model import finished_model
from selectra_pipeline.downstream.finetuning import Finetuning
from selectra_pipeline.downstream.heads import SequenceHead
from selectra_pipeline.downstream.results import TaskResult, load_results
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.task_type import Scores
from selectra_pipeline.downstream.trials import LengthError, run_trials
from selectra_pipeline.model.initialization import initial_value
from selectra_pipeline.model.pretrained_encoder import PretrainedEncoder
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

WORDS = [f"w{number}" for number in range(20)]
TOKENIZER = Tokenizer([*SPECIAL_TOKENS, *WORDS])
ENCODER = EncoderConfig(
    vocab_size=TOKENIZER.size, embedding_size=16, hidden_size=16, num_layers=1, num_heads=2,
    intermediate_size=32, max_position_embeddings=24, type_vocab_size=2, dropout=0.1,
    attention_dropout=0.1, layer_norm_epsilon=1e-12, initializer_range=0.1,
)  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> PretrainedEncoder:
    model = TaskModel(ENCODER, SequenceHead(ENCODER, 2, dtype="float32", name="head"))
    model.build()
    values = {
        v.path: initial_value(v.path, v.shape, 0.1, 7)
        for layer in (model.embeddings, model.discriminator)
        for v in layer.trainable_variables
    }
    return PretrainedEncoder("tiny", ENCODER, values, TOKENIZER)


@pytest.fixture
def task(tmp_path) -> TaskConfig:
    draw = np.random.default_rng(3)
    for split, count in (("train", 48), ("validation", 24), ("test", 24)):
        lines = []
        for _ in range(count):
            words = draw.choice(WORDS, draw.integers(1, 6)).tolist()
            label = "low" if WORDS.index(words[0]) < 10 else "high"
            lines.append(json.dumps({"text": " ".join(words), "label": label}))
        (tmp_path / f"{split}.jsonl").write_text("\n".join(lines))
    return TaskConfig.from_params(
        {
            "name": "first_word",
            "type": "classification",
            **{
                split: str(tmp_path / f"{split}.jsonl") for split in ("train", "validation", "test")
            },
            "finetuning": {"epochs": 3, "batch_size": 16, "learning_rate": 5e-3, "max_length": 16},
        }
    )


class Recorder:
    """Saves models and tracks trials, in memory; stops before the trial of the seed `stop_at`."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at = stop_at
        self.saved, self.made, self.logged = 0, [], []

    def save_model(self, folder, model, task_type) -> None:
        self.saved += 1
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.txt").write_text(str(self.made[-1]))

    @contextlib.contextmanager
    def track(self, name, params):
        if params["seed"] == self.stop_at:
            raise KeyboardInterrupt
        self.made.append(params["seed"])
        yield self

    def metrics(self, values, step) -> None:
        self.logged.append((step, dict(values)))


def run(task, encoder, folder, number=2, recorder=None):
    recorder = recorder or Recorder()
    manifest = run_trials(task, encoder, number, folder, recorder.save_model, recorder.track)
    return TaskResult.from_facts(manifest.facts), recorder


def with_settings(task, **changes):
    return dataclasses.replace(task, finetuning=dataclasses.replace(task.finetuning, **changes))


def scores(result):
    return [(trial.seed, trial.test, trial.validation) for trial in result.trials]


def test_a_trial_is_kept_though_its_tracking_ends_in_an_error(task, encoder, tmp_path):
    class Broken(Recorder):
        @contextlib.contextmanager
        def track(self, name, params):
            with super().track(name, params):
                yield self
            raise ConnectionError("no route to the server")

    with pytest.raises(ConnectionError):
        run(task, encoder, tmp_path / "out", 1, Broken())
    result, recorder = run(task, encoder, tmp_path / "out", 1)
    assert recorder.made == []
    assert len(result.trials) == 1


def test_trials_have_seeds_of_their_own_and_their_scores_are_kept(task, encoder, tmp_path):
    result, recorder = run(task, encoder, tmp_path / "out")
    assert recorder.made == [1, 2]
    assert [len(trial.validation) for trial in result.trials] == [3, 3]
    assert result.mean == np.mean([trial.test["accuracy"] for trial in result.trials])
    assert (result.checkpoint, result.parameters) == ("tiny", encoder.parameters)
    assert result.rows == {"train": 48, "validation": 24, "test": 24}
    assert load_results(tmp_path) == [result]


def test_metrics_are_tracked_after_each_epoch_and_of_the_test(task, encoder, tmp_path):
    result, recorder = run(task, encoder, tmp_path / "out", 1)
    steps = [step for step, values in recorder.logged if "loss" in values]
    assert steps == [1, 2, 3]
    assert recorder.logged[-1] == (
        3,
        {f"test/{name}": value for name, value in result.trials[0].test.items()},
    )


def test_what_is_done_is_not_made_again(task, encoder, tmp_path):
    first, _ = run(task, encoder, tmp_path / "out")
    again, recorder = run(task, encoder, tmp_path / "out")
    assert (again, recorder.made) == (first, [])


def test_more_trials_are_added_to_those_that_are_there(task, encoder, tmp_path):
    run(task, encoder, tmp_path / "out", 1)
    result, recorder = run(task, encoder, tmp_path / "out", 2)
    assert recorder.made == [2]
    assert [trial.seed for trial in result.trials] == [1, 2]


def test_an_interrupted_run_makes_the_missing_trials_and_ends_the_same(task, encoder, tmp_path):
    whole, _ = run(task, encoder, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(task, encoder, tmp_path / "out", recorder=Recorder(stop_at=2))
    resumed, recorder = run(task, encoder, tmp_path / "out")
    assert recorder.made == [2]
    assert scores(resumed) == scores(whole)


@pytest.mark.parametrize("change", [{"learning_rate": 1e-3}, {"epochs": 1}])
def test_other_settings_are_another_result(task, encoder, tmp_path, change):
    run(task, encoder, tmp_path / "out", 1)
    _, recorder = run(with_settings(task, **change), encoder, tmp_path / "out", 1)
    assert recorder.made == [1]


def test_another_first_seed_is_another_result(task, encoder, tmp_path):
    run(task, encoder, tmp_path / "out", 2)
    result, recorder = run(with_settings(task, seed=2), encoder, tmp_path / "out", 2)
    assert recorder.made[0] == 3
    assert [trial.seed for trial in result.trials] == [2, 3]


def test_a_checkpoint_of_another_name_keeps_its_trials(task, encoder, tmp_path):
    run(task, encoder, tmp_path / "out", 1)
    renamed = dataclasses.replace(encoder, name="small")
    result, recorder = run(task, renamed, tmp_path / "out", 1)
    assert (result.checkpoint, recorder.made) == ("small", [])


def test_a_score_that_is_not_a_number_is_the_lowest_and_its_model_is_saved(
    task, encoder, tmp_path, monkeypatch
):
    monkeypatch.setattr(trials, "evaluate", lambda *_: Scores({"accuracy": np.nan}))
    result, recorder = run(task, encoder, tmp_path / "out", 2)
    assert recorder.saved == 1
    assert result.diverged == ()


def test_other_weights_or_rows_are_another_result(task, encoder, tmp_path):
    run(task, encoder, tmp_path / "out", 1)
    _, recorder = run(task, encoder.with_random_weights(3), tmp_path / "out", 1)
    assert recorder.made == [1]
    with open(task.test[0], "a") as file:
        file.write('\n{"text": "w1", "label": "low"}')
    _, recorder = run(task, encoder.with_random_weights(3), tmp_path / "out", 1)
    assert recorder.made == [1]


def test_the_model_is_that_of_the_trial_that_was_best_on_validation(task, encoder, tmp_path):
    result, _ = run(with_settings(task, epochs=1), encoder, tmp_path / "out", 4)
    best = max(result.trials, key=lambda trial: trial.validation[0]["accuracy"])
    assert (tmp_path / "out" / "model" / "model.txt").read_text() == str(best.seed)


def model_of(folder):
    return (folder / "model" / "model.txt").read_text()


def best_seed(result):
    def score(trial):
        return trial.validation[trial.best_epoch]["accuracy"]

    return str(max(result.trials, key=score).seed)


@pytest.mark.parametrize("between", [{"seed": 10}, {"learning_rate": 1e-4}])
def test_the_model_is_that_of_the_best_trial_again_after_trials_of_other_settings(
    task, encoder, tmp_path, between
):
    first, _ = run(task, encoder, tmp_path / "out", 2)
    run(with_settings(task, **between), encoder, tmp_path / "out", 1)
    again, _ = run(task, encoder, tmp_path / "out", 2)
    assert model_of(tmp_path / "out") == best_seed(first) == best_seed(again)


def test_fewer_trials_have_the_model_of_the_best_of_them(task, encoder, tmp_path):
    for number in (4, 1):
        result, _ = run(with_settings(task, epochs=1), encoder, tmp_path / "out", number)
        assert model_of(tmp_path / "out") == best_seed(result)


def test_a_model_of_earlier_trials_is_removed_where_all_diverge(task, encoder, tmp_path):
    run(task, encoder, tmp_path / "out", 1)
    diverging = with_settings(task, learning_rate=1e30)
    run(diverging, encoder, tmp_path / "out", 1)
    assert not (tmp_path / "out" / "model").exists()
    _, recorder = run(diverging, encoder, tmp_path / "out", 2)
    assert recorder.made == [2]


@pytest.mark.parametrize("lost", ["damaged", "gone"])
def test_a_model_that_is_not_whole_is_made_again_and_never_vouched_for(
    task, encoder, tmp_path, lost
):
    first, _ = run(task, encoder, tmp_path / "out", 2)
    folder = tmp_path / "out"
    if lost == "damaged":
        (folder / "model" / "model.txt").write_text("?")
    else:
        shutil.rmtree(folder / "model")
    (folder / "manifest.json").unlink()  # as the error about the damage advises
    again, recorder = run(task, encoder, folder, 2)
    assert recorder.made == [int(best_seed(first))]
    assert model_of(folder) == best_seed(first)
    assert again.scores == first.scores


def test_random_weights_vary_with_the_seed_of_the_trial(task, encoder, tmp_path, monkeypatch):
    drawn = []
    create = trials.TaskModel.create

    def watched(config, head, values, seed, precision):
        drawn.append(values["electra/embeddings/word_embeddings"])
        return create(config, head, values, seed, precision)

    monkeypatch.setattr(trials.TaskModel, "create", watched)
    run(task, encoder.with_random_weights(1), tmp_path / "random", 2)
    assert not np.array_equal(*drawn)
    drawn.clear()
    run(task, encoder, tmp_path / "trained", 2)
    np.testing.assert_array_equal(*drawn)


def test_the_finished_model_is_found(task, encoder, tmp_path, caplog):
    caplog.set_level("INFO")
    with pytest.raises(ConfigError, match=r"is not there; run kedro run --pipeline evaluate"):
        finished_model(tmp_path, "genres")
    run(task, encoder, tmp_path / "genres", 1)
    assert finished_model(tmp_path, "genres") == tmp_path / "genres" / "model"
    assert f"was fine-tuned from {encoder.name}" in caplog.text
    (tmp_path / "genres" / "manifest.json").unlink()
    with pytest.raises(ConfigError, match=r"was not finished; run .* tasks=genres"):
        finished_model(tmp_path, "genres")


def test_where_all_trials_diverged_there_is_no_model(task, encoder, tmp_path):
    run(with_settings(task, learning_rate=1e30), encoder, tmp_path / "genres", 1)
    with pytest.raises(ConfigError, match="diverged: there is no model"):
        finished_model(tmp_path, "genres")


def test_the_weights_of_the_best_epoch_are_tested(task, encoder, tmp_path, monkeypatch):
    weights, given = [], iter([0.5, 0.9, 0.7, 0.1])

    def evaluate(tuned, task_type, split):
        weights.append(tuned.model.head.out_proj.kernel.numpy())
        return Scores({"accuracy": next(given)})

    monkeypatch.setattr(trials, "evaluate", evaluate)
    result, _ = run(task, encoder, tmp_path / "out", 1)
    assert result.trials[0].best_epoch == 1
    np.testing.assert_array_equal(weights[3], weights[1])
    assert not np.array_equal(weights[2], weights[1])


def test_a_diverging_trial_is_named_and_in_no_mean(task, encoder, tmp_path, monkeypatch, caplog):
    train = Finetuning.train

    def diverging(tuning, batch):
        loss = train(tuning, batch)
        return tf.constant(np.nan) if tuning.seed == 2 else loss

    monkeypatch.setattr(Finetuning, "train", diverging)
    with caplog.at_level(logging.WARNING):
        result, _ = run(task, encoder, tmp_path / "out", 3)
    assert result.diverged == (2,)
    assert len(result.scores) == 2
    assert "seeds 2 diverged" in caplog.text


def test_where_all_trials_diverge_there_is_no_mean_and_no_model(task, encoder, tmp_path):
    result, recorder = run(with_settings(task, learning_rate=1e30), encoder, tmp_path / "out", 1)
    assert (result.mean, result.scores, recorder.saved) == (None, (), 0)


def test_longer_examples_than_the_model_reads_are_refused(task, encoder, tmp_path):
    message = (
        "max_length=64, but tiny reads at most 24 word pieces; "
        "set evaluation.tasks.first_word.finetuning.max_length to 24"
    )
    with pytest.raises(LengthError, match=message):
        run(with_settings(task, max_length=64), encoder, tmp_path / "out")
