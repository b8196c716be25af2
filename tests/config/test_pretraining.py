import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.objective import MaskingConfig
from selectra_pipeline.config.pretraining import PretrainingConfig


def error_of(params):
    with pytest.raises(ConfigError) as caught:
        PretrainingConfig.from_params(params, "pretraining")
    return str(caught.value)


def schedule(total_steps, **params):
    return {"total_steps": total_steps, "schedule": params}


def test_the_defaults_fit_together():
    assert PretrainingConfig().schedule.warmup_steps < PretrainingConfig().total_steps


def test_the_recipe_of_selectra_is_accepted():
    recipe = schedule(300_000, peak="5e-4", warmup_steps=10_000, restarts=[150_000])
    config = PretrainingConfig.from_params({**recipe, "batch_size": 128})
    assert config.schedule.peak == 5e-4
    assert config.schedule.restarts == (150_000,)
    assert config.objective.rtd_weight == 50.0
    assert not config.objective.masking.replacement


@pytest.mark.parametrize(("length", "predictions"), [(128, 19), (512, 79), (32, 4), (3, 1)])
def test_the_number_of_predictions_is_the_originals(length, predictions):
    assert MaskingConfig().max_predictions(length) == predictions


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (schedule(100, warmup_steps=5, restarts=[100]), "must lie below total_steps=100"),
        (schedule(100, warmup_steps=5, restarts=[50, 20]), "must be positive and ascending"),
        (schedule(100, warmup_steps=5, restarts=[0]), "must be positive and ascending"),
        (schedule(100, warmup_steps=20, restarts=[90]), "the shortest cycle of the learning rate"),
        (schedule(100, warmup_steps=100), "warmup_steps=100 must be below"),
        (schedule(100, warmup_steps=-1), "must not be negative"),
        (schedule(100, peak=0.0), "peak=0.0 must be above 0"),
        ({"objective": {"temperature": 0}}, "temperature=0.0 must be above 0"),
        ({"objective": {"masking": {"fraction": 0}}}, "fraction=0.0 must be above 0"),
        ({"objective": {"masking": {"mask_probability": 2}}}, "must be from 0 to 1"),
        ({"optimizer": {"beta_1": 1.0}}, "beta_1=1.0 must be at least 0 and below 1"),
        ({"optimizer": {"clip_norm": 0}}, "clip_norm=0.0 must be above 0"),
        ({"checkpoint": {"keep": 0}}, "keep=0 must be at least 1"),
        ({"checkpoint": {"every": 0}}, "every=0 must be at least 1 step"),
        ({"checkpoint": {"keep_best": -1}}, "keep_best=-1 must not be negative"),
        (
            {"checkpoint": {"best_metric": "auc"}},
            "best_metric='auc' is no held-out metric that can choose; use one of mlm_loss,",
        ),
        (
            {"checkpoint": {"keep_best": 1, "every": 50}, "evaluation": {"every": 40}},
            "every=50 is no multiple of evaluation.every=40; set checkpoint.every to 40, or",
        ),
        ({"evaluation": {"every": 0}}, "every=0 must be at least 1 step"),
        ({"batch_size": 0}, "batch_size=0 must be at least 1"),
        ({"steps_per_loop": 0}, "steps_per_loop=0 must be at least 1"),
        ({"precision": "float8"}, "pretraining.precision must be one of float32, bfloat16"),
        ({"precision": "float16", "strategy": "tpu"}, "use bfloat16, which needs no loss scaling"),
        ({"batch_size": 10, "accumulation_steps": 4}, "not divisible by accumulation_steps=4"),
        ({"accumulation_steps": 0}, "accumulation_steps=0 must be at least 1"),
        ({"logit_rows": 0}, "logit_rows=0 must be at least 1"),
        ({"length_buckets": [64, 32]}, "length_buckets=[64, 32] must be ascending"),
        ({"length_buckets": [4]}, "must be ascending, from 8 tokens on"),
        ({"length_buckets": [64], "steps_per_loop": 2}, "length_buckets need steps_per_loop=1"),
        ({"hosts": {"addresses": ["a:1", "b"]}}, "'b' has no port; write it as name:port"),
        ({"hosts": {"addresses": ["a:1", "b:2"], "index": 2}}, "index=2 must be from 0 to 1"),
        ({"objective": {"task": "mlm", "generator": "tied"}}, "generator=tied needs task=electra"),
        ({"objective": {"task": "bert"}}, "task must be one of electra, mlm, electric"),
        (
            {"objective": {"generator": "uniform", "generator_embeddings": "own"}},
            "generator_embeddings=own needs an encoder of the generator's own",
        ),
        (
            {"objective": {"task": "electric", "temperature": 2}},
            "task=electric needs temperature=1",
        ),
        (
            {"objective": {"masking": {"whole_words": True, "replacement": True}}},
            "whole_words=true chooses each word once",
        ),
        (
            {"objective": {"task": "mlm"}, "checkpoint": {"keep_best": 1}},
            "best_metric=rtd_auc is not measured with task=mlm",
        ),
        (
            {
                "objective": {"generator": "uniform"},
                "checkpoint": {"keep_best": 1, "best_metric": "mlm_loss"},
            },
            "best_metric=mlm_loss is not measured with generator=uniform",
        ),
        ({"optimizer": {"clip_norm": float("inf")}}, "optimizer.clip_norm must be a finite number"),
        ({"optimizer": {"weight_decay": -1}}, "weight_decay=-1.0 must not be negative"),
        ({"objective": {"mlm_weight": -1}}, "mlm_weight=-1.0 must not be negative"),
        (
            {"objective": {"generator": "uniform", "temperature": 2}},
            "temperature=2.0 has no effect with generator=uniform",
        ),
        (
            {"objective": {"task": "mlm", "disallow_correct": True}},
            "have no effect with task=mlm",
        ),
        (
            {"objective": {"task": "electric", "masking": {"whole_words": True}}},
            "masking.whole_words=false",
        ),
        (
            {"objective": {"mlm_weight": 0, "rtd_weight": 0}},
            "with mlm_weight=0 and rtd_weight=0 nothing is learned; set mlm_weight or rtd_weight",
        ),
        (
            {"objective": {"task": "mlm", "mlm_weight": 0}},
            "with mlm_weight=0 nothing is learned; set mlm_weight above 0",
        ),
        (
            {"objective": {"generator": "uniform", "rtd_weight": 0}},
            "with rtd_weight=0 nothing is learned; set rtd_weight above 0",
        ),
        (
            {"objective": {"generator": "uniform", "mlm_weight": 2}},
            "mlm_weight=2.0 has no effect with generator=uniform",
        ),
        (
            {"objective": {"task": "mlm", "rtd_weight": 20}},
            "rtd_weight=20.0 has no effect with task=mlm",
        ),
        (
            {"objective": {"generator": "uniform", "masking": {"mask_probability": 1}}},
            "masking.mask_probability=1.0 has no effect with generator=uniform",
        ),
        (
            {"objective": {"task": "electric", "masking": {"mask_probability": 1}}},
            "has no effect with generator=uniform and with task=electric",
        ),
        ({"seed": -1}, "seed=-1 must be from 0 to 2147483647"),
        ({"seed": 2**31}, "seed=2147483648 must be from 0 to 2147483647"),
        (
            {"initial_weights": "x", "repeat_positions": 129},
            "repeat_positions=129 is more than architecture.max_position_embeddings=128",
        ),
        ({"peak_teraflops": 0}, "peak_teraflops=0.0 must be above 0, or null to measure it"),
        ({"strategy": "tpuu"}, "pretraining.strategy must be one of"),
        ({"objective": {"maskin": {}}}, "did you mean 'masking'?"),
    ],
)
def test_what_cannot_work_is_refused(params, message):
    assert message in error_of(params)


@pytest.mark.parametrize("weight", ["mlm_weight", "rtd_weight"])
def test_one_of_two_losses_may_count_for_nothing(weight):
    assert PretrainingConfig.from_params({"objective": {weight: 0}, "seed": 2**31 - 1}).seed > 0


def test_messages_name_the_place_in_the_parameters():
    assert error_of({"objective": {"masking": {"fraction": 2}}}).startswith(
        "pretraining.objective.masking: fraction"
    )


def test_one_encoder_can_only_be_fresh_where_the_other_is_not():
    assert "set initial_weights, or remove it" in error_of({"fresh_encoder": "generator"})
    assert "discriminator, generator" in error_of({"initial_weights": "x", "fresh_encoder": "both"})
    config = PretrainingConfig.from_params({"initial_weights": "x", "fresh_encoder": "generator"})
    assert config.fresh_encoder == "generator"
