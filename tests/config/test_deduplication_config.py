import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.decontamination import DecontaminationConfig
from selectra_pipeline.config.ingestion import IngestionConfig


def test_both_are_off_by_default():
    config = IngestionConfig.from_params({})
    assert not config.near_duplicates.enabled
    assert not config.decontamination.is_on


@pytest.mark.parametrize("name", ["ngram", "buckets", "hashes_per_bucket"])
def test_minhash_needs_at_least_one_of_each(name):
    with pytest.raises(ConfigError, match=f"near_duplicates: {name}=0 must be from 1"):
        IngestionConfig.from_params({"near_duplicates": {name: 0}})


def test_a_sentence_is_not_longer_than_a_run():
    with pytest.raises(ConfigError, match="min_sentence_words=20 must be from 1 to run_words=13"):
        DecontaminationConfig(min_sentence_words=20)
    with pytest.raises(ConfigError, match="run_words=1 must be from 2"):
        DecontaminationConfig(run_words=1)


def test_one_evaluation_file_needs_no_list():
    params = {"decontamination": {"files": "xnli.tsv", "action": "report"}}
    config = IngestionConfig.from_params(params).decontamination
    assert config.files == ("xnli.tsv",)
    assert config.is_on
