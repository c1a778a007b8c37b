"""The reference page's sections that the conformance kit writes: suites with their holes, strategies, machines."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator

from avatar_core.testing import strategies
from avatar_core.testing.machines import MACHINES, MachinesContract
from avatar_core.testing.payment_gateway import PaymentGatewayContract, SignedGatewayContract
from avatar_core.testing.suites import SUITES
from tests.docs.from_core import words_of
from tests.docs.pages import table

KIT = "avatar_core.testing"


def parsed(thing: type) -> ast.ClassDef:
    """Return the source of a class as a tree."""
    found = ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
    if not isinstance(found, ast.ClassDef):
        raise TypeError(thing)
    return found


def of_the_kit(suite: type) -> Iterator[type]:
    """Give a suite and what it is made of."""
    return (each for each in suite.__mro__ if each.__module__.startswith(KIT))


def holes(suite: type) -> dict[str, str]:
    """Return the fixtures that a suite leaves to be filled, and the types of what they give."""
    found = {}
    for part in of_the_kit(suite):
        for node in parsed(part).body:
            if isinstance(node, ast.FunctionDef) and "raise NotImplementedError" in ast.unparse(node) and node.returns:
                found[node.name] = ast.unparse(node.returns)
    return found


def statements(suite: type) -> list[str]:
    """Return what a suite states, in the order of its source."""
    names = []
    for part in of_the_kit(suite):
        body = (node for node in parsed(part).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        names += [node.name for node in body if node.name.startswith("test_")]
    return [name.removeprefix("test_").replace("_", " ") for name in dict.fromkeys(names)]


def facts_of(world: type) -> list[tuple[str, str, str]]:
    """Return the fields of what fills a hole: name, type, and what is said of them."""
    body = parsed(world).body
    found = []
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign):
            said = following.value if isinstance(following, ast.Expr) else None
            words = said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""
            found.append((f"`{ast.unparse(node.target)}`", f"`{ast.unparse(node.annotation)}`", words))
    return found


def suites() -> str:
    """Return every suite: which ports it proves, its hole, and what it states."""
    ports: dict[type, list[str]] = {}
    for port, suite in SUITES.items():
        ports.setdefault(suite, []).append(port)
    written = []
    for suite, names in ports.items():
        written.append(_suite(suite, names))
        if suite is PaymentGatewayContract:
            written.append(_suite(SignedGatewayContract, names))
    return "\n".join(written)


def _suite(suite: type, ports: list[str]) -> str:
    ((hole, kind),) = holes(suite).items()
    proves = ", ".join(f"[{port}](ports.md#{port.lower()})" for port in ports)
    lines = "\n".join(f"- {each}" for each in _own_statements(suite))
    head = f"### {suite.__name__}\n\n`{suite.__module__}`, for {proves}. Hole: `{hole}`, {_linked(kind)}.\n"
    return f"{head}\n{lines}\n"


def _own_statements(suite: type) -> list[str]:
    if suite is SignedGatewayContract:
        known = statements(PaymentGatewayContract)
        return ["everything that PaymentGatewayContract states", *(e for e in statements(suite) if e not in known)]
    return statements(suite)


def _linked(kind: str) -> str:
    article = "an" if kind[0] in "AEIOU" else "a"
    return f"{article} [{kind}](#{kind.lower()})" if kind in _worlds() else f"{article} `{kind}`"


def _worlds() -> dict[str, type]:
    found = {}
    for suite in SUITES.values():
        for kind in holes(suite).values():
            for part in of_the_kit(suite):
                world = vars(sys.modules[part.__module__]).get(kind)
                if inspect.isclass(world) and world.__module__.startswith(KIT):
                    found[kind] = world
    return found


def worlds() -> str:
    """Return what fills the holes, field by field."""
    found = _worlds()
    inner = {"ProviderSwitches": vars(sys.modules[found["TrainerWorld"].__module__])["ProviderSwitches"]}
    return "\n".join(
        f"### {name}\n\n{words_of(world)}\n\n{table('field | type | meaning', *facts_of(world))}"
        for name, world in {**found, **inner}.items()
    )


def strategy_table() -> str:
    """Return every strategy."""
    public = {name: vars(strategies)[name] for name in strategies.__all__}
    body = [
        (f"`{name}({', '.join(inspect.signature(each).parameters)})`", words_of(each))
        for name, each in public.items()
        if callable(each)
    ]
    return table("strategy | what it draws", *body)


def machine_table() -> str:
    """Return every machine and its rules."""
    body = []
    for machine in MACHINES:
        rules = [
            name.replace("_", " ") for name, each in vars(machine).items() if hasattr(each, "hypothesis_stateful_rule")
        ]
        body.append((f"`{machine.__name__}`", words_of(machine), "; ".join(rules)))
    return f"{words_of(MachinesContract)}\n\n{table('machine | world | what happens', *body)}"
