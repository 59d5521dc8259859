"""What the endpoints of one gateway process share, made once by `gateway.app`."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from gateway.endings import Endings
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


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services
