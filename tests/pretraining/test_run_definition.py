import pytest
from tiny_run import config

from selectra_pipeline.pretraining.run_definition import hosts_fingerprint

OURS = config()


@pytest.mark.parametrize(
    "changes",
    [
        {"evaluation": {"every": 20}},
        {"steps_per_loop": 2},
        {"log_every": 5},
        {"checkpoint": {"every": 30}},
    ],
)
def test_hosts_must_agree_on_when_they_stop_to_look(changes):
    assert hosts_fingerprint("abc", OURS) != hosts_fingerprint("abc", config(**changes))


def test_hosts_differ_in_their_place_and_speed():
    theirs = config(peak_teraflops=2.0, hosts={"addresses": ["a:1", "b:1"], "index": 1})
    assert hosts_fingerprint("abc", OURS) == hosts_fingerprint("abc", theirs)
    assert hosts_fingerprint("abc", OURS) != hosts_fingerprint("def", OURS)
