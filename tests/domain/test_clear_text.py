"""明文: what a text in clear must not hold, in the forms in which people write it; and what only looks so."""

from __future__ import annotations

import pytest

from domain.clear_text import NAME, NUMBER, TELEPHONE, named, named_by_number, names_one_of

CITIZEN = (
    "370402188102020017", "３７０４０２１８８１０２０２００１７", "370402 18810202 0017", "370402-1881-0202-0017", "3704 02  1881 0202 0017",
    "370402\u200b188102020017", "证号370402188102020017号", "370402/18810202/0017", "370402_1881_0202_0017", "三七零四零二一八八一零二零二零零一七",
    "370402810202001",
)  # fmt: skip
PHONES = (
    "13800000000", "138 0000 0000", "138-0000-0000", "138.0000.0000", "+86 138-0000-0000", "0086 13800000000", "86-13800000000", "１３８００００００００",
    "1 3 8 0 0 0 0 0 0 0 0", "一三八零零零零零零零零", "电话:3312345", "联系方式 331-2345", "tel: 331 2345", "0632-3312345", "(0632)3312345", "06323312345",
    "010-88888888", "请拨打0632－3312345",
)  # fmt: skip
NOBODY = (
    "枣市中政复〔2036〕5号", "2026-03-04 10:15", "国办发明电〔2025〕7号", "12345热线 GD-2026-0001", "2026年3月4日至2026年3月15日", "第13条、第15条",
    "工单20260304123456789", "HY202603047K3M9QXT", "91370402DEMA000001", "2026-03-02..2026-03-15", "夏季作息08:30-12:00,13:30-17:00", "2027-01-01,2027-02-05",
    "依据一、二、三、四、五、六、七、八、九", "ISO 9001:2015", "《办法》第三条第(二)项", "192.168.10.100", "511Z0298500000-511602000000-000-11511301MB0T669970-1-00", "3月4日现场检查", "档案 2026-000123", "",
)  # fmt: skip


@pytest.mark.parametrize("text", CITIZEN)
def test_a_citizens_number_however_it_is_written(text: str) -> None:
    assert named(text) == named(f"见材料({text})") == NUMBER


@pytest.mark.parametrize("text", PHONES)
def test_a_telephone_number_however_it_is_written(text: str) -> None:
    assert named(text) == named(f"可联系,{text},办理") == TELEPHONE


@pytest.mark.parametrize("text", NOBODY)
def test_what_only_looks_so(text: str) -> None:
    assert named(text) is None


def test_a_given_number_is_refused_only_where_it_is_the_whole() -> None:
    assert named_by_number("13800000000") == named_by_number("138-0000-0000") == TELEPHONE
    assert named_by_number("BJ-13800000000") is None and named_by_number("20260304138000000001") is None
    assert named_by_number("C-370402188102020017") == named_by_number("３７０４０２１８８１０２０２００１７") == NUMBER


def test_the_people_concerned_are_known_by_name() -> None:
    assert named("演示甲子的材料", ["演示甲子"]) == NAME and named("演示 甲子", ["演示甲子"]) == NAME
    assert named("户籍材料", ["演示甲子"]) is None and not names_one_of("市中区", ["市"]) and names_one_of("市", ["市"])
