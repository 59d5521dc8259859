"""How much each part of the bench measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How much is measured; `--quick` is for trying the bench itself."""

    warm_up: int
    batch: int
    steady: int
    burst: int
    stock_light: int
    stock_burst: int
    alone: int
    few: int
    many: int
    inbox: int
    waiting: int
    waiting_seconds: int
    rows: int
    reported: int
    year: int
    edge_seconds: int  #: of each turn
    rush_seconds: int
    rounds: int


FULL = Size(
    warm_up=20,
    batch=500,
    steady=90,
    burst=80,
    stock_light=6,
    stock_burst=8,
    alone=30,
    few=1000,
    many=20_000,
    inbox=10_000,
    waiting=100_000,
    waiting_seconds=120,
    rows=1_000_000,
    reported=1_000_000,
    year=20_000,
    edge_seconds=10,
    rush_seconds=60,
    rounds=5,
)
QUICK = Size(
    warm_up=5,
    batch=30,
    steady=15,
    burst=15,
    stock_light=2,
    stock_burst=4,
    alone=10,
    few=500,
    many=1000,
    inbox=500,
    waiting=3000,
    waiting_seconds=40,
    rows=1000,
    reported=20_000,
    year=700,
    edge_seconds=1,
    rush_seconds=10,
    rounds=1,
)
