"""The page's figures: what the issue asks for, exactly or as a band, and the wording in the bulletin."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Asked(NamedTuple):
    """``low`` ≤ value ≤ ``high``; ``phrase`` stands in the bulletin's text at the citation."""

    ref: str
    low: Decimal
    high: Decimal
    phrase: str


def _exactly(ref: str, value: int, phrase: str) -> Asked:
    return Asked(ref, Decimal(value), Decimal(value), phrase)


def _between(ref: str, low: str, high: str, phrase: str) -> Asked:
    return Asked(ref, Decimal(low), Decimal(high), phrase)


PAGE = (
    _exactly("holiday-safety.fatal-accidents", 0, "未接到亡人生产安全事故报告"),
    _exactly("holiday-safety.fatal-fires", 0, "未接到亡人火灾报告"),
    _exactly("holiday-safety.disasters", 0, "未接到自然灾害报告"),
    _exactly("holiday-safety.other-events", 0, "未接到其他有影响的突发事件报告"),
    _exactly("holiday-safety.direct-accidents", 0, "未发生生产安全事故"),
    _exactly("holiday-safety.months-without-large", 14, "14个月"),
    _exactly("holiday-safety.flood-deaths", 0, "洪涝灾害未造成人员死亡"),
    _exactly("holiday-safety.forest-fires", 0, "未发生森林草原火情"),
    _exactly("holiday-safety.documents", 3, "3份"),
    _exactly("holiday-safety.leader-visits", 198, "198人次"),
    _exactly("holiday-safety.teams", 21, "21个"),
    _exactly("holiday-safety.counties", 28, "28个"),
    _exactly("holiday-safety.departments", 40, "40个"),
    _exactly("holiday-safety.enterprises", 85, "85户"),
    _exactly("holiday-safety.hazards", 198, "198个"),
    _exactly("holiday-safety.hazards-at-once", 153, "153个"),
    _exactly("holiday-safety.hazards-by-deadline", 45, "45个"),
    _exactly("holiday-safety.duty-leaders", 345, "345人次"),
    _exactly("holiday-safety.duty-staff", 1237, "1237人次"),
    _exactly("holiday-safety.hazchem-enterprises", 352, "352户"),
    _exactly("holiday-safety.noncoal-enterprises", 122, "122户"),
    _exactly("holiday-safety.trade-enterprises", 339, "339户"),
    _exactly("holiday-safety.coal-visits", 170, "170矿次"),
    _exactly("holiday-safety.fire-teams", 309, "309个"),
    _exactly("holiday-safety.fire-units", 674, "674家"),
    _exactly("holiday-safety.fire-hazards", 1268, "1268处"),
    _between("night-patrol.police", "61501", "62499", "6.2万人次"),
    _between("night-patrol.vehicles", "16501", "17499", "1.7万台次"),
    _between("night-patrol.mass", "40501", "41499", "4.1万人次"),
    _exactly("night-patrol.venues", 28_143, "2.8万余个"),
    _exactly("night-patrol.hazards", 3891, "3891处"),
    _exactly("night-patrol.drink-driving", 684, "684起"),
    _exactly("night-patrol.drunk-driving", 113, "113起"),
    _exactly("night-patrol.street-racing", 38, "38起"),
    _exactly("night-patrol.points", 2528, "2528个"),
    _exactly("night-patrol.sessions", 2764, "2764场次"),
    _between("night-patrol.leaflets", "285501", "286499", "28.6万份"),
    _between("night-patrol.served", "24001", "24999", "2.4万余人次"),
    _between("night-patrol.requests", "10001", "19999", "1万余人次"),
    _between("cyber-week.access-points", "398551", "398649", "39.86万个"),
    _between("cyber-week.participants", "440001", "449999", "近45万人"),
    _between("cyber-week.exhibitors", "21", "29", "20余家"),
    _between("cyber-week.works", "201", "299", "200余个"),
    _exactly("cyber-week.work-fields", 3, "3个"),
    _exactly("cyber-week.theme-days", 6, "6个"),
    _between("cyber-week.contests", "90", "99", "近100场"),
    _between("cyber-week.offline-events", "301", "399", "300余场"),
    _between("cyber-week.items", "1900001", "1999999", "近200万份"),
    _between("cyber-week.exposures", "10000001", "10999999", "超1000万人次"),
    _exactly("community-desk.quarters", 9, "9个"),
    _exactly("community-desk.stand-alone", 4, "4栋"),
    _exactly("community-desk.households", 3938, "3938户"),
    _exactly("community-desk.residents", 8306, "8306人"),
    _between("community-desk.no-lift", "61", "69", "60余栋"),
    _exactly("community-desk.merchants", 12, "12家"),
    _between("community-desk.workers", "31", "39", "30余名"),
    _between("community-desk.service-days", "45", "49", "近50天"),
    _exactly("community-desk.modes", 3, "三种"),
    _between("community-desk.requests", "1", "9999", "件"),
    _between("community-desk.return-visits", "1", "9999", "次"),
    _exactly("happy-community.steps", 7, "七个"),
    _exactly("happy-community.city-awards", 200, "200个"),
    _exactly("happy-community.county-awards", 400, "400个"),
    _exactly("happy-community.city-quota", 200, "200个"),
    _exactly("happy-community.county-quota", 400, "400个"),
    _between("happy-community.city-old-share", "60", "100", "%"),
    _between("happy-community.county-old-share", "60", "100", "%"),
    _between("happy-community.weak", "37", "99", "个"),
)
