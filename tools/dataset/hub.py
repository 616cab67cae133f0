# SPDX-License-Identifier: Apache-2.0
"""The Hugging Face hub as far as `specctl dataset prepare` needs it, by the standard library.

HF_ENDPOINT names a mirror. The token (HF_TOKEN, else the file that `hf auth login` wrote) is sent
to that host only, never to the host that a download is redirected to.
"""
import json
import os
import pathlib
import urllib.error
import urllib.parse
import urllib.request

from outcome import Failed, Refused

PUBLIC_ENDPOINT = "https://huggingface.co"
TIMEOUT_S = 60


def endpoint():
    return (os.environ.get("HF_ENDPOINT") or PUBLIC_ENDPOINT).rstrip("/")


def hf_home():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("HF_HOME") or pathlib.Path(cache) / "huggingface")


def token():
    """The user's token, or ''."""
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if value := os.environ.get(name, "").strip():
            return value
    path = pathlib.Path(os.environ.get("HF_TOKEN_PATH") or hf_home() / "token")
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


class _TokenStaysAtItsHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects; the token goes along only within the endpoint's host."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is not None:
            _add_token(request)
        return request


def _add_token(request):
    same_host = (urllib.parse.urlsplit(request.full_url)[:2] ==
                 urllib.parse.urlsplit(endpoint())[:2])
    if same_host and (value := token()):
        request.add_unredirected_header("Authorization", f"Bearer {value}")


_opener = urllib.request.build_opener(_TokenStaysAtItsHost())


def open_url(url, headers=None):
    """An open response. Raises urllib.error.URLError (HTTPError for a status), or OSError."""
    request = urllib.request.Request(url, headers={"User-Agent": "specctl", **(headers or {})})
    _add_token(request)
    return _opener.open(request, timeout=TIMEOUT_S)


def gated_text(repo, error_code, status):
    page = f"{PUBLIC_ENDPOINT}/datasets/{repo}"
    click = f"open {page}, sign in and click 'Agree and access repository'"
    if not token():
        return (f"{repo} is gated and there is no Hugging Face token: {click}; then make a token "
                f"(type Read) at {PUBLIC_ENDPOINT}/settings/tokens and set HF_TOKEN, or run "
                "`hf auth login`")
    if status == 401:
        return (f"{repo} is gated and the Hugging Face token was refused (expired, revoked or "
                f"mistyped): make a new one at {PUBLIC_ENDPOINT}/settings/tokens, set HF_TOKEN, "
                f"and if that does not help, {click}")
    if error_code == "GatedRepo":
        return (f"{repo} is gated and the account of this Hugging Face token has no access yet: "
                f"{click} (granted at once); a fine-grained token also needs 'Read access to "
                "contents of all public gated repos you can access'")
    return f"{repo}: access denied (HTTP {status}) with this Hugging Face token; {click}"


def refusal_of(error, repo, what):
    """What an HTTP error of the hub means for the user."""
    code = error.headers.get("X-Error-Code", "") if error.headers else ""
    if code == "RepoNotFound" and token():
        return Refused(f"{repo}: no such dataset at {endpoint()}, or this token may not see it")
    if error.code in (401, 403):
        return Refused(gated_text(repo, code, error.code))
    if error.code == 404:
        return Refused(f"{what} is not at {endpoint()} (HTTP 404 {code}".rstrip() + "); see "
                       "--revision, and HF_ENDPOINT if that names a mirror")
    return Failed(f"{what}: {endpoint()} answered HTTP {error.code} {error.reason}")


def _get_json(path, repo, what):
    try:
        with open_url(f"{endpoint()}{path}") as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise refusal_of(error, repo, what) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Failed(f"{what}: {endpoint()} cannot be read ({reason}); without network to it, "
                     "give a mirror in HF_ENDPOINT, or prepare elsewhere and use "
                     "`specctl dataset import`") from None


def dataset_files(repo, revision):
    """(commit, {name: {"size", "sha256" or None, "git_blob" or None}}) of a dataset."""
    quoted = urllib.parse.quote(revision, safe="")
    what = f"revision {revision} of {repo}"
    info = _get_json(f"/api/datasets/{repo}/revision/{quoted}?blobs=true", repo, what)
    try:
        files = {}
        for sibling in info["siblings"]:
            lfs = sibling.get("lfs") or {}
            files[sibling["rfilename"]] = {"size": sibling.get("size"),
                                           "sha256": lfs.get("sha256"),
                                           "git_blob": None if lfs else sibling.get("blobId")}
        return info["sha"], files
    except (KeyError, TypeError, AttributeError):
        raise Failed(f"{what}: {endpoint()} did not answer as the hub does") from None


def file_url(repo, commit, name):
    return f"{endpoint()}/datasets/{repo}/resolve/{commit}/{urllib.parse.quote(name)}"


def check_access(repo):
    """Refuses if the user has no access to a gated dataset; True if that could be asked."""
    url = f"{endpoint()}/api/datasets/{repo}/auth-check"
    try:
        with open_url(url):
            return True
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            raise refusal_of(error, repo, repo) from None
        return False  # a mirror need not know this address
    except OSError:
        return False
