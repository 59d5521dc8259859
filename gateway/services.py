"""What the endpoints of one gateway process share, made once by `gateway.app`."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from gateway.addresses import address_of
from gateway.endings import Endings
from gateway.origins import AccountOrigins
from gateway.quotas import Quotas
from gateway.runs import RunStarter
from gateway.telemetry import Telemetry
from gateway.vitals import Vitals


@dataclass(frozen=True)
class Services:
    starter: RunStarter
    endings: Endings
    quotas: Quotas
    telemetry: Telemetry
    vitals: Vitals
    origins: AccountOrigins


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services


def count_public(request: Request, what: str = "check") -> None:
    """Count a call without a key. Raises Problem `too_many_requests`."""
    services_of(request).quotas.count_public(address_of(request), what)
