"""The page at an address of this machine, until a signal ends it."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import gradio as gr
import uvicorn
from fastapi import FastAPI
from gradio.routes import App
from gradio.themes import Font, colors
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from selectra_pipeline.config.base import UserError
from selectra_pipeline.config.demo import DemoConfig
from selectra_pipeline.pretraining.interruption import graceful_stop
from selectra_pipeline.serving.page import Page, head

logger = logging.getLogger(__name__)

# The browser itself refuses to fetch from elsewhere, or to send there: pictures that a model's card
# shows, for example. Gradio's scripts are inline, and make others from text.
CONTENT_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

UPLOADS = "/upload"  # end of Gradio's path for them, which is there whatever the page has
# Starlette cuts the port off at the first colon: of an address in brackets, the bracket is left. No
# name begins with one.
LOCAL_NAMES = ("localhost", "127.0.0.1", "[")
MAX_REQUEST = "64kb"  # of a file, should one get in on another path

# Of the system: nothing to fetch.
FONTS = (Font("system-ui"), Font("sans-serif"))
FONTS_OF_CODE = (Font("ui-monospace"), Font("monospace"))

SECONDS_TO_END = 2  # for answers that are on their way; they are cut off after that


class PageServerError(UserError, RuntimeError):
    """The page can't be served. The message says how to mend it."""


@contextmanager
def listening(config: DemoConfig) -> Iterator[socket.socket]:
    """The address, taken: before models are loaded, so that nobody waits for an error.

    Raises:
        PageServerError: another program has it, or this machine has no such address.
    """
    if not config.is_local:
        logger.warning(
            "demo.host=%s: whoever reaches this machine can use the page and the model, without a "
            "password; set it to 127.0.0.1 to keep it to yourself",
            config.host,
        )
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        found = socket.create_server((config.host, config.port), family=family)
    except OSError as error:
        # The numbers of an unknown name are negative, and not the system's.
        reason = os.strerror(error.errno) if error.errno > 0 else "no such name"
        raise PageServerError(
            f"the page can't be served at {config.host}, port {config.port} ({reason}); end what "
            f"is there or choose another port (--params demo.port={config.port + 1}), and let "
            "demo.host be an address of this machine"
        ) from error
    with found:
        yield found


class Server(uvicorn.Server):
    """A server whose end ends the stream that each open page holds, so that none is cut off.

    Args:
        gradio_app: the mounted page.
    """

    def __init__(self, config: uvicorn.Config, gradio_app: App) -> None:
        super().__init__(config)
        self._gradio_app = gradio_app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._gradio_app.stop_event.set()
        await super().shutdown(sockets)


def server(page: Page, config: DemoConfig) -> Server:
    """What serves the page; `run` it with a socket, `should_exit` ends it."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(StayingHere)
    if config.is_local:  # a name of somebody else's that leads here is no way in
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOCAL_NAMES, config.host])
    gr.mount_gradio_app(
        app,
        page.blocks,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        max_file_size=MAX_REQUEST,
        theme=theme(),
        css=css(),
        head=head(config.language),
    )
    settings = uvicorn.Config(
        app, log_config=None, log_level="warning", timeout_graceful_shutdown=SECONDS_TO_END
    )
    return Server(settings, app.routes[-1].app)


def serve(page: Page, config: DemoConfig, at: socket.socket) -> None:
    """Serve the page until SIGTERM or Ctrl-C; both are a good end."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    print(f"The page is open at http://{host}:{config.port}/ (Ctrl-C ends it)", flush=True)
    # uvicorn raises the signal that ended it once more: here it finds a handler that only notes it.
    with graceful_stop():
        server(page, config).run(sockets=[at])


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


class StayingHere:
    """Adds `HEADERS` to all that is served, and takes no files: the page has no use for any."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/").endswith(UPLOADS):
            await PlainTextResponse("no uploads here", 404)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)
