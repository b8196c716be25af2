"""The page as a visitor meets it, in a headless Chromium: by keyboard, in the dark, on a phone."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

pytest.importorskip("websockets", reason='the browser is led by the extra "viz"')
from chromium import Tab, chromium, executable

READY = "!!document.querySelector('#tab-replaced button.primary')"
VISIBLE = "(e => e && e.checkVisibility())"
FOCUS = "document.activeElement"

# Texts that are seen, with the contrast of WCAG 2.2 between them and what lies behind.
CONTRASTS = """
(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const paint = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of ["white", ...colours]) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map(
      (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
        || element.closest("script, style, [aria-hidden=true]")) continue;
    const behind = [];
    for (let e = element; e; e = e.parentElement)
      behind.unshift(getComputedStyle(e).backgroundColor);
    const [a, b] = [paint(behind), paint([...behind, getComputedStyle(element).color])]
      .map(luminance).sort((x, y) => y - x);
    found.push([text.slice(0, 40), (a + 0.05) / (b + 0.05)]);
  }
  return found;
})()
"""

# Controls that can be reached and the name that a screen reader gives each.
NAMES = """
[...document.querySelectorAll("button, input, textarea, [role=tab]")]
  .filter((e) => e.checkVisibility() && e.tabIndex >= 0)
  .map((e) => e.ariaLabel || e.title
    || [...(e.labels || [])].map((l) => l.textContent).join(" ").trim() || e.textContent.trim())
"""


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    program = executable()
    if program is None:
        pytest.skip("no Chromium found")
    with chromium(program) as found:
        yield found


def open_page(tab: Tab, address: str, **window) -> None:
    tab.requests.clear()
    tab.problems.clear()
    tab.open(address, **window)
    tab.wait(f"location.href == '{address}' && {READY}")


def focus(tab: Tab, selector: str) -> None:
    tab.run(f"document.querySelector({selector!r}).focus()")


def type_anew(tab: Tab, text: str) -> None:
    """In the place of what the focused box holds."""
    tab.run(f"{FOCUS}.select()")
    tab.type(text)


def shown(tab: Tab, selector: str) -> str:
    return tab.run(f"document.querySelector({selector!r})?.innerText ?? ''")


def test_a_sentence_is_judged_by_keyboard_alone(tab, served_page):
    open_page(tab, served_page.address)
    focus(tab, "#sentence textarea")
    type_anew(tab, "El año sólo")
    tab.press("Enter")
    tab.wait("document.querySelectorAll('#tab-replaced .word').length == 3")
    assert "[CLS]" not in shown(tab, "#tab-replaced")
    assert tab.run(
        "document.querySelector('#tab-replaced .prose.result').getAttribute('aria-live')"
    ) == ("polite")
    tab.press("Tab")
    assert tab.run(f"{FOCUS}.innerText") == "Analizar"
    focus(tab, "#sentence textarea")
    type_anew(tab, "")
    tab.press("Enter")
    tab.wait("!!document.querySelector('#tab-replaced .problem')")
    assert "No hay nada que analizar" in shown(tab, "#tab-replaced .problem")


def test_examples_are_put_in_and_judged(tab, served_page):
    open_page(tab, served_page.address)
    tab.run("document.querySelectorAll('#tab-replaced .example')[1].click()")
    tab.wait("document.querySelectorAll('#tab-replaced .word').length == 11")
    assert tab.run("document.querySelector('#sentence textarea').value") == "El año <b>sólo</b>."
    assert "<b>" not in tab.run("document.querySelector('#tab-replaced .words').innerHTML")


def test_tabs_are_reached_with_enter(tab, served_page):
    open_page(tab, served_page.address)
    for name, other in (("labels", "table.labels"), ("entities", ".tagged")):
        focus(tab, f"#tab-{name}-button")
        tab.press("Enter")
        tab.wait(f"{VISIBLE}(document.querySelector('#tab-{name} button.primary'))")
        focus(tab, f"#tab-{name} textarea")
        tab.press("Enter")
        tab.wait(f"!!document.querySelector('#tab-{name} {other}')")


def test_the_whole_page_follows_the_language(tab, served_page):
    open_page(tab, served_page.address)
    assert tab.run("document.documentElement.lang") == "es"
    focus(tab, "#sentence textarea")
    tab.press("Enter")
    tab.wait("!!document.querySelector('#tab-replaced .verdict')")
    tab.run("document.querySelector('#language input[value=en]').click()")
    tab.wait("document.documentElement.lang == 'en'")
    tab.wait(
        "document.querySelector('#tab-replaced .note').innerText.startsWith('Below each word')"
    )
    assert tab.run("document.title") == "SELECTRA: what does the model see?"
    assert shown(tab, "[role=tablist]").split() == ["Words", "Labels", "Entities"]
    assert "Frase" not in tab.run("document.body.innerText")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_has_a_name_and_every_text_a_contrast(tab, served_page, scheme):
    open_page(tab, served_page.address, scheme=scheme)
    names = tab.run(NAMES)
    assert all(names), names
    for name in ("labels", "entities", "replaced"):
        tab.run(f"document.querySelector('#tab-{name}-button').click()")
        submit = f"document.querySelector('#tab-{name} button.primary')"
        tab.wait(f"{VISIBLE}({submit})")
        tab.run(f"{submit}.click()")
        tab.wait(f"!!document.querySelector('#tab-{name} .verdict')")
        time.sleep(0.3)  # colours fade in
        contrasts = tab.run(CONTRASTS)
        assert len(contrasts) > 20
        assert [found for found in contrasts if found[1] < 4.5] == [], name


def test_a_narrow_window_needs_no_scrolling_sideways(tab, served_page):
    open_page(tab, served_page.address, width=360, height=800)
    focus(tab, "#sentence textarea")
    tab.press("Enter")
    tab.wait("!!document.querySelector('#tab-replaced .verdict')")
    assert tab.run("document.documentElement.scrollWidth") <= 360
    assert shown(tab, "[role=tablist]").split() == ["Palabras", "Etiquetas", "Entidades"]


def test_nothing_is_asked_for_elsewhere(tab, served_page):
    open_page(tab, served_page.address)
    focus(tab, "#sentence textarea")
    tab.press("Enter")
    tab.wait("!!document.querySelector('#tab-replaced .verdict')")
    own = urlsplit(served_page.address).netloc
    asked = {urlsplit(address).netloc for address in tab.requests}
    assert len(tab.requests) > 10
    assert asked <= {own, ""}  # "" is of data: and blob:
    assert tab.problems == []
