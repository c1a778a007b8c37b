"""Mutants of decorated functions.

mutmut changes no function that carries a decorator other than ``staticmethod`` and ``classmethod``.  Here those are
the properties and the use cases that run again: the rules themselves.  A copy of such a function needs no decorator,
and the one that stays in its place keeps it, around mutmut's own switch.
"""

from collections.abc import Iterable, Sequence

import libcst as cst
from mutmut.mutation import file_mutation
from mutmut.mutation.file_mutation import MODULE_STATEMENT, Mutation, MutationVisitor

HARMLESS = {"property", "again"}
"""Decorators that only wrap: nothing is registered when a second function carries them."""

Arrangement = tuple[Sequence[MODULE_STATEMENT], Sequence[MODULE_STATEMENT], Sequence[MODULE_STATEMENT], Sequence[str]]

skip_node_and_children = MutationVisitor._skip_node_and_children
arrange = file_mutation.function_trampoline_arrangement


def wrapped(node: cst.CSTNode) -> bool:
    """Return whether this is a function under one harmless decorator."""
    if not isinstance(node, cst.FunctionDef) or len(node.decorators) != 1:
        return False
    decorator = node.decorators[0].decorator
    return isinstance(decorator, cst.Name) and decorator.value in HARMLESS


def skip(self: MutationVisitor, node: cst.CSTNode) -> bool:
    """Skip what mutmut skips, but for the functions above."""
    return not wrapped(node) and skip_node_and_children(self, node)


def arrange_wrapped(function: cst.FunctionDef, mutants: Iterable[Mutation], class_name: str | None) -> Arrangement:
    """Make bare copies, and wrap only the one that is called by its name."""
    if not wrapped(function):
        return arrange(function, mutants, class_name)
    declared, (switch, *copies), assigned, names = arrange(function.with_changes(decorators=[]), mutants, class_name)
    around = cst.ensure_type(switch, cst.FunctionDef)
    called = around.with_changes(decorators=[*function.decorators, *around.decorators])
    return declared, [called, *copies], assigned, names


def mutate_decorated() -> None:
    """Let mutmut change decorated functions too."""
    MutationVisitor._skip_node_and_children = skip  # type: ignore[method-assign]  # its only seam
    file_mutation.function_trampoline_arrangement = arrange_wrapped
