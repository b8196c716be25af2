"""Components of a Gradio page whose texts follow the language that is chosen."""

from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr

from selectra_pipeline.serving.page_texts import PageTexts

Properties = Callable[[PageTexts], dict[str, Any]]
Say = Callable[[PageTexts], str]


class Speaker:
    """Makes components, and says what changes of them with the language.

    Args:
        texts: in the language that the page starts with.
    """

    def __init__(self, texts: PageTexts) -> None:
        self._texts = texts
        self._made: list[tuple[Any, Properties]] = []

    @property
    def components(self) -> list[Any]:
        """All that were made."""
        return [component for component, _ in self._made]

    def in_language(self, texts: PageTexts) -> list[dict[str, Any]]:
        """What changes of each of them."""
        return [gr.update(**properties(texts)) for _, properties in self._made]

    def make(self, component: type, properties: Properties, **others: Any) -> Any:
        """A component, of properties that depend on the language and of others."""
        made = component(**properties(self._texts), **others)
        self._made.append((made, properties))
        return made

    def heading(self, say: Say, level: int = 2) -> None:
        """A heading."""
        self._html(lambda texts: f"<h{level}>{escape(say(texts))}</h{level}>")

    def paragraph(self, say: Say) -> None:
        """A paragraph."""
        self._html(lambda texts: f"<p>{escape(say(texts))}</p>")

    def markdown(self, say: Say, **others: Any) -> None:
        """A text with code or headings."""
        self.make(gr.Markdown, lambda texts: {"value": say(texts)}, **others)

    def tab(self, say: Say, name: str) -> gr.Tab:
        """A tab, to be filled in a `with`."""
        return self.make(
            gr.Tab, lambda texts: {"label": say(texts)}, id=name, elem_id=f"tab-{name}"
        )

    def button(self, say: Say, **others: Any) -> gr.Button:
        """A button."""
        return self.make(gr.Button, lambda texts: {"value": say(texts)}, **others)

    def textbox(self, say: Say, help_text: Say | None = None, **others: Any) -> gr.Textbox:
        """A box that grows with its text; Enter submits it."""

        def properties(texts: PageTexts) -> dict[str, Any]:
            helped = {} if help_text is None else {"info": help_text(texts)}
            return {"label": say(texts), **helped}

        return self.make(gr.Textbox, properties, lines=1, max_lines=8, **others)

    def _html(self, say: Say) -> None:
        self.make(gr.HTML, lambda texts: {"value": say(texts)}, padding=False)
