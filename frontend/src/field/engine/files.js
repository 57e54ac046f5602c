// Photos and other files of the record in hand: chosen just now, or kept with its draft.
import { dataUriToBlobSync, getFilename } from "enketo-core/src/js/utils";
import { file as keptFile } from "../store.js";
import { t } from "../words.js";

const LIMIT = 20_000_000;
let record = "";

export function of(id) {
  record = id;
}

async function url(subject) {
  if (!subject) return null;
  if (typeof subject !== "string") {
    if (subject.size > LIMIT) throw new Error(t("form.filepicker.toolargeerror", { maxSize: size() }));
    return URL.createObjectURL(subject);
  }
  const kept = await keptFile(record, subject);
  if (!kept) throw new Error(subject);
  return URL.createObjectURL(kept.blob);
}

function size() {
  return `${LIMIT / 1_000_000} MB`;
}

// What the inputs hold now, under the names that stand in the answers.
function chosen() {
  const found = [];
  for (const input of document.querySelectorAll("form.or input[type=file]:not(.ignore), form.or input[data-drawing]")) {
    if (input.type === "file" && input.files[0]) {
      const made = input.dataset.resized && input.dataset.resizedDataURI;
      const blob = made ? dataUriToBlobSync(input.dataset.resizedDataURI) : input.files[0];
      found.push({ name: getFilename(input.files[0], input.dataset.filenamePostfix), blob });
    } else if (input.dataset.drawing && input.value && input.dataset.cache) {
      found.push({ name: input.value, blob: dataUriToBlobSync(input.dataset.cache) });
    }
  }
  return found;
}

export default {
  init: () => Promise.resolve(true),
  isWaitingForPermissions: () => false,
  getFileUrl: url,
  getObjectUrl: url,
  urlToBlob: async (address) => (await fetch(address)).blob(),
  getCurrentFiles: chosen,
  isTooLarge: (subject) => subject.size > LIMIT,
  getMaxSizeReadable: size,
};
