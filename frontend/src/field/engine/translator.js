// The texts of the form library, by its own names.
import { t as word } from "../words.js";

export function t(key, options = {}) {
  return word(`form.${key}`, options);
}
