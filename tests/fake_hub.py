"""A small Hugging Face Hub on the loopback, which the real client talks to.

It answers what reading a dataset repository needs: the revision, the list of files, whether the
files may be read, and their bytes by range; and it refuses as the hub does.
"""

import contextlib
import hashlib
import json
import socket
import threading
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GRANTED, UNGRANTED, UNKNOWN = "hf_granted", "hf_ungranted", "hf_revoked"
SIGNATURE = "signed-for-an-hour"


@dataclass
class Repository:
    """A dataset repository: files by commit, and the commits of its branches."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    gated: bool = False
    card: dict = field(default_factory=dict)

    def commit(self, files: dict[str, bytes], branch: str = "main") -> str:
        """A new commit with these files, to which the branch moves."""
        sha = hashlib.sha1(repr(sorted(files.items())).encode() + bytes(len(self.commits)))
        self.commits[sha.hexdigest()] = files
        self.branches[branch] = sha.hexdigest()
        return sha.hexdigest()


class FakeHub(ThreadingHTTPServer):
    """The hub: `with FakeHub() as hub: hub.repositories["owner/name"] = Repository(...)`.

    Attributes:
        requests: "GET /path" of all requests, in order.
        failing: how many of the next requests for content are answered by 503.
    """

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Answers)
        self.repositories: dict[str, Repository] = {}
        self.requests: list[str] = []
        self.failing = 0
        self._connections: list[socket.socket] = []

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.shutdown()
        self.server_close()
        for connection in self._connections:  # a server that dies ends what it is saying
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request, client_address) -> None:
        self._connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, *_) -> None:
        """Clients may hang up."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: FakeHub

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_GET  # noqa: N815

    def log_message(self, *_) -> None:
        """Keep the output of tests quiet."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urllib.parse.urlsplit(self.path)
        self.server.requests.append(f"{self.command} {url.path}")
        place, *parts = [urllib.parse.unquote(part) for part in url.path.strip("/").split("/")]
        parts = parts if place == "datasets" else parts[1:]
        owner, name, *rest = parts
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token == UNKNOWN:
            self._refuse(401, None, "Invalid credentials in Authorization header")
            return
        repository = self.server.repositories.get(f"{owner}/{name}")
        if repository is None:
            self._refuse(404 if token else 401, "RepoNotFound", "Repository not found")
            return
        what, revision, *path = [*rest, "main"] if len(rest) < 2 else rest
        closed = repository.gated and token != GRANTED and what in ("auth-check", "resolve")
        if closed:
            self._refuse(403 if token else 401, "GatedRepo", "Access to it is restricted.")
            return
        if what == "auth-check":
            self._send_json({})
            return
        commit = repository.branches.get(revision, revision)
        if commit not in repository.commits:
            self._refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return
        files = repository.commits[commit]
        path = "/".join(path)
        if what == "revision":
            self._send_json(
                {"id": f"{owner}/{name}", "sha": commit, "cardData": repository.card, "tags": []}
            )
        elif what == "tree":
            self._send_tree(files, path, "recursive=true" in url.query.lower())
        elif what == "paths-info":
            wanted = urllib.parse.parse_qs(body.decode()).get("paths") or json.loads(body)["paths"]
            self._send_json([entry(one, files[one]) for one in wanted if one in files])
        elif place == "storage":
            self._send_content(files, path)
        elif path in files:  # content lies elsewhere, under an address that is signed
            self._send(302, b"", {"Location": f"/storage{self.path}?Signature={SIGNATURE}"})
        else:
            self._refuse(404, "EntryNotFound", "Entry not found")

    def _send_tree(self, files: dict[str, bytes], folder: str, recursive: bool) -> None:
        prefix = f"{folder}/" if folder else ""
        below = {path for path in files if path.startswith(prefix)}
        if not below:
            self._refuse(404, "EntryNotFound", f"{folder} does not exist")
            return
        folders = {
            "/".join(path.split("/")[:depth])
            for path in below
            for depth in range(1, path.count("/") + 1)
        }
        entries = [entry(path, files[path]) for path in sorted(below)]
        entries += [
            {"type": "directory", "oid": "0" * 40, "size": 0, "path": path}
            for path in sorted(folders)
            if path.startswith(prefix)
        ]
        if not recursive:
            entries = [one for one in entries if "/" not in one["path"].removeprefix(prefix)]
        self._send_json(entries)

    def _send_content(self, files: dict[str, bytes], path: str) -> None:
        if self.server.failing > 0:
            self.server.failing -= 1
            self._refuse(503, None, "Service unavailable")
            return
        content = files[path]
        first, last = self.headers["Range"].removeprefix("bytes=").split("-")
        part = content[int(first) : int(last) + 1]
        self._send(206, part, {"Content-Range": f"bytes {first}-{last}/{len(content)}"})

    def _send_json(self, value) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _refuse(self, status: int, code: str | None, message: str) -> None:
        self._send(
            status, b"", {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}
        )

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def entry(path: str, content: bytes) -> dict:
    """A file in a list of files, stored in LFS as all large files are."""
    return {
        "type": "file",
        "oid": hashlib.sha1(content).hexdigest(),
        "size": len(content),
        "path": path,
        "lfs": {
            "oid": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "pointerSize": 134,
        },
    }
