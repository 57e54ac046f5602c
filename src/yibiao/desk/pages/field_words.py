"""The texts of the field app, by the names that its scripts know them by; the phone keeps them."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext


def words() -> dict[str, str]:
    """Every text of the app in the language of whoever asks."""
    return _shell() | _screens() | _filling() | _library()


def _shell() -> dict[str, str]:
    return {
        "title": gettext("手机填报 · 一表"),
        "tab.today": gettext("今日"),
        "tab.forms": pgettext("field app", "表单"),
        "tab.drafts": pgettext("field app", "草稿"),
        "tab.outbox": gettext("发件箱"),
        "tab.me": gettext("我的"),
        "tab.conflict": gettext("内容冲突"),
        "net.on": gettext("已联网"),
        "net.off": gettext("没有网络"),
        "net.down": gettext("网站没有回应"),
        "opening": gettext("正在打开……"),
        "sign-in": gettext("登录"),
        "sign-in.first": gettext("请先登录。本机上各人的草稿只有本人登录后才能看到。"),
        "sign-in.away": gettext("现在没有网络，无法登录。有网络时再打开。"),
        "signed-out": gettext("登录已过期，填好的都还在本机，登录后自动发送。"),
        "update": gettext("有新版本，草稿不受影响。"),
        "update.take": gettext("现在更新"),
        "clock.fast": gettext("这部手机的时间快了 {by}，填报里的时间会跟着错。请在手机设置里改成自动校时。"),
        "clock.slow": gettext("这部手机的时间慢了 {by}，填报里的时间会跟着错。请在手机设置里改成自动校时。"),
        "clock.days": gettext("{count} 天"),
        "clock.hours": gettext("{count} 小时"),
        "clock.minutes": gettext("{count} 分钟"),
        "storage.low": gettext("手机存储快满了，请先把发件箱发完，或清理手机。"),
        "storage.heavy": gettext(
            "本机已存了 {used} MB，多半是还没发出的照片。请尽快在有网络的地方发出，免得手机存满。"
        ),
        "storage.full": gettext("手机存储已满，刚填的内容没有存上。请清理手机后再继续。"),
        "storage.broken": gettext(
            "刚填的内容没有存上，多半是手机存储满了。请不要关掉这一页：清理手机后再改一处试试；还是不行，请先抄下来。"
        ),
        "cancel": gettext("取消"),
        "close": gettext("关闭"),
        "delete": gettext("删除"),
        "back": gettext("返回"),
    }


def _screens() -> dict[str, str]:
    return {
        "today.tasks": gettext("等我办的"),
        "today.as-of": gettext("截至 {at}，联网后更新"),
        "today.none": gettext("现在没有等你办的事。"),
        "today.wait": gettext("正在取等你办的事……"),
        "today.due": gettext("{at} 前"),
        "today.late": gettext("逾期"),
        "today.away": gettext("需要网络"),
        "task.report": gettext("应报"),
        "task.case": gettext("事项"),
        "task.notice": gettext("待签收"),
        "task.shift": gettext("值班"),
        "forms.recent": gettext("常用"),
        "forms.none": gettext("你的岗位还没有可以填报的表单。请联系本单位的账号管理员授权。"),
        "forms.none-away": gettext("表单还没有下载到本机。请先在有网络的地方打开一次。"),
        "forms.wait": gettext("正在下载表单……"),
        "forms.fetching": gettext("正在下载 {done}/{all}"),
        "drafts.none": gettext("没有草稿。填到一半的表单会自动存在这里。"),
        "drafts.at": gettext("{at} 存"),
        "drop.title": gettext("删除后找不回来，确定删除吗？"),
        "outbox.none": gettext("没有要发的。填完的表单会放在这里，有网络就自动发送。"),
        "outbox.send": gettext("现在发送（{count} 份）"),
        "outbox.mend": gettext("修改"),
        "outbox.open": gettext("看记录"),
        "outbox.conflict": gettext("处理冲突"),
        "outbox.tried": gettext("已试 {count} 次，{at} 再试"),
        "outbox.part": gettext("照片已送到 {count} 张，其余接着送"),
        "state.draft": gettext("草稿"),
        "state.waiting": gettext("待发"),
        "state.sending": gettext("发送中"),
        "state.sent": gettext("已送达"),
        "state.refused": gettext("被退回"),
        "conflict.what": gettext("服务器上这个编号已有另一份内容。先看看那份，再决定这份怎么办。"),
        "conflict.moved": gettext(
            "服务器上的那份后来又改过或撤回了，不能再从手机上更正。可以在网站上改那份，或把这份另作一份发送。"
        ),
        "conflict.look": gettext("看服务器上的那份"),
        "conflict.correct": gettext("用本机这份更正那份"),
        "conflict.again": gettext("另作一份发送"),
        "conflict.drop": gettext("放弃本机这份"),
        "dark.auto": gettext("跟随手机"),
        "dark.light": gettext("浅色"),
        "dark.dark": gettext("深色"),
        "me.dark": gettext("页面颜色"),
        "me.large": gettext("放大字号"),
        "me.normal": gettext("恢复常规字号"),
        "me.fetch": gettext("重新下载表单和名单"),
        "me.no-network": gettext("换语言需要网络，有网络时再试。"),
        "me.desk": gettext("打开完整网站"),
        "me.room": gettext("本机已用 {used} MB，还可用 {free} MB"),
        "me.leave": gettext("退出登录"),
        "leave.unsent": gettext("还有 {count} 份没有送达："),
        "leave.nothing": gettext("没有未送达的填报。"),
        "leave.keep": gettext("退出，内容留在本机"),
        "leave.wipe": gettext("退出，并删除本机全部内容"),
    }


def _filling() -> dict[str, str]:
    return {
        "fill.done": gettext("填完，发送"),
        "fill.later": gettext("以后再填"),
        "fill.saved": gettext("已存 {at}"),
        "fill.not-kept": gettext("没有存上，请看最上面的说明"),
        "fill.unfinished": gettext("还有没填好的，请看红线处"),
        "fill.missing": gettext("应用没有下载完整，请在有网络的地方重新打开。"),
        "fill.gone": gettext("这份草稿的表单不在本机了。草稿还在，请在有网络的地方再试。"),
        "fill.elsewhere": gettext("这份草稿正在另一个窗口里填。请回到那个窗口，或先把它关掉。"),
        "fill.try": gettext("再试一次"),
        "fill.refused": gettext("上次被退回的原因"),
        "fill.go": gettext("去改"),
        "fill.required": pgettext("field app", "必填"),
        "fill.add": gettext("添加一项"),
        "fill.remove": gettext("删除这一项"),
        "fill.clear": gettext("清除"),
        "known.register": gettext("来自台账：{of}"),
        "known.last": gettext("来自上次填报"),
        "known.here": gettext("来自本机还没送达的登记：{of}"),
        "known.changed": gettext("已改"),
        "known.back": gettext("恢复原值"),
        "choose.search": gettext("输入名称查找"),
        "choose.more": gettext("还有更多，请多输几个字"),
        "choose.none": gettext("没有找到，换个写法试试"),
        "choose.first": gettext("请先选上一题"),
        "choose.empty": gettext("名单里还没有内容"),
        "choose.drop": gettext("去掉 {name}"),
        "attach.camera": gettext("拍照"),
        "attach.album": gettext("从相册选"),
        "attach.file": gettext("选文件"),
        "attach.busy": gettext("正在处理……"),
        "attach.empty": gettext("这个文件是空的，没有存。请重拍或重新选择。"),
        "attach.other": gettext("“{name}”不是这道题要的文件，没有存。请换一个。"),
        "attach.unseen": gettext("已存好。这部手机显示不了这种照片，不影响发送。"),
        "scan.live": gettext("扫码"),
        "scan.photo": gettext("拍照识别"),
        "scan.aim": gettext("把码放进画面，离近一点，不要反光。"),
        "scan.none": gettext("没有认出码，换个角度再拍，或直接输入。"),
        "scan.denied": gettext("没有打开摄像头，请用“拍照识别”，或直接输入。"),
        "sign.signature": gettext("点这里签名"),
        "sign.drawing": gettext("点这里画"),
        "sign.again": gettext("重来"),
        "sign.redo": gettext("重新签"),
        "sign.empty": gettext("框里还没有内容，请用手指写在框里。"),
        "sign.done": gettext("完成"),
        "here.take": gettext("取当前位置"),
        "here.drop": gettext("清除位置"),
        "here.waiting": gettext("正在定位……"),
        "here.none": gettext("没有取到位置。请在手机设置里允许定位，到开阔处再试。"),
        "here.not-yet": gettext("还没有取位置。不点按钮就不会定位。"),
        "here.at": gettext("北纬 {latitude}，东经 {longitude}，误差约 {metres} 米"),
    }


def _library() -> dict[str, str]:
    """What the form library says, by its own names."""
    return {
        "form.constraint.invalid": gettext("这个值不符合要求"),
        "form.constraint.required": gettext("这一题必填"),
        "form.form.required": gettext("必填"),
        "form.hint.guidance.details": gettext("详细说明"),
        "form.filepicker.notFound": gettext("本机找不到原来的文件"),
        "form.filepicker.resetWarning": gettext("确定去掉这个文件吗？"),
        "form.filepicker.toolargeerror": gettext("文件太大，不能超过 {maxSize}"),
        "form.selectpicker.noneselected": gettext("还没有选"),
        "form.selectpicker.numberselected": gettext("已选 {number} 项"),
        "form.confirm.repeatremove.heading": gettext("删除这一项吗？"),
        "form.confirm.repeatremove.msg": gettext("删除后找不回来。"),
    }
