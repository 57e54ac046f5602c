"""What people may be refused, and by whom it can be changed."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

SCOPE_OUTSIDE: Final = Rule(
    "people.scope.outside",
    "这里需要{right}权限：{place}，{program}。{has}。",
    "This needs the right to {right_en}: {place}, {program_en}. {has_en}.",
    "如工作需要，请由{who}在“账号管理”中授权。",
    "If your work needs it, ask {who_en} to grant it under “Accounts”.",
    403,
)
SIGN_IN_NEEDED: Final = Rule(
    "people.account.sign-in",
    "这里需要先登录。",
    "This needs a signed-in account.",
    "请用单位开通的账号登录后再试。",
    "Sign in with the account that your organisation gave you and try again.",
    401,
)
ACCOUNT_UNKNOWN: Final = Rule(
    "people.account.unknown",
    "没有找到这个账号。",
    "There is no such account.",
    "请核对账号，或从“账号管理”的列表中选择。",
    "Check the name, or choose it from the list under “Accounts”.",
    404,
)
USERNAME_TAKEN: Final = Rule(
    "people.username.taken",
    "用户名“{username}”已有人使用。",
    "The user name “{username}” is taken.",
    "请换一个用户名。",
    "Choose another user name.",
)
USERNAME_SHAPE: Final = Rule(
    "people.username.shape",
    "用户名由 3 至 32 个小写字母、数字、点或短横线组成，并以字母或数字开头。",
    "A user name is 3 to 32 lower-case letters, digits, dots or hyphens and begins with a letter or digit.",
    "请按此规则修改，例如 erdao-lrb。",
    "Change it to that shape, for example erdao-lrb.",
)
NAME_MISSING: Final = Rule(
    "people.name.missing",
    "名称不能为空，也不能超过 80 个字。",
    "The name may be neither empty nor longer than 80 characters.",
    "请填写名称。",
    "Enter a name.",
)
PASSWORD_WEAK: Final = Rule(
    "people.password.weak",
    "密码不符合要求：{why}。",
    "The password does not meet the rules: {why_en}.",
    "请换一个密码。",
    "Choose another password.",
)
PASSWORD_DUE: Final = Rule(
    "people.password.due",
    "密码已到更换期限，更换前不能办理其他业务。",
    "The password is due for a change; nothing else can be done before.",
    "请在“我的账号”中更换密码，然后重试。",
    "Change it under “My account”, then try again.",
    403,
)
ORGANISATION_UNKNOWN: Final = Rule(
    "people.organisation.unknown",
    "没有代码为“{code}”的机构。",
    "There is no organisation with the code “{code}”.",
    "请核对机构代码，或先登记该机构。",
    "Check the code, or register the organisation first.",
    404,
)
ORGANISATION_TAKEN: Final = Rule(
    "people.organisation.taken",
    "机构代码“{code}”已登记，内容与这次不同。",
    "The organisation code “{code}” is registered already, with other content.",
    "请换一个代码，或核对已登记的机构。",
    "Choose another code, or check the organisation on record.",
)
ORGANISATION_CODE: Final = Rule(
    "people.organisation.code",
    "机构代码由 2 至 40 个字母、数字或短横线组成。",
    "An organisation code is 2 to 40 letters, digits or hyphens.",
    "请按此规则修改，例如 220105-yjj。",
    "Change it to that shape, for example 220105-yjj.",
)
ORGANISATION_NOT_OWN: Final = Rule(
    "people.organisation.not-own",
    "账号在机构“{organisation}”没有岗位，不能以它的名义办理。",
    "The account holds no post at the organisation “{organisation}” and cannot act on its behalf.",
    "请从本人任职的机构中选择，或请管理员在“账号管理”中增加岗位。",
    "Choose one of your own organisations, or ask an administrator to add a post under “Accounts”.",
    403,
)
GRANT_RIGHT: Final = Rule(
    "people.grant.right",
    "没有“{right}”这种权限。",
    "There is no right called “{right}”.",
    "请从填报、审核、分析、管理中选择。",
    "Choose one of fill, review, analyse and manage.",
)
GRANT_PROGRAMS: Final = Rule(
    "people.grant.programs",
    "授权必须写明专项；专项代码由小写字母、数字、点和短横线组成，* 表示全部专项。",
    "A grant must name its programs; a program code is lower-case letters, digits, dots and hyphens, * stands for all.",
    "请填写专项代码，或选择全部专项。",
    "Enter the program's code, or choose all programs.",
)
GRANT_OUTSIDE: Final = Rule(
    "people.grant.outside",
    "只能授予自己管理范围以内的权限；{place}、{program}不在其中。",
    "You can only grant what lies within your own range; {place}, {program_en} does not.",
    "请缩小地点或专项，或请上级管理员授权。",
    "Narrow the place or the program, or ask the administrator above you.",
    403,
)
GRANT_OWN: Final = Rule(
    "people.grant.own",
    "管理员不能改动自己的权限，也不能停用自己的账号。",
    "An administrator may change neither the own rights nor deactivate the own account.",
    "请由另一位管理员办理。",
    "Ask another administrator to do it.",
    403,
)
ENROLMENT_EMPTY: Final = Rule(
    "people.enrolment.empty",
    "表里没有账号：第一行是列名，从第二行起每行一个账号。",
    "There is no account in the table: the first row names the columns, each row below is one account.",
    "请下载模板，填好后再上传。",
    "Download the template, fill it in and upload it.",
)
ENROLMENT_MOST: Final = Rule(
    "people.enrolment.most",
    "一次最多开通 {most} 个账号，这份表有 {count} 行。",
    "At most {most} accounts are opened at once; this table has {count} rows.",
    "请分成几份上传。",
    "Divide it and upload the parts.",
)
ENROLMENT_COLUMNS: Final = Rule(
    "people.enrolment.columns",
    "表里缺少这些列：{missing}。",
    "The table lacks these columns: {missing_en}.",
    "请对照模板补上列名，列的先后不限。",
    "Add them as in the template; their order does not matter.",
)
ENROLMENT_ORGANISATION: Final = Rule(
    "people.enrolment.organisation",
    "机构“{code}”还没有登记。",
    "The organisation “{code}” is not registered.",
    "请核对代码；如是新机构，请填写它的名称和地点，会一并登记。",
    "Check the code; for a new one give its name and place, and it is registered with the accounts.",
)
ENROLMENT_PLACE: Final = Rule(
    "people.enrolment.place",
    "在你的管理范围内，“{text}”不是唯一的一个地点。",
    "Within your range “{text}” does not name exactly one place.",
    "请写全名，有重名时写 12 位代码。",
    "Write the whole name, or the code of 12 digits where several have it.",
)
ENROLMENT_MEANWHILE: Final = Rule(
    "people.enrolment.meanwhile",
    "核对之后，表里的某个用户名或机构代码已被别人登记。",
    "Since the check somebody else registered one of the user names or organisation codes of the table.",
    "请重新上传核对；这次一个账号也没有开通。",
    "Upload it again to see which; no account was opened.",
    409,
)
POST_UNKNOWN: Final = Rule(
    "people.post.unknown",
    "这个账号没有该岗位，或该岗位没有这项权限。",
    "The account holds no such post, or the post has no such right.",
    "请刷新页面后重试。",
    "Reload the page and try again.",
    404,
)
CLIENT_UNKNOWN: Final = Rule(
    "people.client.unknown",
    "这个采集端的地址无效，或已停用。",
    "This field client's address is not valid, or it was revoked.",
    "请在“账号—采集端”中重新生成二维码，再用手机扫码。",
    "Make a new QR code under “Accounts – field clients” and scan it with the phone.",
    403,
)
CLIENT_OUTSIDE: Final = Rule(
    "people.client.outside",
    "该账号在{place}、{program}没有填报权限，采集端不能超出账号自己的范围。",
    "The account may not fill in at {place} for {program_en}; a field client reaches no further than its account.",
    "请改选地点或专项，或先给账号授权。",
    "Choose another place or program, or grant the account the right first.",
)
