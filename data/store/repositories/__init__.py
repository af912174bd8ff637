"""One kind of thing each, always of one practice: `get` raises NotFound, `find` and `latest` may answer None."""
