import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.config.language import SPANISH


def test_the_groups_for_web_text_are_off_by_default():
    config = CleaningConfig()
    groups = (config.labels, config.boilerplate, config.gopher, config.repetition, config.fineweb)
    assert not any(group.enabled for group in (*groups, config.personal_data))


def test_values_left_out_are_those_of_the_language():
    config = CleaningConfig.from_params({"gopher": {"enabled": True, "max_word_length": 12}})
    assert config.gopher.stop_words == SPANISH.stop_words
    assert config.gopher.max_word_length == 12


def test_an_unknown_language_needs_all_values_of_the_groups_that_are_on():
    assert CleaningConfig.from_params({"language": "eu"}).language == "eu"
    with pytest.raises(ConfigError, match=r"known: es.*fineweb.min_punctuated_lines"):
        CleaningConfig.from_params({"language": "eu", "fineweb": {"enabled": True}})
    values = {"enabled": True, "min_punctuated_lines": 0.2, "max_lines_per_word": 0.2}
    config = CleaningConfig.from_params({"language": "eu", "fineweb": values})
    assert config.fineweb.min_punctuated_lines == 0.2


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"gopher": {"max_bullet_lines": 1.5}}, "max_bullet_lines=1.5 is a share"),
        ({"gopher": {"min_stop_words": -1}}, "min_stop_words=-1 must not be negative"),
        ({"repetition": {"max_top_ngrams": [0.1, 0.1]}}, "each length from 2 to 4"),
        ({"personal_data": {"email": " "}}, "must be visible text"),
        ({"language": "german"}, "is no ISO 639 code"),
        (
            {"language": "de", "personal_data": {"enabled": True}},
            "the placeholders of email, phone, iban, identity are Spanish, the text is not",
        ),
        ({"gopher": {"min_word": 3}}, "did you mean 'min_words'"),
    ],
)
def test_impossible_values_are_refused(params, message):
    with pytest.raises(ConfigError, match=message):
        CleaningConfig.from_params(params)


def test_placeholders_of_ones_own_are_for_any_language():
    own = {"enabled": True, "email": "[mail]", "phone": None, "iban": "[konto]", "identity": None}
    config = CleaningConfig.from_params({"language": "de", "personal_data": own})
    assert config.personal_data.placeholders == {"email": "[mail]", "iban": "[konto]"}
    CleaningConfig.from_params({"language": "es", "personal_data": {"enabled": True}})
