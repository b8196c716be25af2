import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.zero_shot import ZeroShotConfig


def config(**params) -> ZeroShotConfig:
    return ZeroShotConfig.from_params(params, "zeroshot")


def test_one_text_may_name_several_labels():
    assert config(labels="cultura; deportes ;").labels == ("cultura", "deportes")
    assert config(labels=["cultura", "deportes"]).labels == ("cultura", "deportes")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"labels": "cultura"}, "labels='cultura' leaves nothing to choose; name two classes"),
        ({"labels": []}, "labels='' leaves nothing to choose"),
        ({"labels": [], "several": True}, "labels='' leaves nothing to choose"),
        ({"labels": "a;b;a"}, "labels names a class twice: a, b, a"),
        ({"labels": "text;title"}, "'text' is the name of a column of the predictions"),
        ({"template": "Este ejemplo."}, r'template=.* must hold "\{\}" once'),
        ({"template": "{} o {}"}, r'template=.* must hold "\{\}" once'),
        ({"batch_size": 0}, "batch_size=0 must be at least 1"),
    ],
)
def test_what_cannot_work_is_refused(params, message):
    with pytest.raises(ConfigError, match=f"^zeroshot: .*{message}"):
        config(**params)


def test_a_single_label_can_be_judged_alone():
    assert config(labels="cultura", several=True).labels == ("cultura",)
