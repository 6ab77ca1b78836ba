"""What the source code says about codes of problems and keys of messages, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from support.places import ROOT

SOURCE = ROOT / "src" / "digitize"
ERRORS = frozenset(
    {
        "DigitizeError",
        "UsageProblem",
        "EnvironmentProblem",
        "SigningProblem",
        "WorkspaceBusy",
        "ItemProblem",
    }
)

FINDINGS = frozenset({"error", "wrong"})
"""What makes a finding of a package; its file is a fact of its own."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Told:
    """A place in the code that tells people of a problem.

    Attributes:
        where: file and line.
        code: code of the problem; None where it is known only when the program runs.
        kind: what is made of it: the class, or the function that makes it.
        facts: names of the facts given with it; None where they are not written out there.

    """

    where: str
    code: str | None
    kind: str
    facts: frozenset[str] | None

    @property
    def error(self) -> bool:
        """Whether it is raised."""
        return self.kind in ERRORS


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program by its path."""
    return {
        str(path.relative_to(SOURCE)): ast.parse(path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }


@cache
def strings() -> frozenset[str]:
    """Every string in the code that is no docstring; parts of f-strings with ``{}`` for what is filled in."""
    found: set[str] = set()
    scripts = (ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "scripts").glob("*.py")))
    for tree in (*modules().values(), *scripts):
        loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in loose:
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)
                found.add("".join(parts))
    return frozenset(found)


@cache
def told() -> tuple[Told, ...]:
    """Every place that makes a problem, an error or a finding, the helpers that make them included."""
    places = _helpers()
    return tuple(
        found
        for path, tree in modules().items()
        for function, call in _calls(tree)
        for found in _told(path, tree, function, call, places)
    )


def _calls(tree: ast.AST, function: Function | None = None) -> Iterator[tuple[Function | None, ast.Call]]:
    for node in ast.iter_child_nodes(tree):
        inner = node if isinstance(node, Function) else function
        if isinstance(node, ast.Call):
            yield function, node
        yield from _calls(node, inner)


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _parameters(function: Function | None) -> list[str]:
    if function is None:
        return []
    names = [argument.arg for argument in function.args.args]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


@cache
def _helpers() -> dict[str, int]:
    """Functions that take the code of a problem, and at which place."""
    places = dict.fromkeys([*ERRORS, "Problem", "Finding"], 0)
    while True:
        known = len(places)
        for tree in modules().values():
            for function, call in _calls(tree):
                place = places.get(_name(call))
                if function is None or place is None or len(call.args) <= place:
                    continue
                code = call.args[place]
                if isinstance(code, ast.Name) and code.id in _parameters(function):
                    places[function.name] = _parameters(function).index(code.id)
        if len(places) == known:
            return places


def _told(
    path: str, tree: ast.Module, function: Function | None, call: ast.Call, places: dict[str, int]
) -> Iterator[Told]:
    name = _name(call)
    place = places.get(name)
    if place is None or len(call.args) <= place:
        return
    code = call.args[place]
    if isinstance(code, ast.Name) and code.id in _parameters(function):
        return
    where = f"{path}:{call.lineno}"
    for value in _values(code, tree, function):
        yield Told(where, value, name, _facts(name, call))


def _values(code: ast.expr, tree: ast.Module, function: Function | None) -> list[str | None]:
    """The codes that an expression can stand for."""
    if isinstance(code, ast.Name):
        scope: ast.AST = function or tree
        assigned = [
            node.value
            for part in (scope, tree)
            for node in ast.walk(part)
            if isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == code.id for target in node.targets)
        ]
        code = assigned[0] if assigned else code
    if isinstance(code, ast.IfExp):
        return [*_values(code.body, tree, function), *_values(code.orelse, tree, function)]
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        return [code.value]
    return [None]


def _facts(name: str, call: ast.Call) -> frozenset[str] | None:
    if name == "Problem":
        given = call.args[1:] or [keyword.value for keyword in call.keywords if keyword.arg == "facts"]
        if not given:
            return frozenset()
        if isinstance(given[0], ast.Dict) and all(isinstance(key, ast.Constant) for key in given[0].keys):
            return frozenset(str(key.value) for key in given[0].keys if isinstance(key, ast.Constant))
        return None
    if name in ERRORS or name in FINDINGS:
        if any(keyword.arg is None for keyword in call.keywords):
            return None
        own = {"file"} if name in FINDINGS else set()
        return frozenset(own | {str(keyword.arg) for keyword in call.keywords})
    return None
