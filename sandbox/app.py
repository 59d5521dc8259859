"""演示区: the services of the sandbox behind one address."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp

from sandbox import authorisations, faults, licence_intake, licence_library, province_gateway
from sandbox.accounts import Accounts


def create_app(accounts: Accounts) -> ASGIApp:
    """The licence library under /CertShare, the province's gateway under /province, the switches under /faults,
    what the library took in under /intake, the citizen's telephone under /authorisations."""
    switches, intake, agreed = faults.Switches(), licence_intake.Intake(), authorisations.Authorisations()
    app = FastAPI(title="Proofless 演示区", version="1")
    app.include_router(licence_library.build(accounts, switches, intake=intake, authorised=agreed))
    app.include_router(authorisations.control(agreed))
    app.include_router(licence_intake.control(intake))
    app.include_router(province_gateway.build(accounts, switches))
    app.include_router(faults.control(switches))

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return faults.WireFaults(app, switches)  # outside of everything, where the connection itself is in reach
