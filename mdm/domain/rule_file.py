"""Reading rule files: declarations only, checked against the dictionary before anything is matched.

A rule file is code from outside: its syntax tree may hold nothing but imports from ``mdm.domain.rules`` and
assignments of literals and calls to what that module exports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from mdm.domain import rules as vocabulary
from mdm.domain.entity_type import EntityType
from mdm.domain.errors import RuleError
from mdm.domain.features import SOURCE_ID
from mdm.domain.rules import Level, RuleSet

_ALLOWED = (
    ast.Module,
    ast.Assign,
    ast.AnnAssign,
    ast.Expr,
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.Store,
    ast.Attribute,
    ast.Call,
    ast.keyword,
    ast.Tuple,
    ast.Starred,
    ast.UnaryOp,
    ast.USub,
    ast.BinOp,
    ast.Add,
    ast.ImportFrom,
    ast.alias,
)


def read_rule_set(text: str, file_name: str) -> RuleSet:
    """The ``RULES`` a file declares; raises RuleError naming the line that does more than declare."""
    tree = _parse(text, file_name)
    allowed = {name for name in dir(vocabulary) if not name.startswith("_")}
    for node in ast.walk(tree):
        _check_node(node, file_name)
        if isinstance(node, ast.ImportFrom) and node.module == "mdm.domain.rules":
            unknown = [alias.name for alias in node.names if alias.name not in allowed]
            if unknown:
                raise RuleError(f"{file_name}:{node.lineno}: the rule vocabulary has no {unknown[0]!r}")
    namespace = {name: getattr(vocabulary, name) for name in allowed} | {"__builtins__": {}}
    tree.body = [node for node in tree.body if not isinstance(node, ast.ImportFrom)]
    try:
        exec(compile(tree, file_name, "exec"), namespace)
    except (NameError, TypeError, AttributeError, ValueError) as error:
        raise RuleError(f"{file_name}: {error}", file=file_name) from error
    rules = namespace.get("RULES")
    if not isinstance(rules, RuleSet):
        raise RuleError(f"{file_name}: declares no RULES = RuleSet(...)", file=file_name)
    return rules


def check_rule_set(rules: RuleSet, entity: EntityType) -> None:
    """Hold a rule set against the dictionary; raises RuleError naming every fault."""
    faults = [*_feature_faults(rules, entity), *_column_faults(rules), *_survivorship_faults(rules, entity)]
    if not {"link", "review"} <= {threshold.action.value for threshold in rules.thresholds}:
        faults.append("thresholds for link and review are missing")
    if faults:
        raise RuleError(f"rules of {rules.entity}: " + "; ".join(faults), entity=rules.entity, faults=faults)


def _parse(text: str, file_name: str) -> ast.Module:
    try:
        return ast.parse(text, file_name)
    except (SyntaxError, ValueError) as error:
        raise RuleError(f"{file_name}: cannot be read: {error}", file=file_name) from error


def _check_node(node: ast.AST, file_name: str) -> None:
    line = getattr(node, "lineno", 0)
    if not isinstance(node, _ALLOWED):
        raise RuleError(
            f"{file_name}:{line}: {type(node).__name__} is more than a declaration", file=file_name
        )
    if isinstance(node, ast.ImportFrom) and node.module not in {"__future__", "mdm.domain.rules"}:
        raise RuleError(f"{file_name}:{line}: imports {node.module!r}", file=file_name)
    if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        raise RuleError(f"{file_name}:{line}: reaches for {node.attr!r}", file=file_name)
    if isinstance(node, ast.Name) and node.id.startswith("__"):
        raise RuleError(f"{file_name}:{line}: reaches for {node.id!r}", file=file_name)


def _feature_faults(rules: RuleSet, entity: EntityType) -> Iterator[str]:
    for feature in rules.features:
        for reference in feature.of:
            attribute = reference.partition(".")[0]
            if reference != SOURCE_ID and attribute not in entity.attributes:
                yield f"feature {feature.name} uses unknown attribute {attribute!r}"


def _column_faults(rules: RuleSet) -> Iterator[str]:
    known = {feature.name for feature in rules.features}
    for column in sorted(set(_columns(rules)) - known):
        yield f"{column!r} is no declared feature"


def _columns(rules: RuleSet) -> Iterator[str]:
    levels: list[Level] = [*rules.anchors]
    for comparison in rules.comparisons:
        levels += [*comparison.levels, *filter(None, [comparison.null])]
    for veto in rules.vetoes:
        levels += [veto.when, *filter(None, [veto.unless])]
    yield from _leaf_columns(levels)
    yield from (rule.on for rule in rules.blocking)
    yield from rules.training


def _leaf_columns(levels: Iterable[Level]) -> Iterator[str]:
    for level in levels:
        if level.parts:
            yield from _leaf_columns(level.parts)
        else:
            yield level.column


def _survivorship_faults(rules: RuleSet, entity: EntityType) -> Iterator[str]:
    for rule in rules.survivorship:
        if rule.attribute != "*" and rule.attribute not in entity.attributes:
            yield f"survivorship of unknown attribute {rule.attribute!r}"
    if not any(rule.attribute == "*" for rule in rules.survivorship):
        yield "survivorship for '*' is missing"
