"""The documents that are made by the code: `python -m runtime.commands.diagrams` writes them, `./run check` compares.

A diagram that somebody draws by hand is wrong after the next change of the table, and nobody notices.
"""

from __future__ import annotations

from domain import adjusting, lead_path
from domain.adjusting import WHOSE, Step
from domain.lead_path import NEEDS, LeadStep
from domain.leads import LeadRule
from domain.lifecycle import State, mermaid
from domain.roles import Role
from gateway.edge.permissions import RULES
from gateway.edge.visibility import THINGS, Thing
from runtime.commands import obligations, real_lists
from settings import ROOT

_INTRO = """# The life cycle of a verification (核验)

Every verification stands in exactly one of these states. What may follow what is the table `MOVES` in
`domain/lifecycle.py`; `ledger/lifecycle/moves.py` is the only writer, and each move puts its event on the record in the same
transaction. This page is drawn from that table by `python -m runtime.commands.diagrams`; `./run check` compares the two.
"""

MEANINGS = {
    State.RECEIVED: "The requesting unit filed it; the method is not chosen yet.",
    State.LOOKING_UP: "The share source is being asked (数据共享).",
    State.AWAITING_CHOICE: "Several licences fit: the requesting unit picks one, within half an hour.",
    State.AWAITING_COMMITMENT: "The applicant may sign a commitment instead of a proof, or decline (告知承诺).",
    State.TO_ASK: "The issuing unit is to be asked (部门核验).",
    State.AWAITING_REPLY: "The request is in the issuing unit's inbox and its clocks run.",
    State.AWAITING_SUPPLEMENT: "The issuing unit needs more from the requesting unit (补正); its clock rests.",
    State.RETURNED: "It is not that unit's duty (退回); the requesting unit files it on (转办), the promise runs on.",
    State.ESCALATED: "A limit passed; the issuing unit's supervisor has half an hour (督办).",
    State.TO_BE_SEALED: "The answer is there; the proof is to be made and sealed.",
    State.TO_BE_DELIVERED: "The result is complete and is to be handed to the requesting unit.",
    State.NEEDS_ATTENTION: "It does not go on by itself: a named person retries, re-routes, reissues or closes it.",
    State.DELIVERED: "The requesting unit has the result. Ended.",
    State.WITHDRAWN: "The requesting unit took it back. Ended.",
    State.CLOSED: "A person ended it without a result; the requesting unit was told. Ended.",
}


def life_cycle() -> str:
    """`docs/life-cycle.md` as the code has it."""
    rows = "".join(f"| `{state.value}` | {state.label} | {state.value.replace('_', ' ')} | {MEANINGS[state]} |\n" for state in State)
    table = "| code | 中文 | English | meaning |\n|-|-|-|-|\n" + rows
    return f"{_INTRO}\n{table}\n```mermaid\n{mermaid()}```\n"


_STEPS = """# From a draft to the published list (清单的编制与调整)

A unit's list (5.1) and each adjustment of it (5.4) go this way; the table is `STEPS` in `domain/adjusting.py`, and
`ledger/catalog/proposals.py` is the only writer. Nobody agrees to what he drafted, nobody publishes what he drafted or
agreed to; each step is kept with its person. This page is drawn from the table by `python -m runtime.commands.diagrams`.
"""


def list_steps() -> str:
    """`docs/list-steps.md` as the code has it."""
    rows = "".join(f"| `{step.value}` | {step.label} | {'、'.join(sorted(WHOSE[step]))} |\n" for step in Step)
    return f"{_STEPS}\n| step | 中文 | roles |\n|-|-|-|\n{rows}\n```mermaid\n{adjusting.mermaid()}```\n"


_LEADS = """# From a sign to a decision (线索的办理)

What may be a sign of article 16 is a lead: never a finding, and nobody is named. The rules are `domain/leads.py`, the path is
`LEAD_STEPS` in `domain/lead_path.py`; each step is one row that nobody changes, with its person, time and document. What the
有关机关 decides is theirs and is entered with its document. From how many places a person's key was used in an hour, and a
proof was checked in a week, is counted without keeping an address
([why](decisions/0013-origins-are-counted-and-not-kept.md)); where all calls come through a proxy,
`PROOFLESS_TRUSTED_PROXIES` must name it, else all places are one. This page is drawn from the tables by
`python -m runtime.commands.diagrams`.
"""


def lead_steps() -> str:
    """`docs/lead-steps.md` as the code has it."""
    rules = "".join(f"| {rule.about.clause} | {rule.about.title} | {rule.about.evidence} | {rule.about.least} |\n" for rule in LeadRule)
    steps = "".join(f"| `{step.value}` | {step.label} | {'、'.join(NEEDS.get(step, ()))} |\n" for step in LeadStep)
    return (
        f"{_LEADS}\n| clause | 迹象 | evidence | from |\n|-|-|-|-|\n{rules}\n"
        f"| step | 中文 | needs |\n|-|-|-|\n{steps}\n```mermaid\n{lead_path.mermaid()}```\n"
    )


_VISIBILITY = """# Who sees what (谁看到什么)

Obligations 2.6, 15.4 and 18.2, as `gateway/edge/visibility.py` and `gateway/edge/permissions.py` have it: endpoints ask the first and
test neither unit nor role themselves. Per role: `own` the own unit's (with the units that were merged into it), `all` every unit's,
`–` nothing; and how persons stand in it: clear, masked, or, where nothing is said, not at all. Somebody with several roles sees
what each of them sees, persons never beyond the own unit. A department's system sees what the person sees who acts, within its
key's scopes. This page is written from the tables by `python -m runtime.commands.diagrams`; `./run check` compares the two.
"""


def who_sees_what() -> str:
    """`docs/visibility.md` as the code has it."""
    head = "| what | endpoints | " + " | ".join(role.value for role in Role) + " | own means | and |\n" + "|-" * (len(Role) + 4) + "|\n"
    rows = "".join(
        f"| {thing.name} | {', '.join(f'`{name}`' for name in thing.endpoints)} | {' | '.join(_seen(thing, role) for role in Role)} "
        f"| {thing.own if any(_seen(thing, role).startswith('own') for role in Role) else ''} | {thing.told} |\n"
        for thing in THINGS
    )
    return f"{_VISIBILITY}\n{head}{rows}"


def _seen(thing: Thing, role: Role) -> str:
    if role not in RULES[thing.endpoints[0]].roles:
        return "–"
    persons = ", clear" if role in thing.clear else ", masked" if role in thing.masked else ""
    return ("all" if role in thing.by_all else "own") + persons


DOCUMENTS = {
    ROOT / "docs" / "lead-steps.md": lead_steps,
    ROOT / "docs" / "life-cycle.md": life_cycle,
    ROOT / "docs" / "list-steps.md": list_steps,
    ROOT / "docs" / "lists.md": real_lists.page,
    ROOT / "docs" / "obligations.md": obligations.page,
    ROOT / "docs" / "visibility.md": who_sees_what,
}


def write() -> None:
    """Bring the documents up to date."""
    for file, content in DOCUMENTS.items():
        file.write_text(content(), encoding="utf-8")


def check() -> bool:
    """True where the documents say what the code says."""
    return all(file.is_file() and file.read_text(encoding="utf-8") == content() for file, content in DOCUMENTS.items())


if __name__ == "__main__":
    write()
