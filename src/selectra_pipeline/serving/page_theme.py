"""How the page looks: fonts of the system, colours that are read without effort."""

from importlib.resources import files

import gradio as gr
from gradio.themes import Font, colors

FONTS = (Font("system-ui"), Font("sans-serif"))
FONTS_OF_CODE = (Font("ui-monospace"), Font("monospace"))


def theme() -> gr.themes.Base:
    """Gradio's default theme with contrasts of 4.5 and more (WCAG 2.2, AA)."""
    default = gr.themes.Default(primary_hue=colors.blue, font=FONTS, font_mono=FONTS_OF_CODE)
    return default.set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
    )


def css() -> str:
    """The style sheet of what is ours."""
    return files(__package__).joinpath("page.css").read_text(encoding="utf-8")
