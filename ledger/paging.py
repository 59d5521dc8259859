"""分页: a list page by page, each beginning after the last row of the page before, by the columns of its order.

What comes in or goes away meanwhile neither repeats a row nor hides one, and a late page costs no more than the first. An
order ends with a key of the row, so that no two rows are equal in it, and none of its columns is ever NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, DateTime, Select, Text, and_, cast, literal, literal_column, or_, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression

T = TypeVar("T")
U = TypeVar("U")
Row = TypeVar("Row", bound=tuple[Any, ...])
Order = Sequence[Any]  #: columns, `.desc()` where the greatest comes first

#: In an order of instants the place of what has none.
EARLIEST, LATEST = (literal_column(f"'{word}'::timestamptz", DateTime(timezone=True)) for word in ("-infinity", "infinity"))

#: Where a page ended: the columns of the order in its last row, as the database writes them.
Position = tuple[str, ...]


@dataclass(frozen=True)
class PageRequest:
    """At most `limit` rows that follow `after`; None: from the beginning."""

    limit: int = 100
    after: Position | None = None


FIRST = PageRequest()


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows in their order; `following`: after which the next page begins, None where nothing follows."""

    rows: list[T]
    following: Position | None = None

    def map(self, change: Callable[[T], U]) -> Page[U]:
        return Page([change(row) for row in self.rows], self.following)


def tuples(session: Session, query: Select[Row], order: Order, request: PageRequest) -> Page[Row]:
    """A page of the query's rows."""
    texts = [cast(_column(one), Text).label(f"place_{index}") for index, one in enumerate(order)]
    found = session.execute(within(query, order, request).add_columns(*texts)).all()
    shown = found[: request.limit]
    following = tuple(shown[-1][-len(texts) :]) if len(found) > request.limit else None
    rows: list[Any] = [tuple(row[: -len(texts)]) for row in shown]
    return Page(rows, following)


def scalars(session: Session, query: Select[tuple[T]], order: Order, request: PageRequest) -> Page[T]:
    """A page of what the query selects alone."""
    return tuples(session, query, order, request).map(lambda row: row[0])


def within(query: Select[Row], order: Order, request: PageRequest) -> Select[Row]:
    """The query for one page, and for one row more: it tells that something follows."""
    if request.after is not None:
        values = [cast(literal(text, Text), _column(one).type) for one, text in zip(order, request.after, strict=True)]
        query = query.where(_beyond(order, values))
    return query.order_by(*order).limit(request.limit + 1)


def of_list(rows: Iterable[T], key: Callable[[T], Position], request: PageRequest) -> Page[T]:
    """A page of what stands in memory, in the order of its key."""
    rest = sorted((row for row in rows if request.after is None or key(row) > request.after), key=key)
    shown = rest[: request.limit]
    return Page(shown, key(shown[-1]) if len(rest) > request.limit else None)


def every(read: Callable[[PageRequest], Page[T]], *, at_once: int = 500) -> Iterator[T]:
    """All rows of a list, page by page."""
    request: PageRequest | None = PageRequest(at_once)
    while request is not None:
        page = read(request)
        yield from page.rows
        request = PageRequest(at_once, page.following) if page.following else None


def _beyond(order: Order, values: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    """What comes after these values. Of columns in one direction as one comparison of rows, which an index serves."""
    columns = [_column(one) for one in order]
    down = [_descends(one) for one in order]
    if len(set(down)) == 1:
        here, there = tuple_(*columns), tuple_(*values)
        return here < there if down[0] else here > there
    further = columns[0] < values[0] if down[0] else columns[0] > values[0]
    return or_(further, and_(columns[0] == values[0], _beyond(order[1:], values[1:])))


def _descends(one: Any) -> bool:
    return isinstance(one, UnaryExpression) and one.modifier is operators.desc_op


def _column(one: Any) -> ColumnElement[Any]:
    column: ColumnElement[Any] = one.element if _descends(one) else one
    return column
