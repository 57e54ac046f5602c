"""What Open311 may object to beside what the room itself does; ``status`` is the code that the specification wants."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

NO_JURISDICTION: Final = Rule(
    "citizens.open311.jurisdiction-missing",
    "没有写 jurisdiction_id。",
    "jurisdiction_id was not provided.",
    "请写 12 位区划代码：{known}。",
    "Give a division code of 12 digits: {known}.",
    400,
)
JURISDICTION: Final = Rule(
    "citizens.open311.jurisdiction",
    "没有“{id}”这个 jurisdiction_id，或者那里不收诉求。",
    "The jurisdiction_id “{id}” was not found.",
    "请用 12 位区划代码：{known}。",
    "Use a division code of 12 digits: {known}.",
    404,
)
NO_SERVICE: Final = Rule(
    "citizens.open311.service-missing",
    "没有写 service_code。",
    "service_code was not provided.",
    "请先取 services 列表。",
    "Get the list of services first.",
    400,
)
SERVICE: Final = Rule(
    "citizens.open311.service",
    "没有“{code}”这个 service_code。",
    "The service_code “{code}” was not found.",
    "请先取 services 列表。",
    "Get the list of services first.",
    404,
)
REQUEST: Final = Rule(
    "citizens.open311.request",
    "没有“{id}”这件诉求。",
    "The service_request_id “{id}” was not found.",
    "请核对编号。",
    "Check the id.",
    404,
)
DATE: Final = Rule(
    "citizens.open311.date",
    "“{text}”不是带时区的 ISO 8601 时间。",
    "“{text}” is no ISO 8601 time with a zone.",
    "请写成 2022-09-10T08:00:00+08:00。",
    "Write 2022-09-10T08:00:00+08:00.",
    400,
)
SPAN: Final = Rule(
    "citizens.open311.span",
    "start_date 到 end_date 最多 90 天，先后不能颠倒。",
    "From start_date to end_date there are at most 90 days, in this order.",
    "请分几次取。",
    "Ask several times.",
    400,
)
STATUS: Final = Rule(
    "citizens.open311.status",
    "status 只能是 open、closed。",
    "status is open or closed.",
    "请改正。",
    "Correct it.",
    400,
)
LOCATION: Final = Rule(
    "citizens.open311.location",
    "没有写位置。",
    "The location was not provided.",
    "请写 lat 和 long、address_string 或者 address_id 之一。",
    "Give lat and long, address_string or address_id.",
    400,
)
KEY: Final = Rule(
    "citizens.open311.key",
    "api_key 不对，或者不能在这里填报。",
    "The api_key is wrong, or may not file here.",
    "请用采集端的口令；没有的，先取 challenge，答完再报。",
    "Use the token of a field client; without one get a challenge first and answer it.",
    403,
)
UNPROVEN: Final = Rule(
    "citizens.open311.unproven",
    "既没有 api_key，也没有答 challenge。",
    "There is neither an api_key nor the answer to a challenge.",
    "请先取 challenge.json，把 challenge 和算出的 answer 一起发来；有采集端口令的，写在 api_key 里。",
    "Get challenge.json and send its challenge with the answer found; whoever has the token of a field client sends it "
    "as api_key.",
    400,
)
LARGE: Final = Rule(
    "citizens.open311.large",
    "内容太大，或者字段太多。",
    "The request is too large, or has too many fields.",
    "请减少内容。",
    "Send less.",
    413,
)
METHOD: Final = Rule(
    "citizens.open311.method",
    "这个地址不接受 {method}。",
    "This address does not take {method}.",
    "请对照 GeoReport v2。",
    "Compare GeoReport v2.",
    405,
)
ADDRESS: Final = Rule(
    "citizens.open311.address",
    "GeoReport v2 没有“{rest}”这个地址。",
    "GeoReport v2 has no address “{rest}”.",
    "请对照 discovery.json 和规范。",
    "Compare discovery.json and the specification.",
    404,
)
