// Keeps the app itself for when there is no network; what people fill in is kept elsewhere.
const NAME = "yibiao-field-__VERSION__";
const SHELL = "/field/";
const FILES = [SHELL, "/icon.svg", ..."__FILES__"];

self.addEventListener("install", (event) => {
  const fresh = FILES.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("yibiao-field-") && name !== NAME;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// A new version waits until the person takes it: a form that is being filled in keeps the version that it began with.
self.addEventListener("message", (event) => {
  if (event.data === "take") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !FILES.includes(url.pathname)) return;
  const kept = caches.open(NAME).then((cache) => cache.match(url.pathname));
  event.respondWith(kept.then((found) => found ?? fetch(event.request)));
});
