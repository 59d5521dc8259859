"""请求模板: a request body as a TOML table whose texts are Jinja2 templates.

The structure comes from the file alone: a rendered value only ever becomes one JSON string, whatever quotes,
braces or template marks it contains. The environment is the sandboxed one, and an unknown name is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@cache
def _compile(text: str, names: frozenset[str]) -> Template:
    try:
        unknown = meta.find_undeclared_variables(_ENVIRONMENT.parse(text)) - names
        if unknown:
            raise ValueError(f"模板用了不认识的名称 {', '.join(sorted(unknown))}(可用:{', '.join(sorted(names))})")
        return _ENVIRONMENT.from_string(text)
    except TemplateError as error:
        raise ValueError(f"模板写错了:{error.message}") from None


def compile_tree(tree: Any, names: frozenset[str]) -> Any:
    """The same tree with its texts compiled. Raises ValueError for a template that is broken or uses other names."""
    match tree:
        case str():
            return _compile(tree, names)
        case dict():
            return {key: compile_tree(value, names) for key, value in tree.items()}
        case list():
            return [compile_tree(value, names) for value in tree]
        case _:
            return tree


def render(tree: Any, context: Mapping[str, Any]) -> Any:
    """The tree filled in. Raises jinja2.TemplateError where a value that a template names is not there."""
    match tree:
        case Template():
            return tree.render(context)
        case dict():
            return {key: render(value, context) for key, value in tree.items()}
        case list():
            return [render(value, context) for value in tree]
        case _:
            return tree
