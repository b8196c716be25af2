import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.hub_address import HubAddress
from selectra_pipeline.config.ingestion import IngestionConfig

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("hf://datasets/a/b", HubAddress("a/b")),
        ("hf://datasets/a/b-1.0/", HubAddress("a/b-1.0")),
        ("hf://datasets/a/b@v2/x/*.gz", HubAddress("a/b", "v2", "x/*.gz")),
        ("hf://datasets/a/b/x/**/y.jsonl", HubAddress("a/b", "main", "x/**/y.jsonl")),
        (
            "hf://datasets/a/b@refs/convert/parquet/x",
            HubAddress("a/b", "refs/convert/parquet", "x"),
        ),
        (f"hf://datasets/a/b@{COMMIT}", HubAddress("a/b", COMMIT)),
    ],
)
def test_an_address_names_repository_revision_and_files(text, address):
    assert HubAddress.parse(text) == address
    assert HubAddress.parse(str(address)) == address
    assert address.is_pinned == (COMMIT in text)


@pytest.mark.parametrize(
    "text", ["hf://a/b", "hf://datasets/b", "hf://models/a/b", "hf://datasets/a/b@/x", "hf://"]
)
def test_an_address_of_another_shape_is_refused_with_the_right_one(text):
    with pytest.raises(ConfigError, match=r"write hf://datasets/OWNER/NAME@REVISION/PATTERN"):
        IngestionConfig.from_params({"source": {"paths": text}})


def test_an_empty_field_and_an_unknown_layout_are_refused():
    with pytest.raises(ConfigError, match="text_field is empty"):
        IngestionConfig.from_params({"source": {"text_field": ""}})
    with pytest.raises(ConfigError, match="layout must be one of auto, text, oscar"):
        IngestionConfig.from_params({"source": {"layout": "oscar-2301"}})
