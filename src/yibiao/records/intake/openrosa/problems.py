"""What the way in for phones refuses; a phone shows the text to its owner."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

MULTIPART: Final = Rule(
    "records.openrosa.multipart",
    "这次发送不完整或格式不对：{why}。",
    "What was sent is incomplete or malformed: {why_en}.",
    "请检查网络后重新发送。",
    "Check the connection and send it again.",
    400,
)
PART_MISSING: Final = Rule(
    "records.openrosa.part-missing",
    "缺少填报内容（xml_submission_file）。",
    "Required multipart POST field xml_submission_file missing.",
    "请用支持 OpenRosa 的客户端发送。",
    "Send it with a client that speaks OpenRosa.",
    400,
)
XML: Final = Rule(
    "records.openrosa.xml",
    "填报内容不是完整的 XML：{why}。",
    "The answers are not well-formed XML: {why}.",
    "请重新发送；仍不行时请升级客户端。",
    "Send it again; if that does not help, bring the client up to date.",
    400,
)
UNKNOWN_NODE: Final = Rule(
    "records.openrosa.unknown-answer",
    "填报内容里有表单没有的题目：{names}。",
    "The answers hold questions that the form does not have: {names}.",
    "请重新获取表单后再填。",
    "Get the form again and fill it in anew.",
    400,
)
INSTANCE_MISSING: Final = Rule(
    "records.openrosa.instance-missing",
    "填报内容没有编号（instanceID），重发时会无法识别。",
    "The answers have no instanceID; sent twice they could not be told from a second record.",
    "请用支持 OpenRosa 的客户端发送。",
    "Send it with a client that speaks OpenRosa.",
    400,
)
FORM_UNKNOWN: Final = Rule(
    "records.openrosa.form-unknown",
    "没有编号为“{form}”的表单，或者它不在这个采集端的范围内。",
    "There is no form “{form}”, or it is outside what this field client may do.",
    "请在手机上刷新表单列表。",
    "Refresh the list of forms on the phone.",
    404,
)
VERSION_UNKNOWN: Final = Rule(
    "records.openrosa.version-unknown",
    "表单“{form}”没有发布过“{version}”版。",
    "The form version “{version}” of “{form}” does not exist.",
    "请重新获取表单后再填。",
    "Get the form again and fill it in anew.",
    404,
)
PROGRAM_OPEN: Final = Rule(
    "records.openrosa.program-open",
    "表单“{form}”同时用于几个专项（{programs}），不知道报给哪一个。",
    "The form “{form}” is used by several programs ({programs}); it is not clear which this belongs to.",
    "请重新获取表单后再填。",
    "Get the form again and fill it in anew.",
    409,
)
OUTSIDE: Final = Rule(
    "records.openrosa.outside",
    "这个采集端没有填报“{form}”的权限。",
    "This field client may not file “{form}”.",
    "请联系账号管理员。",
    "Ask the administrator of accounts.",
    403,
)
CLOSED: Final = Rule(
    "records.openrosa.closed",
    "“{form}”已停止填报，不再提供。手机上已填好的，在 {until} 前仍可发送。",
    "“{form}” is closed and no longer handed out. What is filled in already may be sent until {until}.",
    "请在手机上刷新表单列表。",
    "Refresh the list of forms on the phone.",
    403,
)
WITHDRAWN: Final = Rule(
    "records.openrosa.withdrawn",
    "编号“{id}”的填报已经撤回（has been deleted），不能再发。",
    "The record “{id}” has been deleted; it cannot be sent again.",
    "需要时请另填一份。",
    "File a new record if one is needed.",
    409,
)
DEPRECATED_UNKNOWN: Final = Rule(
    "records.openrosa.deprecated-unknown",
    "没有编号为“{id}”的填报可供更正。",
    "There is no record “{id}” to correct.",
    "请先发送原来那份。",
    "Send the first one before its correction.",
    404,
)
OUT_OF_DATE: Final = Rule(
    "records.openrosa.out-of-date",
    "您更正的那一版（{id}）已经不是最新的了。",
    "The revision that you corrected ({id}) is out of date.",
    "请在电脑上打开这份填报，在最新内容上更正。",
    "Open the record on a computer and correct its newest content.",
    409,
)
INSTANCE_TAKEN: Final = Rule(
    "records.openrosa.instance-taken",
    "编号“{id}”已经用于另一份内容。",
    "The id “{id}” already belongs to other content.",
    "请换一个编号再发。",
    "Send it under another id.",
    409,
)
ENCRYPTED_APART: Final = Rule(
    "records.openrosa.encrypted-apart",
    "这份填报是加密的，加密的答案和附件要在一次发送里一起来。",
    "This submission is encrypted; encrypted answers come together with their files.",
    "请发到 /openrosa/…/submission，带上全部加密的文件。",
    "Send it to /openrosa/…/submission with all of its encrypted files.",
    400,
)
ENCRYPTED_MANIFEST: Final = Rule(
    "records.openrosa.encrypted-manifest",
    "加密填报的清单不完整或写错了：{what}。",
    "The manifest of the encrypted submission is incomplete or wrong: {what}.",
    "请重新发送；仍不行时请升级客户端。",
    "Send it again; if that does not help, bring the client up to date.",
    400,
)
ENCRYPTED_KEY: Final = Rule(
    "records.openrosa.encrypted-key",
    "这份填报是用另一把密钥加密的，本系统打不开。",
    "This submission is encrypted to a key that is not here.",
    "请不要删去手机上的这份；告诉系统管理员，把原来的密钥放回密钥文件后再发。",
    "Keep it on the phone and tell the operator: once the former key is back in the file of keys, send it again.",
    400,
)
ENCRYPTED_MISSING: Final = Rule(
    "records.openrosa.encrypted-missing",
    "加密的填报缺文件：{names}。",
    "Files of the encrypted submission are missing: {names}.",
    "请连同全部文件重新发送；什么也没有收下。",
    "Send it again with all of its files; nothing was stored.",
    400,
)
ENCRYPTED_BROKEN: Final = Rule(
    "records.openrosa.encrypted-broken",
    "加密的填报解不开，或者与它的签名对不上；什么也没有收下。",
    "The encrypted submission cannot be opened, or is not what was signed; nothing was stored.",
    "请重新发送；仍不行时请另填一份，并把这份留在手机上。",
    "Send it again; if that does not help, fill in another one and keep this one on the phone.",
    400,
)
KEY_FILE: Final = Rule(
    "records.openrosa.key-file",
    "表单的密钥文件不能用：{why}。",
    "The file with the keys of forms cannot be used: {why}.",
    "请系统管理员看 YIBIAO_FORM_KEYS；新密钥用 yibiao openrosa keys 生成。",
    "Have the operator look at YIBIAO_FORM_KEYS; yibiao openrosa keys makes a new key.",
    503,
)
ENCRYPTED: Final = Rule(
    "records.openrosa.encrypted",
    "这份填报是加密的，本系统没有它的密钥，无法核对答案。",
    "This submission is encrypted; there is no key for it here, so its answers cannot be checked.",
    "请在手机上刷新表单，用未加密的表单重新填报；个人信息由系统加密保存。",
    "Refresh the form on the phone and fill it in without encryption; personal answers are kept encrypted here.",
    400,
)
TOO_LARGE: Final = Rule(
    "records.openrosa.too-large",
    "一次发送的内容超过了 {limit}。",
    "What was sent at once is larger than {limit}.",
    "请减小照片或视频，或分开填报。",
    "Make the photos or videos smaller, or file them apart.",
    413,
)
FILE_KIND: Final = Rule(
    "records.openrosa.file-kind",
    "附件“{name}”不是能收的类型（照片、录音、视频、PDF、文字、办公文档）。",
    "The attachment “{name}” is of no kind that is taken (photo, sound, video, PDF, text, office document).",
    "请改用普通的照片或文档。",
    "Use an ordinary photo or document.",
    415,
)
FILE_EMPTY: Final = Rule(
    "records.openrosa.file-empty",
    "附件“{name}”是空的，一个字节也没有。",
    "The attachment “{name}” is empty: it has not a single byte.",
    "手机上的文件已损坏，请重拍或重新选择后再发送。",
    "The file on the phone is damaged: take or choose it again, then send it.",
)
NOT_XML: Final = Rule(
    "records.openrosa.not-xml",
    "内容类型“{kind}”不是 XML。",
    "The content type “{kind}” is not XML.",
    "请以 application/xml 或 text/xml 发送填报内容。",
    "Send the answers as application/xml or text/xml.",
    415,
)
FORM_MISMATCH: Final = Rule(
    "records.openrosa.form-mismatch",
    "填报内容属于“{form}”，而地址是“{asked}”的。",
    "The answers are of the form “{form}”, the address is that of “{asked}”.",
    "请发到那张表单的地址。",
    "Send them to the address of that form.",
    400,
)
DEPRECATED_HERE: Final = Rule(
    "records.openrosa.deprecated-here",
    "这份内容写了 deprecatedID，是更正。",
    "These answers have a deprecatedID: they correct a record.",
    "更正请用 PUT 发到原填报的地址。",
    "Send a correction by PUT to the address of the record.",
    400,
)
SESSION: Final = Rule(
    "records.openrosa.session",
    "编号或令牌不对。",
    "The key or the token is wrong.",
    "email 写采集端的编号（sj- 开头），password 写它的令牌；都在“我的账号 – 采集端”里。",
    "email is the key of a field client (it begins with sj-), password its token; both are made under “My account”.",
    401,
)
