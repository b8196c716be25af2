import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.comparison import ComparisonConfig


def test_one_text_may_name_several_models():
    config = ComparisonConfig(models=("a/x; b/y",), names=("one;two",))
    assert config.models == ("a/x", "b/y")
    assert config.names == ("one", "two")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"models": ("a", "a")}, "names a folder twice: a;a"),
        ({"models": ("a", "b"), "names": ("one",)}, "1 entries for 2 models"),
        ({"models": ("a", "b"), "names": ("one", "one")}, "names has an entry twice"),
        ({"timed_rounds": 0}, "timed_rounds=0 must be at least 1"),
        ({"max_rows": 0}, "max_rows=0 must be at least 1"),
        ({"max_length": 2}, "max_length=2 leaves no room"),
        ({"replaced_fraction": 1.0}, r"replaced_fraction=1\.0 must be above 0 and below 1"),
        ({"shown": -1}, "shown=-1 must not be negative"),
    ],
)
def test_what_can_not_work_is_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        ComparisonConfig(**settings)
