"""Pages and what belongs to them, packed for a weak signal.

Only pages ask for it. A packed answer's length tells something about what stands in it: where a visitor's words come
back beside a secret, the secret has to look different each time (as form tokens do), or the answer stays unpacked.
"""

from flask import Flask, Response, current_app
from flask_compress import Compress

PACKED = (
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "application/geo+json",
    "application/manifest+json",
    "image/svg+xml",
)
EXTENSION = "rounds_compress"


def register(app: Flask, *, files: tuple[str, ...]) -> None:
    """Make packing ready; `files` are the endpoints that send files, which a browser may ask for again by their tag."""
    app.config["COMPRESS_REGISTER"] = False
    app.config["COMPRESS_MIMETYPES"] = list(PACKED)
    app.config["COMPRESS_ALGORITHM"] = app.config["COMPRESS_ALGORITHM_STREAMING"] = ["br", "gzip"]
    app.config["COMPRESS_BR_LEVEL"] = 6
    app.config["COMPRESS_STREAMING_ENDPOINT_CONDITIONAL"] = list(files)
    app.extensions[EXTENSION] = Compress(app)


def packed(response: Response) -> Response:
    """The answer as the browser takes it, where that makes it smaller."""
    compress = current_app.extensions[EXTENSION]
    if not isinstance(compress, Compress):
        raise TypeError("packing has not been made ready")
    return compress.after_request(response)
