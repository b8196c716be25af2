"""Nodes of the demo stage."""

from typing import Any

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.demo import DemoConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig


def open_page(
    params: dict[str, Any], vocabulary: dict[str, Any], directories: dict[str, str]
) -> None:
    """Serve the page with the models, until a signal ends it."""
    try:
        # These import Gradio, and TensorFlow: slow.
        from selectra_pipeline.serving.page import Page
        from selectra_pipeline.serving.page_server import listening, serve
    except ModuleNotFoundError as error:
        if error.name != "gradio":
            raise
        raise ConfigError(
            'the page needs Gradio, which is not installed; install the extra "demo": '
            "pip install 'selectra-pipeline[demo]'"
        ) from None
    from selectra_pipeline.reporting.model_card import read_card
    from selectra_pipeline.serving.page_models import load_page_models
    from selectra_pipeline.serving.page_texts import load_texts

    config = DemoConfig.from_params(params, "demo")
    texts = load_texts()
    with listening(config) as at:
        models = load_page_models(
            config,
            directories["model"],
            directories["finetuned"],
            VocabularyConfig.from_params(vocabulary, "vocabulary"),
        )
        serve(Page(models, config, read_card(models.source), texts), config, at)
