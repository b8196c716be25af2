import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.card import CardConfig


def test_one_language_or_data_set_needs_no_list():
    config = CardConfig.from_params({"language": "es", "datasets": "oscar-corpus/OSCAR-2301"})
    assert (config.language, config.datasets) == (("es",), ("oscar-corpus/OSCAR-2301",))


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("language", "Spanish", "write es for Spanish"),
        ("license", "Apache 2.0", "such as apache-2.0"),
        ("datasets", "https://huggingface.co/datasets/x", "write OWNER/NAME"),
        ("model_name", " ", "name the model"),
    ],
)
def test_what_the_hub_would_refuse_is_refused_with_a_remedy(key, value, remedy):
    with pytest.raises(ConfigError, match=remedy):
        CardConfig.from_params({key: value})
