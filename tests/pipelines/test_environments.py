"""The environments are recipes: what the configuration files say is what was published."""

import subprocess
import sys
from pathlib import Path

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from selectra_pipeline.config.hub_address import HubAddress
from selectra_pipeline.config.project import ProjectConfig
from selectra_pipeline.downstream.tasks.loading import load_task

PROJECT = Path(__file__).parents[2]


def load(env: str, **params) -> ProjectConfig:
    bootstrap_project(PROJECT)
    with KedroSession.create(project_path=PROJECT, env=env, runtime_params=params) as session:
        return ProjectConfig.from_params(session.load_context().params)


@pytest.mark.parametrize(
    ("env", "width", "heads", "generator_width", "generator_heads"),
    [("selectra_small", 256, 4, 64, 1), ("selectra_medium", 384, 6, 96, 1)],
)
def test_the_recipes_are_the_published_ones(env, width, heads, generator_width, generator_heads):
    config = load(env)
    pretraining = config.pretraining
    encoder = pretraining.architecture.discriminator(config.vocabulary.size)
    assert (encoder.vocab_size, encoder.max_position_embeddings) == (50_000, 512)
    assert (encoder.num_layers, encoder.hidden_size, encoder.num_heads) == (12, width, heads)
    assert encoder.intermediate_size == 4 * width
    assert (encoder.dropout, encoder.attention_dropout) == (0.1, 0.1)
    assert (encoder.initializer_range, encoder.layer_norm_epsilon) == (0.02, 1e-12)
    vocabulary = config.vocabulary
    assert (vocabulary.min_frequency, vocabulary.alphabet_limit) == (2, 1_000)
    assert (vocabulary.lowercase, vocabulary.strip_accents) == (False, False)
    generator = pretraining.architecture.generator(config.vocabulary.size)
    assert (generator.num_layers, generator.hidden_size) == (12, generator_width)
    assert (generator.num_heads, generator.intermediate_size) == (
        generator_heads,
        4 * generator_width,
    )
    assert (pretraining.total_steps, pretraining.batch_size) == (300_000, 128)
    objective, optimizer = pretraining.objective, pretraining.optimizer
    assert (objective.masking.fraction, objective.masking.mask_probability) == (0.15, 0.85)
    assert (objective.mlm_weight, objective.rtd_weight) == (1.0, 50.0)
    assert (optimizer.beta_1, optimizer.beta_2, optimizer.epsilon) == (0.9, 0.999, 1e-6)
    assert (optimizer.weight_decay, optimizer.clip_norm) == (0.01, 1.0)
    schedule = pretraining.schedule
    assert (schedule.peak, schedule.warmup_steps, schedule.restarts) == (5e-4, 10_000, (150_000,))
    assert config.records.sequence_length == 512
    assert config.directories.model == f"data/06_models/{env}/huggingface"
    card = config.card
    assert (card.model_name, card.language, card.license) == (env, ("es",), "apache-2.0")
    assert card.datasets == ("oscar-corpus/OSCAR-2301",)


@pytest.mark.parametrize(
    ("env", "name"), [("base", "embedded"), ("selectra_small", "selectra_small")]
)
def test_a_run_has_a_name_without_one_on_the_command_line(env, name):
    assert load(env).run == name
    assert load(env, run="mine").run == "mine"


@pytest.mark.parametrize("env", ["selectra_small", "selectra_medium"])
def test_the_recipes_read_the_spanish_part_of_oscar_unless_told_otherwise(env):
    (path,) = load(env).ingestion.source.paths
    address = HubAddress.parse(path)
    assert address.repository == "oscar-corpus/OSCAR-2301"
    assert address.pattern == "es_meta/es_meta_part_*.jsonl.zst"
    assert load(env, corpus="embedded").ingestion.source.is_embedded


def test_an_environment_takes_run_data_root_corpus_and_strategy_from_the_command_line():
    config = load("selectra_small", run="r1", data_root="/disk", corpus="a;b", strategy="gpu")
    assert config.directories.records == "/disk/05_model_input/r1/records"
    assert config.ingestion.source.paths == ("a", "b")
    assert config.pretraining.strategy == "gpu"


def test_a_process_of_an_environment_alone_writes_under_its_name():
    """In a process of its own: what sessions before left in it must not help."""
    script = (
        "from kedro.framework.session import KedroSession\n"
        "from kedro.framework.startup import bootstrap_project\n"
        f"bootstrap_project({str(PROJECT)!r})\n"
        f"with KedroSession.create(project_path={str(PROJECT)!r}, env='one_hour') as session:\n"
        "    context = session.load_context()\n"
        "    model = context.params['directories']['model']\n"
        "    print('FOUND', model, context.catalog['model'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    [found] = [line for line in done.stdout.splitlines() if line.startswith("FOUND")]
    assert found.count("06_models/one_hour/huggingface") == 2
    assert "embedded" not in found


def test_the_base_environment_uses_the_embedded_corpus():
    assert load("base").ingestion.source.is_embedded


@pytest.mark.parametrize("env", ["base", "selectra_small", "selectra_medium"])
def test_every_environment_has_the_published_tasks_and_their_fine_tuning(env):
    evaluation = load(env).evaluation
    published = ("xnli", "paws_x", "conll2002_ner", "conll2002_pos")
    selected = ("world_entities", "world_genres") if env == "base" else published
    assert evaluation.selected == selected
    tasks = evaluation.tasks
    for task in (tasks[name] for name in published):
        settings = task.finetuning
        assert (settings.epochs, settings.batch_size, settings.learning_rate) == (5, 32, 1e-4)
        assert (settings.warmup_fraction, settings.layer_decay) == (0.1, 0.8)
        assert settings.max_length == 512
        assert all(path.startswith("hf://") for path in (*task.train, *task.validation, *task.test))
    assert tasks["xnli"].labels == ("contradiction", "neutral", "entailment")
    assert len(tasks["conll2002_pos"].labels) == 60


@pytest.mark.parametrize("name", ["conll2002_ner", "conll2002_pos"])
def test_a_built_in_task_takes_files_of_ones_own_from_the_command_line(name, shared_data):
    folder = shared_data / "conll2002"
    files = {"train": str(folder / "esp.train"), "test": str(folder / "esp.testa")}
    config = load("base", evaluation={"tasks": {name: {**files, "validation": []}}})
    task = load_task(config.evaluation.tasks[name])
    assert len(task.rows["test"]) == 1_915
    assert len(task.type.label_names) == {"conll2002_ner": 9, "conll2002_pos": 60}[name]
