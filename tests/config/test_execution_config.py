import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.execution import ExecutionConfig


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"executor": "dask"}, "executor must be one of local, slurm, ray; got 'dask'"),
        ({"executor": "slurm"}, "slurm.partition is not set; `sinfo` lists the partitions"),
        ({"workers": -1}, "workers=-1 must be 0"),
        ({"workers": "many"}, "workers must be a whole number"),
        ({"task_megabytes": -1}, "task_megabytes=-1.0 must not be negative"),
        ({"work_directory": "gs://bucket/work"}, "must be a local path"),
        ({"slurm": {"time": "a day"}}, "time='a day' is no time limit; write HH:MM:SS"),
        ({"slurm": {"cpus_per_task": 0}}, "cpus_per_task=0 must be 1 or more"),
        ({"slurm": {"memory_per_cpu_gb": 0}}, "memory_per_cpu_gb=0 must be 1 or more"),
        ({"slurm": {"poll_seconds": 0}}, "poll_seconds=0.0 must be above 0"),
        ({"slurm": {"partion": "short"}}, "did you mean 'partition'?"),
        ({"ray": {"memory_gb": 0}}, "memory_gb=0.0 must be above 0"),
        ({"ray": {"cpus_per_task": 0}}, "cpus_per_task=0 must be 1 or more"),
    ],
)
def test_what_cannot_work_is_refused_with_the_remedy(params, message):
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        ExecutionConfig.from_params(params)


@pytest.mark.parametrize("time", ["90", "24:00:00", "2-00:00:00", "1-12"])
def test_times_are_written_as_slurm_takes_them(time):
    assert ExecutionConfig.from_params({"slurm": {"time": time}}).slurm.time == time


def test_a_small_input_is_worked_on_by_the_calling_process():
    config = ExecutionConfig.from_params({"executor": "ray", "workers": 4})
    small, large = config.for_input(7_999_999), config.for_input(8_000_000)
    assert (small.executor, small.workers) == ("local", 1)
    assert large == config
