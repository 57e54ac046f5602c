import { ask, sure } from "../dom.js";
import { t } from "../words.js";

const heading = (content) => content.heading ?? content.message ?? content;

export default {
  alert: (content) => ask({ title: heading(content), choices: [{ value: "", label: t("close") }] }),
  confirm: (content) => sure(heading(content), content.heading ? content.msg : "", t("delete")),
  prompt: () => Promise.resolve(null),
};
