"""岗位与当事人: who people are to the system (10.2, 10.3, 4.2) and to a case."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person of a unit may do; a person can hold several."""

    AGENT = "agent"  #: 代办员: files requests, answers the inbox
    SUPERVISOR = "supervisor"  #: 督办员
    OFFICE = "office"  #: 工作专班办公室
    ADMINISTRATOR = "administrator"  #: 系统管理员: registry, keys, callback addresses
    OPERATOR = "operator"  #: 运维
    PUBLISHER = "publisher"  #: 区政府办公室: publishes the list (5.2)


class PartyRole(StrEnum):
    """What a person is in a case (办件)."""

    APPLICANT = "applicant"  #: 申请人
    SPOUSE = "spouse"  #: 配偶
    LEGAL_REPRESENTATIVE = "legal_representative"  #: 法定代表人
    AGENT = "agent"  #: 委托代理人
    FAMILY_MEMBER = "family_member"  #: 家庭成员
    OTHER = "other"


class IdType(StrEnum):
    """证件类型."""

    CITIZEN_ID = "citizen_id"  #: 公民身份号码, GB 11643
    USCC = "uscc"  #: 统一社会信用代码, GB 32100


class Channel(StrEnum):
    """申请渠道 (6.2)."""

    WINDOW = "window"  #: 窗口
    WEB = "web"  #: 山东省政务服务网
    AI_SHANDONG = "ai_shandong"  #: 爱山东 APP
    AI_SHANDONG_ZAOZHUANG = "ai_shandong_zaozhuang"  #: 爱山东·枣庄 APP
    OTHER = "other"
