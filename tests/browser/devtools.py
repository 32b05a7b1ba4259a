"""Headless Chromium, driven over a pipe by its DevTools protocol.

https://chromedevtools.github.io/devtools-protocol/
As a program it takes a picture: ``devtools.py PAGE.html PICTURE.png WIDTH HEIGHT``,
with ``dark`` as a fifth argument for a reader who prefers that.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).parent
#: What ``make browser`` unpacks: a binary for Linux on x86-64, libraries and a font.
UNPACKED = HERE / "unpacked"


def find_chromium() -> tuple[str, dict[str, str]]:
    """Return a browser's path, and the environment variables that it needs.

    ``$CHROMIUM`` is taken first, then the unpacked one, then an installed one. With
    the font that was unpacked, text is as wide on every machine.
    """
    if named := os.environ.get("CHROMIUM"):
        return named, {}
    if (UNPACKED / "chromium").is_file():
        return str(UNPACKED / "chromium"), {
            "LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib"),
            "FONTCONFIG_FILE": str(HERE / "fonts.conf"),
        }
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if installed := shutil.which(name):
            return installed, {}
    message = (
        "No browser: 'make browser' unpacks one on Linux x86-64; elsewhere install "
        "Chromium, or name one with CHROMIUM=/path/to/chromium."
    )
    raise FileNotFoundError(message)


class Browser:
    """One page in a browser of its own; ends with the context."""

    def __init__(self, profile: Path) -> None:
        chromium, variables = find_chromium()
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        # Chromium reads commands from descriptor 3 and writes events to 4.
        self._process = subprocess.Popen(
            [
                "/bin/bash",
                "-c",
                f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}',
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--remote-debugging-pipe",
                f"--user-data-dir={profile}",
            ],
            env={**os.environ, "XDG_CACHE_HOME": str(profile), **variables},
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._commands = 0
        self._session = ""
        #: Messages of the console and uncaught exceptions, as they came.
        self.complaints: list[str] = []
        #: URLs that the page asked for.
        self.requests: list[str] = []

    def __enter__(self) -> Self:
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        os.close(self._write)
        os.close(self._read)

    def show(self, width: int, height: int, *, dark: bool = False) -> None:
        """Set the size of the window, and the colour scheme the reader prefers."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {
            "name": "prefers-color-scheme",
            "value": "dark" if dark else "light",
        }
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, page: Path | str) -> None:
        """Load a file or a URL, wait until it has loaded; forget what was before."""
        self.complaints.clear()
        self.requests.clear()
        url = page if isinstance(page, str) else page.as_uri()
        self._call("Page.navigate", url=url)
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait_until(self, expression: str, deadline_seconds: float = 20.0) -> None:
        """Wait until a JavaScript expression is true: pages lay out when they can."""
        give_up = time.monotonic() + deadline_seconds
        while not self.evaluate(expression):
            assert time.monotonic() < give_up, f"never true: {expression}"

    def screenshot(self, path: Path) -> None:
        """Write a PNG of the window."""
        self._call("Emulation.setScrollbarsHidden", hidden=True)
        picture = self._call("Page.captureScreenshot")
        path.write_bytes(base64.b64decode(picture["data"]))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._commands += 1
        number = self._commands
        message: dict[str, Any] = {
            "id": number,
            "method": method,
            "params": parameters,
        }
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            received = os.read(self._read, 1 << 16)
            assert received, "the browser has ended"
            self._buffer += received
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        method, given = message.get("method"), message.get("params", {})
        if method in {"Runtime.exceptionThrown", "Runtime.consoleAPICalled"}:
            self.complaints.append(json.dumps(given)[:500])
        elif method == "Log.entryAdded":
            self.complaints.append(given["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(given["request"]["url"])
        return message


def _take_picture(page: str, picture: str, width: str, height: str, *dark: str) -> None:
    with tempfile.TemporaryDirectory() as profile, Browser(Path(profile)) as browser:
        browser.show(int(width), int(height), dark=dark == ("dark",))
        browser.open(Path(page).resolve())
        browser.screenshot(Path(picture))


if __name__ == "__main__":
    _take_picture(*sys.argv[1:])
