"""What the endpoints of one gateway process share, made once by `gateway.app`."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from gateway.edge.addresses import address_of, is_monitor
from gateway.edge.health import Vitals
from gateway.edge.origins import AccountOrigins, SystemCalls
from gateway.edge.permissions import RULES, WATCHING
from gateway.edge.prefer_wait import Endings
from gateway.edge.quotas import Quotas
from gateway.edge.runs import RunStarter
from gateway.edge.telemetry import Telemetry


@dataclass(frozen=True)
class Services:
    starter: RunStarter
    endings: Endings
    quotas: Quotas
    telemetry: Telemetry
    vitals: Vitals
    origins: AccountOrigins
    calls: SystemCalls


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services


async def count_public(request: Request) -> None:
    """Count a call that asks for no key: every endpoint's, by its line in `gateway.edge.permissions`.

    Raises Problem `too_many_requests`.
    """
    rule = RULES.get(request.scope["route"].name)
    if rule is not None and rule.quota is not None and not (rule.quota == WATCHING and is_monitor(request)):
        services_of(request).quotas.count_public(address_of(request), rule.quota)
