// The report form of citizens: the challenge is worked off while they write, photos are made smaller before they are
// sent, the position is taken only when asked for. Without this script the form asks a sum instead, and works as well.
import { sha256 } from "./sha256.js";

const CHUNK = 2_000;
const LONGEST_SIDE = 1_920;

export function attach(form) {
  const answer = form.elements.answer;
  const said = form.querySelector("[data-said]");
  const solved = answer ? solve(form.dataset).then((found) => { answer.value = found; }) : Promise.resolve();
  form.elements.photos?.addEventListener("change", () => show(form));
  position(form);
  let sending = false;
  form.addEventListener("submit", async (event) => {
    if (sending) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    said.textContent = form.dataset.working;
    await Promise.all([solved, shrink(form)]);
    said.textContent = form.dataset.sending;
    sending = true;
    form.submit();
  });
}

/** The number whose hash with the salt is the target, a few thousand tries at a time so that the page stays alive. */
function solve({ salt, target, highest }) {
  return new Promise((done) => {
    let number = 1;
    const go = () => {
      const until = Math.min(number + CHUNK, Number(highest) + 1);
      for (; number < until; number += 1) {
        if (sha256(salt + number) === target) {
          done(String(number));
          return;
        }
      }
      if (number <= Number(highest)) setTimeout(go, 0);
      else done("");
    };
    setTimeout(go, 0);
  });
}

function show(form) {
  const list = form.querySelector("[data-photos]");
  list.replaceChildren(
    ...[...form.elements.photos.files].map((file) => {
      const item = document.createElement("li");
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      item.append(image);
      return item;
    }),
  );
}

/** Large photos as smaller ones: quicker to send, and what the camera wrote into them stays on the phone. */
async function shrink(form) {
  const input = form.elements.photos;
  if (!input?.files.length || !window.DataTransfer || !window.createImageBitmap) return;
  try {
    const kept = new DataTransfer();
    for (const file of input.files) kept.items.add(await smaller(file));
    input.files = kept.files;
  } catch {
    // What the browser cannot draw goes as it is; the site looks at it.
  }
}

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return made ? new File([made], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: "image/jpeg" }) : file;
}

function position(form) {
  const row = form.querySelector("[data-position]");
  if (!row || !navigator.geolocation || !window.isSecureContext) return;
  row.hidden = false;
  const button = row.querySelector("[data-locate]");
  const told = row.querySelector("output");
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.latitude.value = coords.latitude.toFixed(4);
        form.elements.longitude.value = coords.longitude.toFixed(4);
        told.textContent = button.dataset.found;
      },
      () => { told.textContent = button.dataset.failed; },
      { timeout: 15_000, maximumAge: 60_000 },
    );
  });
}
