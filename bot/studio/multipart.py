"""Taking a multipart/form-data body apart (RFC 7578), as far as Bot API calls use it."""

import re
from urllib.parse import unquote

from bot.studio.params import Upload

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NAME = re.compile(rb'[;\s]name="([^"]*)"', re.IGNORECASE)
_FILE_NAME = re.compile(rb'[;\s]filename="([^"]*)"', re.IGNORECASE)
_MIME = re.compile(rb"content-type:\s*([^\r\n;]+)", re.IGNORECASE)


def parts(body: bytes, content_type: str) -> tuple[dict[str, str], dict[str, Upload]]:
    """The fields and the files of `body`; `content_type` names the boundary.

    Raises ValueError when there is no boundary or a part has no name.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise ValueError("no boundary")
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + found.group(1).encode())[1:]:
        if not part.startswith(b"--"):
            _take(part, fields, files)
    return fields, files


def _take(part: bytes, fields: dict[str, str], files: dict[str, Upload]) -> None:
    head, _, content = part.partition(b"\r\n\r\n")
    name = _NAME.search(head)
    if name is None:
        raise ValueError("a part has no name")
    key, file_name = _text(name.group(1)), _FILE_NAME.search(head)
    if file_name is None:
        fields[key] = content.decode()
        return
    mime = _MIME.search(head)
    kind = mime.group(1).decode() if mime else "application/octet-stream"
    files[key] = Upload(_text(file_name.group(1)), content, kind)


def _text(quoted: bytes) -> str:
    return unquote(quoted.decode())
