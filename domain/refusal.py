"""不予办理: the one form in which a rule turns down what somebody asks, whichever way it came: API, command, file.

The gateway answers with the line of its table that `code` names (`gateway.edge.refusals`), a command with the text.
"""

from __future__ import annotations

import copyreg
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any


class Refusal(Exception):
    """It cannot be done so, and nothing may be committed.

    `code`: of the table of problems, stable; none where no call of the API meets it. `text` and `remedy`: Chinese, in
    the place of the table's words, and shown to whoever asked: they repeat no data. `errors`: pairs of a field and what is
    wrong with it; `blocks`: what the rules of the list say of an entry; `obligation` and `facts`: for the record of
    refusals, codes and ids alone.
    """

    code = ""
    obligation: str | None = None

    def __init_subclass__(cls, *, code: str = "", obligation: str | None = None) -> None:
        cls.code, cls.obligation = code or cls.code, obligation or cls.obligation

    def __init__(
        self,
        text: str = "",
        *,
        remedy: str = "",
        code: str = "",
        obligation: str | None = None,
        errors: Sequence[tuple[str, str]] = (),
        blocks: Sequence[Mapping[str, str]] = (),
        facts: Mapping[str, Any] = MappingProxyType({}),
        retry_after: int | None = None,
    ) -> None:
        self.code, self.obligation = code or self.code, obligation or self.obligation
        super().__init__(text or self.code)
        self.text, self.remedy, self.errors, self.blocks, self.facts = text, remedy, errors, blocks, dict(facts)
        self.retry_after = retry_after  #: in seconds

    def __reduce__(self) -> tuple[Any, ...]:
        """Whatever a kind of refusal is made of, it comes out of another process as it went in (`isolation`)."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]
