"""The field app with a bad network: what is filled in arrives, and arrives once; what is refused is settled."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
import qrcode
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from tests.browser.phones import (
    PHOTO,
    SHOT,
    SIGNED,
    Phone,
    Site,
    added,
    answer,
    begin,
    choose,
    finish,
    sign,
    sign_in,
    states,
    tab,
)

pytestmark = pytest.mark.browser


def test_five_filled_without_a_network_killed_and_cut_everywhere_arrive_once(
    phone: Phone, site: Site, photo: str
) -> None:
    """Every tenth of an upload is where the connection breaks, twice in a row; at the last the answer is lost."""
    before, page = site.records(), phone.start()
    sign_in(page, site)
    site.network.on = False
    page.reload()
    expect(page.locator(".net-off")).to_be_visible()
    for number in range(1, 6):
        begin(page)
        answer(page, f"示例要求{number}", photo)
        if number == 5:
            page.set_input_files(SHOT, photo)
            expect(page.locator(".attach-shown img")).to_have_count(2)
            sign(page)
        finish(page)
        states(page, "waiting", number)
    begin(page)
    choose(page, "商贸")
    expect(page.locator(".saved")).to_contain_text("已存")
    page.fill("input[name='/data/hazards']", "7")
    page.wait_for_timeout(1_000)
    phone.kill()

    page = phone.start()
    page.goto(f"{site.network.address}/field/#/outbox")
    states(page, "waiting", 5)
    tab(page, "草稿")
    page.locator(".item-main").first.click()
    expect(page.locator("input[name='/data/hazards']")).to_have_value("7")
    expect(page.locator(".option-wrapper > label:has(:checked)", has_text="商贸")).to_be_visible()
    page.locator(".back").click()
    # A browser repeats by itself what breaks on a connection that it had used before: the cut meets it again.
    cuts = [share for tenth in range(1, 6) for share in (*[tenth / 10] * 2, *[tenth / 10 + 0.5] * 2, None)]
    site.network.plan([*cuts, 0.5, 1.0, 1.0, None, None])
    site.network.on = True
    sign_in(page, site)
    tab(page, "发件箱")
    until = time.monotonic() + 60
    while site.network.planned and time.monotonic() < until:
        with suppress(PlaywrightError):
            page.locator(".send button").click(timeout=500)
        page.wait_for_timeout(50)
    states(page, "sent", 5)
    states(page, "waiting", 0)
    assert site.network.cuts == 23
    assert sorted(one["counts"] for one in added(site, before)) == [[1, 1, 1]] * 4 + [[1, 1, 3]]


def test_what_the_server_refuses_is_said_and_mended(phone: Phone, site: Site) -> None:
    before, page = site.records(), phone.start()
    sign_in(page, site)
    begin(page)
    answer(page, "示例退回")
    page.fill("input[name='/data/occurred_at']", "2098-01-01T08:00")
    finish(page)
    states(page, "refused", 1)
    assert page.locator(".why li").count() >= 1
    expect(page.locator(".why").first).to_contain_text("检查时间")
    speak(page, site, "English")
    expect(page.locator(".why").first).not_to_contain_text(re.compile("[\u4e00-\u9fff]"))
    speak(page, site, "中文")
    page.get_by_role("button", name="修改").click()
    page.locator(".problems button").first.click()
    expect(page.locator(".pointed")).to_contain_text("检查时间")
    page.fill("input[name='/data/occurred_at']", "2022-09-11T08:00")
    finish(page)
    states(page, "sent", 1)
    assert [one["counts"] for one in added(site, before)] == [[1, 1, 0]]


def speak(page: Page, site: Site, language: str) -> None:
    """Switches the app over, and looks at its outbox."""
    page.goto(f"{site.network.address}/field/#/me")
    page.get_by_role("button", name=language).click()
    expect(page.locator(".top h1")).to_have_text({"English": "Me", "中文": "我的"}[language])
    page.goto(f"{site.network.address}/field/#/outbox")


def conflicting(page: Page, site: Site) -> None:
    """A record whose answer was lost, changed on the phone meanwhile, and the page on which one settles that."""
    sign_in(page, site)
    site.network.cut(1.0, times=1_000)
    begin(page)
    answer(page, "示例起初")
    finish(page)
    states(page, "waiting", 1)
    expect(page.locator(".item[data-state=waiting]")).to_contain_text("次")
    page.get_by_role("button", name="修改").click()
    page.fill("input[name='/data/measure']", "示例后来")
    site.network.cut(1.0, times=0)
    finish(page)
    states(page, "refused", 1)
    page.get_by_role("link", name="处理冲突").click()


def test_what_differs_from_the_server_is_settled_by_a_correction(phone: Phone, site: Site) -> None:
    """The answer was lost, so the phone does not know that the server has it; then somebody changes it."""
    before, page = site.records(), phone.start()
    conflicting(page, site)
    page.get_by_role("button", name="用本机这份更正那份").click()
    states(page, "sent", 1)
    assert [one["counts"] for one in added(site, before)] == [[2, 2, 0]]


def test_a_glove_that_taps_twice_makes_one_record_of_a_conflict(phone: Phone, site: Site) -> None:
    before, page = site.records(), phone.start()
    conflicting(page, site)
    page.get_by_role("button", name="另作一份发送").evaluate("(button) => { button.click(); button.click(); }")
    states(page, "sent", 1)
    states(page, "refused", 0)
    assert [one["counts"] for one in added(site, before)] == [[1, 1, 0]] * 2


def test_a_site_that_is_not_well_is_told_apart_from_no_network(phone: Phone, site: Site) -> None:
    before, page = site.records(), phone.start()
    sign_in(page, site)
    page.route("**/field/api/submissions", lambda route: route.fulfill(status=503, body="busy"))
    begin(page)
    answer(page, "示例忙时")
    finish(page)
    expect(page.locator(".net-off")).to_have_text("网站没有回应")
    states(page, "waiting", 1)
    page.unroute_all()
    page.reload()
    states(page, "sent", 1)
    expect(page.locator(".net")).to_have_text("已联网")
    assert len(added(site, before)) == 1


def test_two_taps_of_a_glove_choose_once(phone: Phone, site: Site) -> None:
    page = phone.start()
    sign_in(page, site)
    begin(page)
    mine = page.locator(".option-wrapper > label:visible", has_text="矿山")
    mine.dblclick()
    expect(mine.locator("input")).to_be_checked()
    page.wait_for_timeout(500)
    mine.click()
    expect(mine.locator("input")).not_to_be_checked()


def test_what_is_known_and_what_was_registered_here_is_not_asked_again(phone: Phone, site: Site) -> None:
    """A task opens its form filled in, without a network; a unit registered on the phone can be chosen at once."""
    page = phone.start()
    sign_in(page, site)
    site.network.on = False
    page.reload()
    expect(page.locator(".net-off")).to_be_visible()
    task = page.locator("[data-task^='report:rounds:weekly:u1:']").first
    expect(task).to_contain_text("示例一厂")
    task.click()
    staff = page.locator(".question:has([name='/data/staff_now'])")
    expect(staff.locator("input")).to_have_value("10")
    expect(staff).to_contain_text("来自台账：示例一厂")
    page.fill("[name='/data/staff_now']", "15")
    expect(staff).to_contain_text("已改")
    page.fill("[name='/data/device']", "SB-1")
    finish(page)
    tab(page, "今日")
    expect(page.locator("[data-task]", has_text="待发")).to_have_count(1)

    tab(page, "表单")
    page.locator(".row-link", has_text="单位登记").click()
    for name, value in (("code", "u2"), ("unit_name", "示例二厂"), ("staff", "7")):
        page.fill(f"[name='/data/{name}']", value)
    finish(page)
    tab(page, "表单")
    page.locator(".row-link", has_text="每周报告").click()
    page.locator(".question:has([name='/data/unit']) .choose-search").fill("示例二")
    page.locator(".choose-one", has_text="示例二厂").click()
    expect(staff.locator("input")).to_have_value("7")
    expect(staff).to_contain_text("来自本机")
    finish(page)
    site.network.on = True
    page.locator(".send button").click()
    states(page, "sent", 3)
    known = site.run("known")
    by_unit = {one["answers"]["unit"]: one for one in known["reports"]}
    assert by_unit["u1"]["origins"] == {"changed": ["staff_now"], "confirmed": ["place"]}
    assert by_unit["u1"]["answers"]["device"] == "SB-1"
    assert by_unit["u2"]["origins"] == {}
    assert known["units"]["u1"]["data"]["staff"] == 15
    assert known["units"]["u2"]["data"] == {"staff": 7, "unit_name": "示例二厂"}


def test_a_code_is_read_by_the_camera_or_from_a_photo(phone: Phone, site: Site, tmp_path: Path) -> None:
    """The film and the photo show the same code; this Chromium has no reader of its own."""
    code = qrcode.QRCode(border=4, box_size=8)
    code.add_data("SB-2022-07")
    picture = code.make_image().convert("L")
    picture.save(tmp_path / "code.png")
    wide, high = (side // 2 * 2 for side in picture.size)
    film = tmp_path / "code.y4m"
    frame = b"FRAME\n" + picture.crop((0, 0, wide, high)).tobytes() + b"\x80" * (wide * high // 2)
    film.write_bytes(b"YUV4MPEG2 W%d H%d F5:1 Ip A1:1 C420jpeg\n" % (wide, high) + frame * 3)
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    page = phone.start(*fake, f"--use-file-for-fake-video-capture={film}")
    sign_in(page, site)
    tab(page, "表单")
    page.locator(".row-link", has_text="每周报告").click()
    device = page.locator("[name='/data/device']")
    page.get_by_role("button", name="扫码").click()
    expect(device).to_have_value("SB-2022-07")
    expect(page.locator("dialog")).to_have_count(0)
    device.fill("")
    page.set_input_files(".scan input[capture]", tmp_path / "code.png")
    expect(device).to_have_value("SB-2022-07")


STORED = """
async (wanted) => {
  const [{ name }] = (await indexedDB.databases()).filter((one) => one.name.startsWith("yibiao-field-"));
  const keys = await new Promise((resolve) => {
    const asked = indexedDB.open(name);
    asked.onsuccess = () => {
      const all = asked.result.transaction("forms").objectStore("forms").getAllKeys();
      all.onsuccess = () => {
        asked.result.close();
        resolve(all.result);
      };
    };
  });
  return keys.some((key) => key.startsWith(wanted)) && keys;
}
"""


def test_a_draft_is_sent_as_the_version_with_which_it_began(phone: Phone, site: Site) -> None:
    before, page = site.records(), phone.start()
    sign_in(page, site)
    begin(page)
    answer(page, "示例旧版")
    expect(page.locator(".saved")).to_contain_text("已存")
    page.locator(".back").click()
    # Another one is open, but nothing is told yet.
    begin(page)
    site.run("newer")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_function(STORED, arg="rounds.round|4")
    page.fill("input[name='/data/hazards']", "5")
    expect(page.locator(".saved")).to_contain_text("已存")
    page.reload()
    expect(page.locator("input[name='/data/hazards']")).to_have_value("5")
    page.locator(".back").click()
    page.reload()
    expect(page.locator(".row-link strong", has_text="巡检记录四").first).to_be_visible()
    tab(page, "草稿")
    page.locator(".item-main", has_text="示例旧版").click()
    expect(page.locator("input[name='/data/measure']")).to_have_value("示例旧版")
    finish(page)
    states(page, "sent", 1)
    begin(page)
    answer(page, "示例新版")
    finish(page)
    states(page, "sent", 2)
    assert [one["version"] for one in added(site, before)] == ["3", "4"]


FAST = """
() => {
  const real = Date.now;
  Date.now = () => real.call(Date) + Number(localStorage.getItem("test-fast") ?? 0);
}
"""


def test_a_clock_that_is_wrong_is_told_of_and_keeps_nothing_waiting(phone: Phone, site: Site, tmp_path: Path) -> None:
    """Two days fast while a record waits, then set right: it is sent at once, not in two days."""
    before, page = site.records(), phone.start()
    page.add_init_script(f"({FAST})()")
    sign_in(page, site)
    page.evaluate("localStorage.setItem('test-fast', 2 * 86400e3)")
    page.reload()
    told = page.locator(".note-bad", has_text="时间快了 2 天")
    expect(told).to_be_visible()
    begin(page)
    expect(told).to_be_visible()
    other = tmp_path / "a.pdf"
    other.write_bytes(b"%PDF-1.7")
    page.set_input_files(PHOTO, str(other))
    expect(page.locator(".attach-said", has_text="不是这道题要的文件")).to_be_visible()
    answer(page, "示例要求")
    site.network.on = False
    finish(page)
    states(page, "waiting", 1)
    page.evaluate("localStorage.setItem('test-fast', 0)")
    site.network.on = True
    page.reload()
    states(page, "sent", 1)
    expect(page.locator(".note-bad")).to_have_count(0)
    assert len(added(site, before)) == 1


SMALL = """
() => {
  const seen = (e) => e.getClientRects().length && !e.closest("[hidden]");
  const root = document.querySelector("dialog[open]") ?? document.body;
  const wanted = "a, button, select, textarea, summary, label.attach-pick, .option-wrapper > label, input";
  const own = (e) => e.tagName !== "INPUT" || !e.closest("label.attach-pick, .option-wrapper > label, .hide");
  return [...root.querySelectorAll(wanted)].filter((e) => seen(e) && own(e))
    .map((e) => [e.getBoundingClientRect(), e])
    .filter(([box]) => box.height < 43.5 || box.width < 43.5 || box.right > innerWidth + 0.5 || box.left < -0.5)
    .map(([box, e]) => `${Math.round(box.width)}x${Math.round(box.height)} ${e.outerHTML.slice(0, 100)}`)
    .concat(document.documentElement.scrollWidth > innerWidth ? ["wider than the phone"] : []);
}
"""


def test_nothing_is_too_small_for_a_glove_or_wider_than_the_phone(phone: Phone, site: Site, photo: str) -> None:
    """Every screen and question, at two widths, in two sizes of type, in both languages."""
    page = phone.start()
    sign_in(page, site)

    def fits(where: str) -> None:
        for width in (360, 390):
            page.set_viewport_size({"width": width, "height": 800})
            found = page.evaluate(SMALL)
            assert found == [], (where, width, found)

    def screens(names: str) -> None:
        for name in names.split():
            page.goto(f"{site.network.address}/field/#/{name}")
            expect(page.locator(".tabs a[aria-current]")).to_have_attribute("href", f"#/{name}")
            fits(name)

    begin(page)
    page.locator(".choose-chip").click()
    page.locator(".choose-search").focus()
    page.locator(".choose-search").fill("区")
    expect(page.locator(".choose-one").first).to_be_visible()
    fits("search")
    page.locator(".choose-one").first.click()
    answer(page, "示例", photo)
    sign(page)
    fits("form")
    page.locator(SIGNED).get_by_role("button").click()
    fits("signature")
    page.get_by_role("button", name="取消").click()
    page.fill("input[name='/data/occurred_at']", "2098-01-01T08:00")
    finish(page)
    states(page, "refused", 1)
    fits("refused")
    page.get_by_role("button", name="删除").click()
    fits("question")
    page.get_by_role("button", name="取消").click()
    begin(page)
    choose(page, "矿山")
    expect(page.locator(".saved")).to_contain_text("已存")
    screens("drafts me")
    page.get_by_role("button", name="退出登录").click()
    fits("leave")
    page.get_by_role("button", name="取消").click()
    page.get_by_role("button", name="放大字号").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator(".tabs a", has_text="Drafts")).to_be_visible()
    screens("me today forms drafts outbox")
    page.get_by_role("button", name="Change").click()
    expect(page.locator("form.or")).to_be_visible()
    fits("large, in English")
