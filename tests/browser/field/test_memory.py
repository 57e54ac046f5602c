"""The memory of a phone: nothing that was kept is lost, and nobody sees another's drafts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.phones import PHOTO, Phone, Site, added, answer, begin, choose, finish, sign_in, states, tab

pytestmark = pytest.mark.browser


def test_two_people_on_one_phone_never_see_each_others_drafts(phone: Phone, site: Site) -> None:
    page = phone.start()
    sign_in(page, site)
    begin(page)
    choose(page, "矿山")
    expect(page.locator(".saved")).to_contain_text("已存")
    page.locator(".back").click()
    tab(page, "我的")
    page.get_by_role("button", name="退出登录").click()
    expect(page.locator("dialog.ask")).to_contain_text("还有 1 份没有送达")
    expect(page.locator("dialog.ask li")).to_contain_text("巡检记录")
    page.get_by_role("button", name="退出，内容留在本机").click()
    expect(page.locator(".bare a")).to_be_visible()

    sign_in(page, site, "nanguan")
    tab(page, "草稿")
    expect(page.locator(".nothing")).to_be_visible()
    tab(page, "我的")
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("button", name="删除本机全部内容").click()
    expect(page.locator(".bare a")).to_be_visible()

    sign_in(page, site)
    tab(page, "草稿")
    expect(page.locator(".item")).to_have_count(1)


def test_a_draft_has_one_window_and_an_open_app_one_person(phone: Phone, site: Site) -> None:
    page = phone.start()
    sign_in(page, site)
    begin(page)
    choose(page, "矿山")
    expect(page.locator(".saved")).to_contain_text("已存")
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.locator(".problems")).to_contain_text("另一个窗口")
    page.fill("input[name='/data/hazards']", "3")
    page.locator(".back").click()
    second.get_by_role("button", name="再试一次").click()
    expect(second.locator("input[name='/data/hazards']")).to_have_value("3")

    # Somebody else signs in beside the open draft: it is kept for its owner, and the app becomes theirs.
    second.fill("input[name='/data/hazards']", "4")
    other = page.context.new_page()
    page.context.clear_cookies()
    sign_in(other, site, "nanguan")
    # A window behind another one is drawn once a second.
    second.bring_to_front()
    second.evaluate("dispatchEvent(new Event('online'))")
    expect(second.locator(".top h1")).to_have_text("草稿")
    expect(second.locator(".nothing")).to_be_visible()
    tab(second, "我的")
    second.get_by_role("button", name="退出登录").click()
    second.get_by_role("button", name="删除本机全部内容").click()
    expect(second.locator(".bare a")).to_be_visible()
    sign_in(second, site)
    tab(second, "草稿")
    second.locator(".item-main").click()
    expect(second.locator("input[name='/data/hazards']")).to_have_value("4")


def test_who_leaves_leaves_every_window(phone: Phone, site: Site) -> None:
    page = phone.start()
    sign_in(page, site)
    second = page.context.new_page()
    second.goto(f"{site.network.address}/field/#/me")
    expect(second.locator(".card")).to_contain_text("示例erdao")
    tab(page, "我的")
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("button", name="退出，内容留在本机").click()
    expect(second.locator(".bare a")).to_be_visible()
    expect(second.locator(".card")).to_have_count(0)


SLOW_CAMERA = """
() => {
  const real = globalThis.createImageBitmap;
  globalThis.createImageBitmap = async (...given) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return real(...given);
  };
}
"""


def test_nobody_leaves_a_form_without_the_photo_just_taken(phone: Phone, site: Site, photo: str) -> None:
    """An old phone takes its time to make a photo smaller; meanwhile the person goes on, back, or sends."""
    before, page = site.records(), phone.start()
    page.add_init_script(f"({SLOW_CAMERA})()")
    sign_in(page, site)
    begin(page)
    page.locator(".option-wrapper > label:visible", has_text="商贸").click()
    page.locator(".back").click()
    expect(page.locator(".top h1")).to_have_text("今日")
    tab(page, "草稿")
    page.locator(".item-main").first.click()
    expect(page.locator("form.or")).to_be_visible()
    expect(page.locator(".or-repeat")).to_have_count(0)
    answer(page, "示例慢相机")
    page.set_input_files(PHOTO, photo)
    finish(page)
    states(page, "sent", 1)
    begin(page)
    page.set_input_files(PHOTO, photo)
    page.get_by_role("link", name="以后再填").click()
    page.locator(".item-main").first.click()
    expect(page.locator(".attach-shown img")).to_be_visible()
    assert [one["counts"] for one in added(site, before)] == [[1, 1, 1]]


# A full phone may refuse to keep more; one whose storage is used up often gives nothing back either.
BROKEN = """
(why) => {
  const { put, get } = IDBObjectStore.prototype;
  window.kept = { put, get };
  const broken = () => { throw new DOMException("", why); };
  Object.assign(IDBObjectStore.prototype, { put: broken }, why === "UnknownError" && { get: broken });
}
"""


@pytest.mark.parametrize("why", ["QuotaExceededError", "UnknownError"])
def test_a_full_phone_says_so_and_keeps_what_it_has(phone: Phone, site: Site, photo: str, why: str) -> None:
    page = phone.start()
    sign_in(page, site)
    begin(page)
    choose(page, "矿山")
    expect(page.locator(".saved")).to_contain_text("已存")
    page.evaluate(BROKEN, why)
    page.set_input_files(PHOTO, photo)
    expect(page.locator("[role=alert].note")).to_contain_text("没有存上")
    expect(page.locator(".top .saved")).to_contain_text("没有存上")
    page.evaluate("() => { Object.assign(IDBObjectStore.prototype, window.kept) }")
    page.fill("input[name='/data/hazards']", "3")
    expect(page.locator("[role=alert].note")).to_have_count(0)
    page.reload()
    expect(page.locator("input[name='/data/hazards']")).to_have_value("3")
    expect(page.locator(".attach-shown img")).to_be_visible()


# As if many photos waited: one file of more than 300 MB, which no record names.
MUCH = """
async () => {
  const [{ name }] = (await indexedDB.databases()).filter((one) => one.name.startsWith("yibiao-field-"));
  const done = (asked) => new Promise((found) => (asked.onsuccess = () => found(asked.result)));
  const db = await done(indexedDB.open(name));
  const blob = new Blob([new Uint8Array(310_000_000)]);
  await done(db.transaction("files", "readwrite").objectStore("files").put({ record: "much", name: "much", blob }));
  db.close();
  // The browser adds it up a little later.
  while ((await navigator.storage.estimate()).usage < 310_000_000) await new Promise((on) => setTimeout(on, 100));
}
"""


def test_much_that_was_not_sent_is_told_of(phone: Phone, site: Site) -> None:
    page = phone.start()
    sign_in(page, site)
    note = page.get_by_text("多半是还没发出的照片")
    expect(note).to_have_count(0)
    page.evaluate(MUCH)
    page.reload()
    expect(note).to_contain_text("本机已存了 31")


def test_a_memory_that_the_browser_clears_is_filled_again(phone: Phone, site: Site) -> None:
    before, page = site.records(), phone.start()
    sign_in(page, site)
    begin(page)
    answer(page, "示例清空前")
    expect(page.locator(".saved")).to_contain_text("已存")
    cleared = {"origin": site.network.address, "storageTypes": "indexeddb"}
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", cleared)
    page.fill("input[name='/data/measure']", "示例清空后")
    finish(page)
    states(page, "sent", 1)
    session.send("Storage.clearDataForOrigin", cleared)
    states(page, "sent", 0)
    tab(page, "表单")
    expect(page.locator(".row-link", has_text="巡检记录")).to_be_visible()
    assert [one["counts"] for one in added(site, before)] == [[1, 1, 0]]
