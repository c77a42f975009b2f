"""Evaluating a file of declarations, without ever running it as code.

Understood are literals, tuples, names assigned above, members of our enumerations, calls of the given vocabulary,
``+`` on texts and tuples, and a minus sign. Invariant: reading ends after a bounded time, in bounded memory: what a
value weighs is counted with all it holds, so that ``a = (b, b)`` in forty lines is refused and not built.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from mdm.domain.errors import RuleError

MAX_FILE = 200_000
"""Characters; the largest rule file has a tenth of that."""
MAX_WEIGHT = 100_000
"""Values within one value, each counted as often as it occurs; a text counts one per character."""
MAX_NUMBER = 10**15

Word = Callable[..., object] | type[StrEnum]
"""What a declaration may name: something to call, or an enumeration."""


class _Value(NamedTuple):
    """A value and how much it holds."""

    content: Any  # whatever the declarations build
    weight: int


def read_declarations(
    text: str, file_name: str, vocabulary: Mapping[str, Word], module: str
) -> dict[str, Any]:
    """Every name the file assigns (``Any``: what the vocabulary builds); raises RuleError naming the line.

    ``module`` is the only one that the file may import from, and only names of ``vocabulary``.
    """
    reader = _Reader(file_name, vocabulary, module)
    try:
        for statement in _parse(text, file_name).body:
            reader.take(statement)
    except RecursionError as error:
        raise RuleError(f"{file_name}: is nested too deep", file=file_name) from error
    return {name: value.content for name, value in reader.names.items()}


def _parse(text: str, file_name: str) -> ast.Module:
    if len(text) > MAX_FILE:
        raise RuleError(f"{file_name}: is longer than {MAX_FILE:,} characters", file=file_name)
    try:
        with warnings.catch_warnings(action="ignore"):  # of odd literals; they are judged below
            return ast.parse(text, file_name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RuleError(f"{file_name}: cannot be read: {error}", file=file_name) from error


class _Reader:
    """Holds the names assigned so far."""

    def __init__(self, file_name: str, vocabulary: Mapping[str, Word], module: str) -> None:
        self.names: dict[str, _Value] = {}
        self._file = file_name
        self._vocabulary = vocabulary
        self._module = module

    def take(self, statement: ast.stmt) -> None:
        """Take in one statement: an import, an assignment to a new name, or a docstring."""
        match statement:
            case ast.ImportFrom(module="__future__", names=[ast.alias(name="annotations", asname=None)]):
                pass
            case ast.ImportFrom(module=self._module, names=names, level=0):
                self._check_import(statement, names)
            case ast.Expr(value=ast.Constant(value=str())):
                pass
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if name in self._vocabulary or name in self.names or name.startswith("__"):
                    raise self._fault(statement, f"assigns {name!r}, which has a meaning already")
                self.names[name] = self._value(value)
            case _:
                raise self._fault(statement, f"{type(statement).__name__} is more than a declaration")

    def _check_import(self, statement: ast.stmt, names: list[ast.alias]) -> None:
        for alias in names:
            if alias.name not in self._vocabulary or alias.asname:
                raise self._fault(statement, f"the rule vocabulary has no {alias.name!r}")

    def _value(self, node: ast.expr) -> _Value:
        match node:
            case ast.Constant(value=content):
                return self._literal(node, content)
            case ast.Name(id=name) if name in self.names:
                return self.names[name]
            case ast.Attribute(value=ast.Name(id=name), attr=member):
                return self._member(node, name, member)
            case ast.Tuple(elts=elements):
                parts = self._parts(elements)
                return self._weighed(node, tuple(part.content for part in parts), parts)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                return self._call(node, name, arguments, keywords)
            case _:
                return self._operation(node)

    def _operation(self, node: ast.expr) -> _Value:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._negative(node, self._value(operand))
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._sum(node, self._value(left), self._value(right))
            case _:
                raise self._fault(node, f"{_shown(node)} is more than a declaration")

    def _literal(self, node: ast.expr, content: object) -> _Value:
        if isinstance(content, str):
            return self._weighed(node, content, (), len(content))
        if content is None or isinstance(content, bool):
            return _Value(content, 1)
        if isinstance(content, int | float) and math.isfinite(content) and abs(content) <= MAX_NUMBER:
            return _Value(content, 1)
        raise self._fault(node, "only text, true, false, None and numbers of common size may be written here")

    def _member(self, node: ast.expr, name: str, member: str) -> _Value:
        found = self._vocabulary.get(name)
        if isinstance(found, type) and issubclass(found, StrEnum) and member in found.__members__:
            return _Value(found[member], 1)
        raise self._fault(node, f"{name} has no {member!r}")

    def _negative(self, node: ast.expr, value: _Value) -> _Value:
        if isinstance(value.content, int | float) and not isinstance(value.content, bool):
            return _Value(-value.content, 1)
        raise self._fault(node, "only a number can be negative")

    def _sum(self, node: ast.expr, left: _Value, right: _Value) -> _Value:
        # Weighed first: what is too large is never built.
        whole = self._weighed(node, None, (left, right))
        if isinstance(left.content, str) and isinstance(right.content, str):
            return whole._replace(content=left.content + right.content)
        if isinstance(left.content, tuple) and isinstance(right.content, tuple):
            return whole._replace(content=left.content + right.content)
        raise self._fault(node, "only two texts or two tuples can be added")

    def _call(
        self, node: ast.expr, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]
    ) -> _Value:
        word = self._vocabulary.get(name)
        if word is None or (isinstance(word, type) and issubclass(word, StrEnum)):
            raise self._fault(node, f"calls {name!r}, which is no word of rules")
        parts = self._parts(arguments)
        named: dict[str, _Value] = {}
        for keyword in keywords:
            if keyword.arg is None:
                raise self._fault(node, "** is more than a declaration")
            named[keyword.arg] = self._value(keyword.value)
        try:
            made = word(
                *(part.content for part in parts), **{key: part.content for key, part in named.items()}
            )
        except (TypeError, ValueError) as error:
            raise self._fault(node, str(error)) from error
        return self._weighed(node, made, (*parts, *named.values()))

    def _parts(self, elements: list[ast.expr]) -> list[_Value]:
        found: list[_Value] = []
        for element in elements:
            if not isinstance(element, ast.Starred):
                found.append(self._value(element))
                continue
            whole = self._value(element.value)
            if not isinstance(whole.content, tuple):
                raise self._fault(element, "only a tuple can be spread")
            self._weighed(element, None, (*found, whole))
            # How much each of them holds is not known any more: together they hold what the tuple does.
            found += [
                _Value(part, whole.weight if place == 0 else 1) for place, part in enumerate(whole.content)
            ]
        return found

    def _weighed(
        self, node: ast.expr, content: Any, parts: tuple[_Value, ...] | list[_Value], more: int = 0
    ) -> _Value:
        """``Any``: whatever the declarations build."""
        weight = 1 + more + sum(part.weight for part in parts)
        if weight > MAX_WEIGHT:
            raise self._fault(node, f"holds more than {MAX_WEIGHT:,} values")
        return _Value(content, weight)

    def _fault(self, node: ast.AST, told: str) -> RuleError:
        return RuleError(f"{self._file}:{getattr(node, 'lineno', 0)}: {told}", file=self._file)


def _shown(node: ast.expr) -> str:
    return repr(node.id) if isinstance(node, ast.Name) else type(node).__name__
