import json

import pytest

from selectra_pipeline.config.schedule import ScheduleConfig
from selectra_pipeline.pretraining.run_plan import (
    RUN_FILE,
    ResumeError,
    RunPlan,
    claim_directory,
)

COOLDOWN = {"kind": "constant_with_cooldown"}


def defining(total_steps=1_000, tokenizer="ab12", seed=1, **schedule):
    config = ScheduleConfig(**{"peak": 5e-4, "warmup_steps": 10, **schedule})
    settings = {"total_steps": total_steps, "schedule": config.to_dict(), "seed": seed}
    return {"pretraining": settings, "tokenizer": tokenizer}


def content(directory):
    return json.loads((directory / RUN_FILE).read_text())


@pytest.fixture
def directory(tmp_path):
    """Of a run of 1,000 steps, claimed before its first step."""
    claim_directory(tmp_path, defining(), steps_done=0)
    return tmp_path


def refused(directory, wanted, steps_done):
    before = (directory / RUN_FILE).read_bytes()
    with pytest.raises(ResumeError) as caught:
        claim_directory(directory, wanted, steps_done)
    assert (directory / RUN_FILE).read_bytes() == before
    return str(caught.value)


# Claiming


def test_a_new_directory_is_claimed_and_can_be_claimed_again(directory):
    claim_directory(directory, defining(restarts=()), steps_done=500)
    assert content(directory)["earlier_plans"] == []


def test_another_run_is_refused_with_every_difference(directory):
    message = refused(directory, defining(tokenizer="cd34", seed=2, peak=1e-3), 500)
    assert "pretraining.schedule.peak: 0.0005 -> 0.001" in message
    assert "pretraining.seed: 1 -> 2" in message
    assert "tokenizer: 'ab12' -> 'cd34'" in message
    assert "restarts" not in message
    assert "--params run=NAME" in message


# Going on under another plan


def test_a_finished_run_goes_on_in_a_new_cycle_and_remembers_its_earlier_plan(directory):
    longer = defining(2_000, restarts=[1_000])
    claim_directory(directory, longer, steps_done=1_000)
    assert content(directory)["pretraining"]["total_steps"] == 2_000
    (earlier,) = content(directory)["earlier_plans"]
    assert (earlier["until_step"], earlier["total_steps"]) == (1_000, 1_000)
    assert earlier["schedule"]["restarts"] == []


def test_earlier_plans_add_up(directory):
    claim_directory(directory, defining(2_000, restarts=[1_000]), steps_done=1_000)
    claim_directory(directory, defining(2_500, restarts=[1_000, 2_000]), steps_done=1_700)
    assert [plan["until_step"] for plan in content(directory)["earlier_plans"]] == [1_000, 1_700]


def test_an_unfinished_run_may_plan_cycles_after_its_own(directory):
    claim_directory(directory, defining(2_000, restarts=[1_000]), steps_done=400)
    assert content(directory)["earlier_plans"][0]["until_step"] == 400


def test_a_run_without_a_checkpoint_may_take_any_plan(directory):
    claim_directory(directory, defining(77, peak=1.0), steps_done=0)
    assert content(directory)["pretraining"]["total_steps"] == 77


def test_a_constant_rate_can_be_cooled_down_at_any_time(tmp_path):
    claim_directory(tmp_path, defining(10_000, **COOLDOWN, cooldown_steps=2_000), steps_done=0)
    claim_directory(tmp_path, defining(6_000, **COOLDOWN, cooldown_steps=1_000), steps_done=5_000)
    assert content(tmp_path)["pretraining"]["total_steps"] == 6_000


def test_a_cooldown_that_would_have_begun_already_is_refused(tmp_path):
    claim_directory(tmp_path, defining(10_000, **COOLDOWN, cooldown_steps=2_000), steps_done=0)
    message = refused(tmp_path, defining(6_000, **COOLDOWN, cooldown_steps=1_000), 5_002)
    assert "another learning rate is 5001: 0.0005 was taken, 0.0004995 is planned" in message


def test_more_steps_alone_are_refused_with_the_setting_that_goes_on(directory):
    message = refused(directory, defining(2_000), 1_000)
    assert "pretraining.total_steps: 1000 -> 2000" in message
    assert "The first step that would have had another learning rate is 1:" in message
    assert "To go on from step 1000, with a new cycle" in message
    assert "set pretraining.schedule.restarts=[1000]. Or give" in message
    claim_directory(directory, defining(2_000, restarts=[1_000]), steps_done=1_000)


def test_the_advice_names_every_setting_that_must_go_back(directory):
    wanted = defining(3_000, kind="cosine", warmup_steps=20, restarts=[500, 2_000])
    message = refused(directory, wanted, 600)
    assert 'pretraining.schedule.kind="polynomial"' in message
    assert "pretraining.schedule.warmup_steps=10" in message
    assert "pretraining.schedule.restarts=[1000, 2000]" in message
    assert "peak=" not in message


def test_the_same_number_of_steps_at_other_rates_is_refused_without_such_advice(directory):
    message = refused(directory, defining(peak=1e-3), 300)
    assert "is 1: 4.995e-05 was taken, 9.99e-05 is planned" in message
    assert "To go on" not in message


def test_fewer_steps_than_were_taken_are_refused(directory):
    claim_directory(directory, defining(2_000, restarts=[1_000]), steps_done=1_000)
    message = refused(directory, defining(1_000), 1_200)
    assert "The new plan ends at step 1000, which is behind the run" in message
    assert "To go on" not in message


def test_plans_are_compared_at_the_steps_taken_alone():
    shorter = RunPlan(100, ScheduleConfig(warmup_steps=0))
    longer = RunPlan(200, ScheduleConfig(warmup_steps=0))
    assert longer.continues(shorter, steps_done=1)  # both begin at the peak
    assert not longer.continues(shorter, steps_done=2)


def test_what_an_earlier_version_counted_is_no_difference(tmp_path):
    """`run.json` once held settings that only say in which parts a step is computed."""
    claim_directory(tmp_path, defining(), steps_done=0)
    path = tmp_path / RUN_FILE
    content = json.loads(path.read_text())
    content["pretraining"] |= {"accumulation_steps": 1, "logit_rows": 1024}
    path.write_text(json.dumps(content))
    claim_directory(tmp_path, defining(), steps_done=5)
