"""分页: how long lists are asked for and continued, in one form; and the words that somebody looks for."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from domain.clear_text import is_clean
from gateway.edge.problems import Problem
from ledger.paging import Page, PageRequest, Position
from ledger.vault import vault

Search = Annotated[str, Query(max_length=60, description="名称或编码中的文字;几个词以空格隔开,须全部出现", examples=["户籍"])]
_MOST_WORDS = 5
T = TypeVar("T")
Answer = TypeVar("Answer", bound=BaseModel)
_MARK = 16


@dataclass(frozen=True)
class PageAsked(PageRequest):
    """The page that a caller asks for. `of`: of which list, with which conditions."""

    of: str = ""

    def answer(self, kind: type[Answer], found: Page[T], shown: Callable[[T], Any]) -> Answer:
        """The page as the API shows it: each row as `shown`, and what continues it."""
        return kind(items=[shown(row) for row in found.rows], next_cursor=self.cursor(found))

    def cursor(self, page: Page[Any]) -> str | None:
        """By which the caller gets the page after this one, of the same list with the same conditions."""
        if page.following is None:
            return None
        text = json.dumps(page.following, ensure_ascii=False)
        return base64.urlsafe_b64encode(_mark(self.of, text) + text.encode()).decode()


def _asking(most: int) -> Callable[..., PageAsked]:
    def asked(
        request: Request,
        limit: int = Query(100, ge=1, le=most, description="一页最多几项"),
        cursor: str = Query("", max_length=2000, pattern=r"^[\w=-]*$", description="上一页的 next_cursor,条件不变;省略为第一页"),
    ) -> PageAsked:
        conditions = sorted(one for one in request.query_params.multi_items() if one[0] not in ("limit", "cursor"))
        of = json.dumps([request.url.path, conditions])
        return PageAsked(limit, _position(of, cursor) if cursor else None, of)

    return asked


#: What every list of the API takes; a page of persons' data is no longer than a screen of them.
Paging = Annotated[PageAsked, Depends(_asking(1000))]
PagingOfPersons = Annotated[PageAsked, Depends(_asking(100))]


def _position(of: str, cursor: str) -> Position:
    """Raises Problem `invalid` for what is no cursor of ours, or another list's."""
    try:
        given = base64.urlsafe_b64decode(cursor)
        text = given[_MARK:].decode()
    except ValueError:
        given, text = b"", ""
    if not hmac.compare_digest(given[:_MARK], _mark(of, text)):
        raise Problem("invalid", errors=[("cursor", "不是这个清单以同样的条件给出的 next_cursor,请从第一页重新查询。")])
    return tuple(json.loads(text))


def _mark(of: str, text: str) -> bytes:
    return vault().mark("cursor", of, text)[:_MARK]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search. Raises Problem `text_unclean`."""
    if not is_clean(text, allowed="\t\n"):
        raise Problem("text_unclean")
    return tuple(text.split()[:_MOST_WORDS])
