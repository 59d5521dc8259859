"""How far an operator's hands reach: Prefect's own description of its API, and what of it is not among the actions.

What a new version offers stands in neither list: then the test is red until somebody has said what it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

READS = frozenset(
    """
    /artifacts/count /artifacts/filter /artifacts/latest/count /artifacts/latest/filter /automations/count
    /automations/filter /automations/templates/validate /block_documents/count /block_documents/filter
    /block_schemas/filter /block_types/filter /concurrency_limits/filter /deployments/count /deployments/filter
    /deployments/get_scheduled_flow_runs /deployments/paginate /events/count-by/{countable} /events/filter
    /flow_runs/count /flow_runs/filter /flow_runs/history /flow_runs/lateness /flow_runs/paginate
    /flow_runs/{id}/input/filter /flows/count /flows/filter /flows/paginate /logs/filter /saved_searches/filter
    /task_runs/count /task_runs/filter /task_runs/history /task_runs/paginate /task_workers/filter /templates/validate
    /ui/flow_runs/count-task-runs /ui/flow_runs/history /ui/flows/count-deployments /ui/flows/next-runs
    /ui/schemas/validate /ui/task_runs/count /ui/task_runs/dashboard/counts /v2/concurrency_limits/filter
    /variables/count /variables/filter /work_pools/count /work_pools/filter /work_pools/{name}/concurrency_status
    /work_pools/{name}/get_scheduled_flow_runs /work_pools/{work_pool_name}/queues/filter
    /work_pools/{work_pool_name}/workers/filter /work_queues/filter /work_queues/{id}/concurrency_status
    /work_queues/{id}/get_runs
    """.split()
)
"""Questions that are put by POST and change nothing."""

NO_CONCERN = {
    "/admin/storage": "where results are kept; no flow of ours keeps one",
    "/artifacts/": "beside ours; ours are written anew with the next event of the case",
    "/artifacts/{id}": "the timeline, which is written anew with the next event of the case; the ledger has it all",
    "/automations/owned-by/{resource_id}": "deletes automations; none is ours",
    "/automations/{id}": "of an automation that was made (tried); none is ours",
    "/block_documents/": "no flow of ours uses a block (checked)",
    "/block_documents/{id}": "no flow of ours uses a block (checked)",
    "/block_schemas/": "no flow of ours uses a block (checked)",
    "/block_schemas/{id}": "no flow of ours uses a block (checked)",
    "/block_types/": "no flow of ours uses a block (checked)",
    "/block_types/install_system_block_types": "no flow of ours uses a block (checked)",
    "/block_types/{id}": "no flow of ours uses a block (checked)",
    "/concurrency_limits/decrement": "limits on tags hold no step of ours back (tried with 0)",
    "/concurrency_limits/increment": "limits on tags hold no step of ours back (tried with 0)",
    "/concurrency_limits/tag/{tag}": "limits on tags hold no step of ours back (tried with 0)",
    "/concurrency_limits/tag/{tag}/reset": "limits on tags hold no step of ours back (tried with 0)",
    "/concurrency_limits/{id}": "limits on tags hold no step of ours back (tried with 0)",
    "/deployments/": "what `prefect deploy` does: the same fields as a change (tried)",
    "/deployments/{id}/resume_deployment": "switches on",
    "/events": "a forged event moves nothing without an automation (tried)",
    "/flows/": "another flow beside ours",
    "/logs/": "lines of log",
    "/saved_searches/": "a filter of the interface",
    "/saved_searches/{id}": "a filter of the interface",
    "/task_runs/": "a step that no pass of ours began",
    "/v2/concurrency_limits/decrement-with-lease": "gives places back",
    "/v2/concurrency_limits/increment-with-lease": "takes places, as by hand (tried), until the lease ends",
    "/v2/concurrency_limits/leases/{lease_id}/renew": "takes places, as by hand (tried), until the lease ends",
    "/variables/": "no flow of ours reads a variable (checked)",
    "/variables/name/{name}": "no flow of ours reads a variable (checked)",
    "/variables/{id}": "no flow of ours reads a variable (checked)",
}

FIELDS_NO_CONCERN = {
    "/deployments/{id}": {
        "infrastructure_document_id": "a block of an older Prefect",
        "storage_document_id": "a block of an older Prefect",
        "version_info": "for display",
    },
    "/deployments/{id}/schedules/{schedule_id}": {"replaces": "the slug that is renamed (tried)"},
    "/v2/concurrency_limits/{id_or_name}": {
        "name": "a deployment finds its limit by id",
        "denied_slots": "for display",
        "slot_decay_per_second": "gives places back",
    },
    "/work_pools/{work_pool_name}/queues/{name}": {"filter": "by the older address (tried)", "last_polled": "for display"},
    "/work_queues/{id}": dict.fromkeys(
        ("name", "description", "concurrency_limit", "priority", "last_polled"), "by the newer address (tried)"
    ),
}


NOT_TRIED = {("POST", "/deployments/{id}/create_flow_run"), ("POST", "/deployments/{id}/create_flow_run/bulk"), ("POST", "/flow_runs/")}
"""Left to be tried here: a second run by hand for a verification."""
FIELDS_NOT_TRIED: dict[str, set[str]] = {}


def offered(description: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every method and address that changes something, or may."""
    for path, methods in description["paths"].items():
        own = path.removeprefix("/api")
        yield from ((method.upper(), own) for method in methods if method != "get")


def template_of(path: str, templates: set[str]) -> str:
    """The address as the description writes it: the one with the fewest places to fill."""
    fitting = [one for one in templates if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    return min(fitting, key=lambda one: one.count("{"))


def fields(description: dict[str, Any], path: str, method: str = "patch") -> set[str]:
    """What the body of a change may hold."""
    body = description["paths"].get(path, description["paths"].get(f"/api{path}"))[method]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(schema.get("properties", {}))
