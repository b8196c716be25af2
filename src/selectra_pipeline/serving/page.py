"""The page: its layout, and what happens on it. Made with Gradio (the extra `demo`)."""

import functools
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from selectra_pipeline.config.demo import DemoConfig, Language
from selectra_pipeline.serving import page_html
from selectra_pipeline.serving.entity_tagger import EntityTagger
from selectra_pipeline.serving.label_chooser import LabelChooser
from selectra_pipeline.serving.page_models import PageModels
from selectra_pipeline.serving.page_texts import LANGUAGES, PageTexts
from selectra_pipeline.serving.speaker import Say, Speaker
from selectra_pipeline.serving.typed_text import InputProblem
from selectra_pipeline.serving.word_judge import WordJudge

# A result as HTML, in any language: kept, to be shown anew when the language changes.
Render = Callable[[PageTexts], str]

# For screen readers, hyphenation and the browser's tab.
SET_LANGUAGE = """(language) => {
  document.documentElement.lang = language;
  document.title = (%s)[language];
}"""
ANNOUNCED = "element.setAttribute('aria-live', 'polite');"  # what changes here is read out


class Page:
    """Builds the page; `blocks` is what Gradio serves.

    Args:
        card: of the model, in Markdown; None where there is none.
        texts: by language.
    """

    def __init__(
        self,
        models: PageModels,
        config: DemoConfig,
        card: str | None,
        texts: dict[Language, PageTexts],
    ) -> None:
        self._models, self._config, self._texts = models, config, texts
        self._speaker = Speaker(texts[config.language])
        self._results: list[tuple[gr.State, gr.HTML]] = []
        title = texts[config.language].title
        with gr.Blocks(title=title, analytics_enabled=False) as self.blocks:
            self._head()
            with gr.Row():
                with gr.Column(scale=3, min_width=320), gr.Tabs():
                    self._replaced_tab(models.word_judge)
                    self._labels_tab(models.label_chooser)
                    self._entities_tab(models.entity_tagger)
                with gr.Column(scale=2, min_width=320):
                    self._card(card)
            self._follow_language()

    def _head(self) -> None:
        source = str(self._models.source)
        with gr.Row():
            with gr.Column(scale=4, min_width=320):
                self._speaker.heading(lambda texts: texts.title, level=1)
                self._speaker.paragraph(lambda texts: texts.intro.format(model=source))
            with gr.Column(scale=1, min_width=220):
                self._language = self._speaker.make(
                    gr.Radio,
                    lambda texts: {"label": texts.language},
                    choices=[(name, language) for language, name in LANGUAGES.items()],
                    value=self._config.language,
                    elem_id="language",
                )

    def _replaced_tab(self, model: WordJudge) -> None:
        sentences = self._config.replaced_sentences

        def judge(typed: str, put_in: str | None = None) -> Render:
            judged = model.judge(typed)
            return lambda texts: page_html.replaced_words(judged, texts, put_in)

        def shuffle(typed: str, language: Language) -> tuple[str, Render, str]:
            try:
                changed, word = model.replace_at_random(typed, sentences, random.Random())
            except InputProblem as problem:
                return typed, *self._told(problem, language)
            # The other word may have more pieces: the changed text can be too long.
            return changed, *self._guarded(functools.partial(judge, put_in=word))(changed, language)

        with self._speaker.tab(lambda texts: texts.replaced.tab, "replaced"):
            self._speaker.paragraph(lambda texts: texts.replaced.intro)
            box = self._speaker.textbox(
                lambda texts: texts.replaced.input, value=_first(sentences), elem_id="sentence"
            )
            with gr.Row():
                submit = self._speaker.button(
                    lambda texts: texts.replaced.submit, variant="primary"
                )
                other = self._speaker.button(lambda texts: texts.replaced.shuffle)
            result = self._result(lambda texts: texts.replaced.result)
            examples = self._examples(lambda texts: texts.replaced.examples, sentences)
        self._answer(judge, [box], result, [submit.click, box.submit], "replaced_words")
        self._answer_examples(examples, box, judge, [box], result)
        other.click(
            shuffle,
            [box, self._language],
            [box, *result],
            api_name="replace_at_random",
            show_progress="hidden",
        )

    def _labels_tab(self, model: LabelChooser | None) -> None:
        config = self._config
        with self._speaker.tab(lambda texts: texts.labels.tab, "labels"):
            self._speaker.paragraph(lambda texts: texts.labels.intro)
            if model is None:
                self._speaker.markdown(lambda texts: texts.labels.missing)
                return

            def choose(typed: str, labels: str, template: str, several: bool) -> Render:
                found = model.choose(typed, labels, template, several)
                return lambda texts: page_html.labels(found, texts)

            box = self._speaker.textbox(
                lambda texts: texts.labels.input, value=_first(config.classified_texts)
            )
            labels = self._speaker.textbox(
                lambda texts: texts.labels.labels,
                lambda texts: texts.labels.labels_help,
                value=config.labels,
            )
            template = self._speaker.textbox(
                lambda texts: texts.labels.template,
                lambda texts: texts.labels.template_help,
                value=config.template,
            )
            several = self._speaker.make(
                gr.Checkbox, lambda texts: {"label": texts.labels.several}, value=False
            )
            submit = self._speaker.button(lambda texts: texts.labels.submit, variant="primary")
            result = self._result(lambda texts: texts.labels.result)
            examples = self._examples(lambda texts: texts.labels.examples, config.classified_texts)
        inputs = [box, labels, template, several]
        triggers = [submit.click, box.submit, labels.submit, template.submit]
        self._answer(choose, inputs, result, triggers, "labels")
        self._answer_examples(examples, box, choose, inputs, result)

    def _entities_tab(self, model: EntityTagger | None) -> None:
        sentences = self._config.entity_sentences
        with self._speaker.tab(lambda texts: texts.entities.tab, "entities"):
            self._speaker.paragraph(lambda texts: texts.entities.intro)
            if model is None:
                self._speaker.markdown(lambda texts: texts.entities.missing)
                return

            def tag(typed: str) -> Render:
                found = model.tag(typed)
                return lambda texts: page_html.entities(found, model.types, texts)

            box = self._speaker.textbox(lambda texts: texts.entities.input, value=_first(sentences))
            submit = self._speaker.button(lambda texts: texts.entities.submit, variant="primary")
            result = self._result(lambda texts: texts.entities.result)
            examples = self._examples(lambda texts: texts.entities.examples, sentences)
        self._answer(tag, [box], result, [submit.click, box.submit], "entities")
        self._answer_examples(examples, box, tag, [box], result)

    def _card(self, card: str | None) -> None:
        self._speaker.heading(lambda texts: texts.card)
        if card is None:
            self._speaker.markdown(lambda texts: texts.no_card)
        else:
            gr.Markdown(card, elem_id="card")

    def _result(self, heading: Say) -> tuple[gr.State, gr.HTML]:
        """A place for a result, empty yet."""
        self._speaker.heading(heading)
        state = gr.State(None)  # of type Render | None; as a default, Gradio would call it
        shown = gr.HTML(
            page_html.waiting(self._texts[self._config.language]),
            elem_classes="result",
            padding=False,
            js_on_load=ANNOUNCED,
        )
        self._results.append((state, shown))
        return state, shown

    def _examples(self, heading: Say, samples: Sequence[str]) -> dict[str, gr.Button]:
        """A button for each example."""
        if samples:
            self._speaker.heading(heading, level=3)
        return {sample: gr.Button(sample, size="sm", elem_classes="example") for sample in samples}

    def _answer(
        self,
        function: Callable[..., Render],
        inputs: list[Any],
        result: tuple[gr.State, gr.HTML],
        triggers: list[Any],
        api_name: str,
    ) -> None:
        """Let the function answer whatever asks for it."""
        gr.on(
            triggers,
            self._guarded(function),
            [*inputs, self._language],
            list(result),
            api_name=api_name,
            show_progress="hidden",
        )

    def _answer_examples(
        self,
        examples: dict[str, gr.Button],
        box: gr.Textbox,
        function: Callable[..., Render],
        inputs: list[Any],
        result: tuple[gr.State, gr.HTML],
    ) -> None:
        """Put an example into its box, and answer it."""
        for sample, button in examples.items():
            button.click(functools.partial(str, sample), None, box, api_visibility="private").then(
                self._guarded(function),
                [*inputs, self._language],
                list(result),
                api_visibility="private",
                show_progress="hidden",
            )

    def _guarded(self, function: Callable[..., Render]) -> Callable[..., tuple[Render, str]]:
        """What the function finds, or what is wrong with its input; and either as HTML."""

        def answer(*inputs: Any) -> tuple[Render, str]:
            *typed, language = inputs
            try:
                render = function(*typed)
            except InputProblem as problem:
                return self._told(problem, language)
            return render, render(self._texts[language])

        return answer

    def _told(self, problem: InputProblem, language: Language) -> tuple[Render, str]:
        render = functools.partial(page_html.problem, problem)
        return render, render(self._texts[language])

    def _follow_language(self) -> None:
        """Say everything in the language that is chosen, the results as well."""
        states = [state for state, _ in self._results]
        shown = [html for _, html in self._results]

        def speak(language: Language, *renders: Render | None) -> list[Any]:
            texts = self._texts[language]
            results = [(render or page_html.waiting)(texts) for render in renders]
            return [*self._speaker.in_language(texts), *results]

        self._language.change(
            speak,
            [self._language, *states],
            [*self._speaker.components, *shown],
            api_visibility="private",
            show_progress="hidden",
        )
        titles = {language: texts.title for language, texts in self._texts.items()}
        self._language.change(None, self._language, None, js=SET_LANGUAGE % json.dumps(titles))


def head(language: Language) -> str:
    """What the page's head needs: its language, from the start."""
    return f"<script>document.documentElement.lang = {json.dumps(language)};</script>"


def _first(samples: Sequence[str]) -> str:
    return samples[0] if samples else ""
