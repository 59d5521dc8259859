"""存为 JSON 的各行: the one place where typed rows become JSON for the database, and are read back.

What an earlier version of the program wrote is read too: what it did not know has its default, what is no more is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import UnionType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from domain.blocking import Blocked
from domain.list_rows import Fact, Fault, Question
from domain.listing import Change, content, from_content

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class Kept(TypeDecorator[Any]):
    """A column of `kind`, which is made of dataclasses. `stated`: what a value leaves at its default is not written."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, kind: Any, *, stated: bool = False) -> None:
        super().__init__()
        self.kind, self.stated = kind, stated
        self._one_of: dict[type, TypeAdapter[Any]] | None = {} if isinstance(kind, UnionType) else None

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        from pydantic import TypeAdapter  # with the first row: most commands touch none

        return TypeAdapter(self.kind)

    def written(self, value: Any) -> Any:
        """The value as JSON."""
        return None if value is None else self._adapter.dump_python(value, mode="json", exclude_defaults=self.stated)

    def text(self, value: Any) -> str:
        """The value as the text of that JSON."""
        return self._writer(type(value)).dump_json(value, exclude_defaults=self.stated).decode()

    def _writer(self, kind: type) -> TypeAdapter[Any]:
        """What writes values of this kind: of one of several kinds its own, for the adapter of all tries each in turn."""
        if self._one_of is None:
            return self._adapter
        if kind not in self._one_of:
            from pydantic import TypeAdapter

            self._one_of[kind] = TypeAdapter(kind)
        return self._one_of[kind]

    def of_text(self, text: str) -> Any:
        """The value again, from the text that `text` gives."""
        return self._adapter.validate_json(text)

    def read(self, found: Any) -> Any:
        """The value again."""
        return None if found is None else self._adapter.validate_python(found)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return self.written(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return self.read(value)


class KeptChange(Kept):
    """A change of the list: its entries by the content that makes them what they are. `unit` is for whoever reads the table."""

    def __init__(self) -> None:
        super().__init__(Change)

    def written(self, value: Change) -> dict[str, Any]:
        return {
            "unit": value.entry.unit,
            "before": content(value.before) if value.before else None,
            "after": content(value.after) if value.after else None,
        }

    def read(self, found: Mapping[str, Any]) -> Change:
        return Change(*(from_content(found[name]) if found[name] is not None else None for name in ("before", "after")))


class KeptChanges(Kept):
    """Several of them."""

    def __init__(self) -> None:
        super().__init__(tuple[Change, ...])

    def written(self, value: tuple[Change, ...]) -> list[dict[str, Any]]:
        return [CHANGE.written(one) for one in value]

    def read(self, found: list[Mapping[str, Any]]) -> tuple[Change, ...]:
        return tuple(map(CHANGE.read, found))


CHANGE, BLOCKED = KeptChange(), Kept(Blocked)
FAULTS, QUESTIONS = Kept(tuple[Fault, ...]), Kept(tuple[Question, ...])
FACT, CHANGES = Kept(Fact, stated=True), KeptChanges()
