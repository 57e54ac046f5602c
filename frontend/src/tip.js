// What a mark has to say, beside it, while the mouse rests on it; fingers and keys get the card instead.
const ID = "mark-tip";

export function hint(event) {
  const mark = event.target.closest(".mark[data-said]");
  unhint();
  if (!mark?.dataset.said || matchMedia("(hover: none)").matches) return;
  const tip = document.createElement("div");
  Object.assign(tip, { id: ID, className: "mark-tip", textContent: mark.dataset.said });
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  const at = mark.getClientRects()[0];
  const left = Math.min(Math.max(8, at.left), innerWidth - tip.offsetWidth - 8);
  const above = at.top - tip.offsetHeight - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 64 ? above : at.bottom + 8}px`;
}

export function unhint() {
  document.getElementById(ID)?.remove();
}
