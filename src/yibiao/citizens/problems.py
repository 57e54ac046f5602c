"""Everything that the room of citizens may object to."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

FILE: Final = Rule(
    "citizens.services.unreadable",
    "“{key}”不符合要求：{why}。",
    "“{key}” is not as required: {why_en}.",
    "请对照 services.toml 的说明改正。",
    "Compare it with the reference of services.toml.",
)
UNFIT: Final = Rule(
    "citizens.services.unfit",
    "这里写的“{what}”在表单或办理流程里没有，或者类型不合。",
    "“{what}” is not in the form or the lifecycle, or is of another type.",
    "可用：{known}。",
    "Known: {known}.",
)
PRIVACY: Final = Rule(
    "citizens.services.privacy",
    "“{what}”是否个人信息标得不对：姓名和电话必须标为个人信息，其余不能标。",
    "“{what}” is marked wrongly: the name and the telephone must be personal, nothing else may be.",
    "请改表单里的 personal 一栏。",
    "Correct the personal column of the form.",
)
PROMISE: Final = Rule(
    "citizens.services.promise",
    "“{move}”开始新一轮，却让上一轮承诺的时间（{field}）留着。",
    "“{move_en}” begins a new round and lets the promise of the last one ({field}) stand.",
    '请让这一步重填它（asks），或者清空它（sets = {{ {field} = "" }}）。',
    'Let the move ask for it (asks), or take it away (sets = {{ {field} = "" }}).',
)
NO_COUNTER: Final = Rule(
    "citizens.place.closed",
    "“{place}”还没有开通群众诉求。",
    "“{place}” takes no reports from citizens yet.",
    "请拨打当地 12345 热线，或者找社区工作人员。",
    "Please call the local 12345 line or ask the community.",
    404,
)
OUTSIDE: Final = Rule(
    "citizens.place.outside",
    "这个地点不在“{place}”范围内。",
    "This place does not lie within “{place}”.",
    "请从本页的地点里选，或者打开那个地方自己的页面。",
    "Choose a place of this page, or open the page of that place.",
)
CLOSED: Final = Rule(
    "citizens.service.closed",
    "“{service}”现在不受理。",
    "“{service}” is not taken at present.",
    "请另选一类，或者选“其他”。",
    "Choose another kind, or “other”.",
)
UNCHOSEN: Final = Rule(
    "citizens.report.service",
    "没有选是哪一类事。",
    "No kind was chosen.",
    "请选一类；都不合适的，选“其他”。",
    "Choose one; “other” where none fits.",
)
DESCRIPTION: Final = Rule(
    "citizens.report.description",
    "请写清楚是什么事，{shortest} 至 {longest} 个字。",
    "Say what it is about, in {shortest} to {longest} characters.",
    "写上具体位置和看到的情况就好。",
    "Where exactly it is and what can be seen are enough.",
)
TOO_LONG: Final = Rule(
    "citizens.report.long",
    "“{what}”太长，最多 {longest} 个字。",
    "“{what_en}” is too long; at most {longest} characters.",
    "请写短一些。",
    "Write less.",
)
POSITION: Final = Rule(
    "citizens.report.position",
    "位置不对：纬度在 -90 至 90、经度在 -180 至 180 之间。",
    "The position is wrong: latitudes run from -90 to 90, longitudes from -180 to 180.",
    "请重新取位置，或者不填位置、只写地址。",
    "Take the position again, or leave it out and write the address.",
)
PHONE: Final = Rule(
    "citizens.report.phone",
    "联系电话应是 7 至 20 位数字。",
    "A telephone number has 7 to 20 digits.",
    "请改正，或者留空。",
    "Correct it, or leave it empty.",
)
TOKEN: Final = Rule(
    "citizens.report.token",
    "这一页已经过期。",
    "This page is out of date.",
    "请重新打开页面再报。",
    "Open the page again and report from there.",
)
PHOTOS: Final = Rule(
    "citizens.photo.many",
    "最多传 {most} 张照片。",
    "At most {most} photos can be sent.",
    "请去掉几张。",
    "Take some of them out.",
)
PHOTO_SIZE: Final = Rule(
    "citizens.photo.large",
    "照片“{name}”太大，最大 {most} 兆。",
    "The photo “{name}” is too large; at most {most} MB.",
    "请换小一些的照片。",
    "Choose a smaller one.",
    413,
)
UNPROVEN: Final = Rule(
    "citizens.challenge.wrong",
    "验证没有通过。",
    "The check was not passed.",
    "请等验证完成再提交，或者回答页面上的算术题。",
    "Wait until the check is done, or answer the sum on the page.",
)
EXPIRED: Final = Rule(
    "citizens.challenge.expired",
    "验证已经过期。",
    "The check has expired.",
    "请再提交一次，页面已换上新的验证。",
    "Send it again; the page holds a new check.",
)
SPENT: Final = Rule(
    "citizens.challenge.spent",
    "这个验证已经用过。",
    "This check has been used already.",
    "请再提交一次，页面已换上新的验证。",
    "Send it again; the page holds a new check.",
    409,
)
TOO_OFTEN: Final = Rule(
    "citizens.rate.exceeded",
    "报得太频繁，请 {minutes} 分钟后再报。",
    "Too many reports; please try again in {minutes} minutes.",
    "紧急的事请直接拨打 110、119、120。",
    "In an emergency call 110, 119 or 120.",
    429,
)
NO_TICKET: Final = Rule(
    "citizens.ticket.unknown",
    "没有这张回执。",
    "There is no such receipt.",
    "请核对链接是否完整；链接只有反映人自己有，我们不能补发。",
    "Check that the link is complete; only the reporter has it, and it cannot be issued again.",
    404,
)
NOT_YET: Final = Rule(
    "citizens.ticket.early",
    "诉求正在登记，过几秒再办。",
    "The report is being registered; try again in a few seconds.",
    "请刷新页面。",
    "Load the page again.",
    409,
)
PULL_ADDRESS: Final = Rule(
    "citizens.pull.address",
    "“{address}”不是 Open311 的网址。",
    "“{address}” is no address of an Open311 endpoint.",
    "请写到版本为止，例如 https://主机/open311/v2。",
    "Give it up to the version, such as https://host/open311/v2.",
)
PUSH_UNSENT: Final = Rule(
    "citizens.push.unsent",
    "没有送到对方：{why}",
    "The other side could not be reached: {why}",
    "请核对网址和网络，稍后再送；已送到的不会重复。",
    "Check the address and the network and push again; nothing is told twice.",
    502,
)
PULL_UNREAD: Final = Rule(
    "citizens.pull.unread",
    "没有取到对方的诉求：{why}",
    "The requests of the other side could not be read: {why}",
    "请核对网址和网络，稍后再取；已取到的不会重复。",
    "Check the address and the network and pull again; nothing is taken twice.",
    502,
)
