"""Registries for tests: the sandbox's district, and the district that one of the real lists comes from."""

from __future__ import annotations

import tomllib
from pathlib import Path

from catalog.matching import Known, Names, UnitNames
from catalog.registry import Registry
from settings import ROOT

LISTS = Path(__file__).parent / "lists"
DISTRICT, REGION = "山东省枣庄市市中区", "370402"

#: 广安区: departments of the real matters list, with the organisation codes that it gives them.
GUANGAN = (
    Known("GA-01", "广安区行政审批局", (), "682364679"),
    Known("GA-02", "广安区交通运输局", (), "008778386"),
    Known("GA-03", "广安区住房和城乡建设局", ("区住建局",), "008778255"),
    Known("GA-04", "广安区医疗保障局"),
    Known("GA-05", "广安区教育科技和体育局", ("区教科体局",), "083372204"),
    Known("GA-06", "广安区民政局", (), "008778298"),
    Known("GA-07", "广安区林业局"),
    Known("GA-08", "广安区水务局", (), "00877844X"),
)


def sandbox() -> Registry:
    """What the sandbox's starting catalog knows."""
    known = tomllib.loads((ROOT / "sandbox" / "district.toml").read_text("utf-8"))
    return Registry(
        UnitNames([Known(unit["code"], unit["name"]) for unit in known["units"]], district=DISTRICT),
        Names([Known(matter["code"], matter["name"]) for matter in known["matters"]]),
        Names([Known(proof["code"], proof["name"]) for proof in known["proofs"]]),
        {matter["code"]: matter["unit"] for matter in known["matters"]},
        REGION,
    )


def guangan() -> Registry:
    """A district that knows eight of the seventeen departments of the real list."""
    return Registry(UnitNames(GUANGAN, district="四川省广安市广安区"), Names([]), Names([]), {}, "511602")
