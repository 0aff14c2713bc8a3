"""What several figures of one page ask for is worked out once for this page, and then forgotten.

Nothing is remembered from one page to the next: within one the answers cannot differ.
"""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from metrics.revenue.recall import clock_read

P = ParamSpec("P")
Answer = TypeVar("Answer")
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers of a page", default=None)


def asked_once(work_out: Callable[P, Answer]) -> Callable[P, Answer]:
    """For a function of hashable arguments that reads only; what it returns is not changed."""

    @wraps(work_out)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Answer:
        answers = _answers.get()
        if answers is None:
            return work_out(*args, **kwargs)
        key = (work_out, args, tuple(sorted(kwargs.items())), clock_read())
        if key not in answers:
            answers[key] = work_out(*args, **kwargs)
        found: Answer = answers[key]
        return found

    return answer


def page_of_figures(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Decorator of a view: what is asked once is remembered while it answers."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Answer:
        token = _answers.set({})
        try:
            return view(*args, **kwargs)
        finally:
            _answers.reset(token)

    return answered
