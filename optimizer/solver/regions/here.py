"""An executor that does the work itself: for whoever's helpers are gone."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Found = TypeVar("Found")


class Here(Executor):
    """Does what it is given before it answers, in the caller's thread."""

    def submit(self, fn: Callable[Given, Found], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Found]:
        future: Future[Found] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        # As every executor does: what the work raises is its answer.
        except Exception as error:
            future.set_exception(error)
        return future
