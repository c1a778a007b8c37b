"""Who writes which section of the reference pages."""

from tests.docs import from_core, from_entrypoints, from_kit

WRITERS = {
    "bot-commands": from_entrypoints.bot_commands,
    "cli": from_entrypoints.cli,
    "database-tables": from_entrypoints.database_tables,
    "errors": from_core.error_page,
    "events": from_core.events,
    "limits": from_core.limits,
    "machines": from_kit.machine_table,
    "make-targets": from_entrypoints.make_targets,
    "other-states": from_core.other_states,
    "packs": from_core.packs,
    "payment-moves": from_core.payment_moves,
    "plans": from_core.plans,
    "ports": from_core.port_page,
    "reactions": from_core.reactions,
    "run-moves": from_core.run_moves,
    "services": from_core.services,
    "strategies": from_kit.strategy_table,
    "suites": from_kit.suites,
    "use-cases": from_core.use_case_page,
    "worlds": from_kit.worlds,
}
