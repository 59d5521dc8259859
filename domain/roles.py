"""岗位与当事人: who people are to the system (obligations 10.2, 10.3, 4.2) and to a case."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person of a unit may do; a person can hold several."""

    AGENT = "agent"  #: 代办员: files requests, answers the inbox
    SUPERVISOR = "supervisor"  #: 督办员
    OFFICE = "office"  #: 工作专班办公室
    ADMINISTRATOR = "administrator"  #: 系统管理员: registry, keys, callback addresses
    OPERATOR = "operator"  #: 运维
    PUBLISHER = "publisher"  #: 区政府办公室: publishes the list (obligation 5.2)
    LEADER = "leader"  #: 领导: reads how the district stands, never persons' data

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Role.AGENT: "代办员",
    Role.SUPERVISOR: "督办员",
    Role.OFFICE: "工作专班办公室",
    Role.ADMINISTRATOR: "系统管理员",
    Role.OPERATOR: "运维",
    Role.PUBLISHER: "公布员",
    Role.LEADER: "领导",
}


class PartyRole(StrEnum):
    """What a person is in a case (办件)."""

    APPLICANT = "applicant"  #: 申请人
    SPOUSE = "spouse"  #: 配偶
    LEGAL_REPRESENTATIVE = "legal_representative"  #: 法定代表人
    AGENT = "agent"  #: 委托代理人
    FAMILY_MEMBER = "family_member"  #: 家庭成员
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "applicant": "申请人",
            "spouse": "配偶",
            "legal_representative": "法定代表人",
            "agent": "委托代理人",
            "family_member": "家庭成员",
            "other": "其他当事人",
        }[self.value]


class IdType(StrEnum):
    """证件类型. Whoever holds one of these is a party like any other."""

    CITIZEN_ID = "citizen_id"  #: 公民身份号码, GB 11643
    USCC = "uscc"  #: 统一社会信用代码, GB 32100
    PASSPORT = "passport"
    HK_MACAO_PERMIT = "hk_macao_permit"  #: 回乡证
    TAIWAN_PERMIT = "taiwan_permit"  #: 台胞证
    PERMANENT_RESIDENCE = "permanent_residence"  #: of 15 characters, since December 2023 of 18
    HMT_RESIDENCE = "hmt_residence"  #: its number is a 公民身份号码 that begins with 81, 82 or 83

    @property
    def label(self) -> str:
        return _ID_TYPES[self.value]

    @property
    def number_label(self) -> str:
        """What the number is called where it is printed."""
        return {"hmt_residence": "公民身份号码"}.get(self.value, self.label if self.label.endswith("码") else f"{self.label}号码")

    @property
    def is_person(self) -> bool:
        return self is not IdType.USCC


_ID_TYPES = {
    "citizen_id": "公民身份号码",
    "uscc": "统一社会信用代码",
    "passport": "护照",
    "hk_macao_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "permanent_residence": "外国人永久居留身份证",
    "hmt_residence": "港澳台居民居住证",
}


class Channel(StrEnum):
    """申请渠道 (obligation 6.2)."""

    WINDOW = "window"  #: 窗口
    WEB = "web"  #: 山东省政务服务网
    AI_SHANDONG = "ai_shandong"  #: 爱山东 APP
    AI_SHANDONG_ZAOZHUANG = "ai_shandong_zaozhuang"  #: 爱山东·枣庄 APP
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "window": "窗口",
            "web": "山东省政务服务网",
            "ai_shandong": "爱山东APP",
            "ai_shandong_zaozhuang": "爱山东·枣庄APP",
            "other": "其他",
        }[self.value]
