"""What the endpoints of one gateway process share, made once by `gateway.app`."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from connectors.identity import IdentityProvider
from gateway.edge.health import Vitals
from gateway.edge.inbox_versions import InboxVersions
from gateway.edge.lookers import Lookers
from gateway.edge.origins import AccountOrigins, SystemCalls
from gateway.edge.prefer_wait import Endings
from gateway.edge.quotas import Quotas
from gateway.edge.runs import RunStarter
from gateway.edge.strangers import Gate
from gateway.edge.telemetry import Telemetry
from gateway.edge.turns import Turns


@dataclass(frozen=True)
class Services:
    starter: RunStarter
    endings: Endings
    quotas: Quotas
    telemetry: Telemetry
    vitals: Vitals
    origins: AccountOrigins
    calls: SystemCalls
    guesses: Gate
    turns: Turns
    inboxes: InboxVersions
    lookers: Lookers
    provider: IdentityProvider | None  #: of the district, where one is configured


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services
