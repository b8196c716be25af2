"""A headless Chromium, led through its DevTools protocol: loads pages, runs scripts, pictures them.

Needs a Chromium and the package websockets, which the extra `viz` brings.
"""

import argparse
import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 30.0  # that anything may take
KEYS = {"Tab": ("", 9), "Enter": ("\r", 13), "ArrowRight": ("", 39)}  # text, key code


def executable() -> str | None:
    """Where Chromium is; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """A tab of the browser.

    Attributes:
        requests: addresses that the page asked for, in order, refused ones among them.
        problems: uncaught errors and console errors.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._numbers = connection, itertools.count(1)
        self.requests: list[str] = []
        self.problems: list[str] = []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command of the protocol and wait for its result."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv(timeout=SECONDS))
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self._note(message)

    def open(
        self, address: str, width: int = 1200, height: int = 900, scheme: str = "light"
    ) -> None:
        """Load a page in a window of that size, for a "light" or "dark" system."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self.command(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self.command("Page.navigate", url=address)

    def run(self, script: str) -> Any:
        """The value of an expression of JavaScript; promises are waited for."""
        result = self.command(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until an expression of JavaScript is true."""
        end = time.monotonic() + SECONDS
        while not self.run(f"!!({condition})"):
            if time.monotonic() > end:
                raise TimeoutError(f"{condition} is not true after {SECONDS} s")
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.command("Input.insertText", text=text)

    def press(self, key: Literal["Tab", "Enter", "ArrowRight"]) -> None:
        """Press a key and let it go."""
        text, code = KEYS[key]
        shared = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.command("Input.dispatchKeyEvent", type="keyDown", text=text, **shared)
        self.command("Input.dispatchKeyEvent", type="keyUp", **shared)

    def picture(self, file: Path, whole_page: bool = False) -> None:
        """Save what the window shows, or the whole page, as PNG."""
        data = self.command("Page.captureScreenshot", captureBeyondViewport=whole_page)["data"]
        file.write_bytes(base64.b64decode(data))

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Runtime.exceptionThrown":
                self.problems.append(json.dumps(params["exceptionDetails"]))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.problems.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")


@contextmanager
def chromium(program: str) -> Iterator[Tab]:
    """A tab of a browser with a profile of its own, which ends with the block."""
    with tempfile.TemporaryDirectory() as profile:
        process = subprocess.Popen(
            [
                program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run",
                "--disable-component-update", "--no-proxy-server", "--lang=es",
                "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            with connect(_tab_address(Path(profile)), max_size=None) as connection:
                yield Tab(connection)
        finally:
            process.terminate()
            process.wait(SECONDS)


def _tab_address(profile: Path) -> str:
    """Of the first tab; Chromium writes its port down when it is ready."""
    port_file, end = profile / "DevToolsActivePort", time.monotonic() + SECONDS
    while not port_file.is_file() or "\n" not in port_file.read_text():
        if time.monotonic() > end:
            raise TimeoutError(f"Chromium did not start within {SECONDS} s")
        time.sleep(0.05)
    port = port_file.read_text().split("\n")[0]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
        tabs = json.loads(answer.read())
    return next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")


def main() -> None:
    """Take a picture of a page, say what it asked for beyond its own server and what went wrong."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("address")
    parser.add_argument("file", type=Path, help="PNG to write")
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--whole-page", action="store_true", help="not only what the window shows")
    parser.add_argument("--ready", default="true", help="JavaScript that is true of a loaded page")
    parser.add_argument("--run", default="null", help="JavaScript to run then")
    parser.add_argument("--done", default="true", help="JavaScript that is true when that is done")
    options = parser.parse_args()
    program = executable()
    if program is None:
        raise SystemExit(f"no Chromium found; install one of {', '.join(NAMES)}")
    with chromium(program) as tab:
        tab.open(options.address, options.width, options.height, options.scheme)
        tab.wait(options.ready)
        tab.run(options.run)
        tab.wait(options.done)
        tab.picture(options.file, options.whole_page)
        own = urlsplit(options.address).netloc
        strangers = [a for a in tab.requests if urlsplit(a).netloc not in {own, ""}]
        print(f"{len(tab.requests)} requests, elsewhere: {strangers or 'none'}")
        print(f"problems: {tab.problems or 'none'}")


if __name__ == "__main__":
    main()
