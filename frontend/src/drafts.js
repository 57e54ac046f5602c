// Drafts of forms on this machine: per account and page, for three days, gone once sent or at sign-out.
const DAYS = 3;
const SENT = "yibiao:sent";

function prefix() {
  return `yibiao:draft:${document.body.dataset.account}:`;
}

function key() {
  return prefix() + location.pathname;
}

export function keep(entries) {
  try {
    localStorage.setItem(key(), JSON.stringify({ at: Date.now(), entries }));
  } catch {
    // A full or forbidden store only means that there is no draft.
  }
}

export function kept() {
  try {
    const draft = JSON.parse(localStorage.getItem(key()));
    return draft && Date.now() - draft.at < DAYS * 86_400_000 ? draft : null;
  } catch {
    return null;
  }
}

export function forget() {
  localStorage.removeItem(key());
}

// The draft goes when the answer to sending it is another page: the same page again means that something was wrong.
export function sending() {
  sessionStorage.setItem(SENT, JSON.stringify({ key: key(), path: location.pathname }));
}

export function settle() {
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "null");
  if (sent && sent.path !== location.pathname) localStorage.removeItem(sent.key);
  sessionStorage.removeItem(SENT);
}

export function forgetAll() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(prefix())) localStorage.removeItem(name);
}
