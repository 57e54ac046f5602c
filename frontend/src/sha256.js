// SHA-256 of a short ASCII text (FIPS 180-4). The browser's own is only there over HTTPS, and waits for a promise each
// time; a challenge needs tens of thousands of hashes, also on a plain intranet address.
const K = new Int32Array(64);
const START = new Int32Array(8);

(function fill() {
  // The constants are the fractions of the roots of the first primes.
  const fraction = (value) => ((value - Math.floor(value)) * 0x100000000) | 0;
  let found = 0;
  for (let number = 2; found < 64; number += 1) {
    let prime = true;
    for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(number));
    K[found] = fraction(Math.cbrt(number));
    found += 1;
  }
})();

const W = new Int32Array(64);

/** The hash as hex digits. */
export function sha256(text) {
  const length = text.length;
  const blocks = ((length + 8) >> 6) + 1;
  const words = new Int32Array(blocks * 16);
  for (let at = 0; at < length; at += 1) words[at >> 2] |= text.charCodeAt(at) << (24 - (at & 3) * 8);
  words[length >> 2] |= 0x80 << (24 - (length & 3) * 8);
  words[blocks * 16 - 1] = length * 8;
  const state = Int32Array.from(START);
  for (let block = 0; block < words.length; block += 16) mix(state, words, block);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function mix(state, words, block) {
  for (let at = 0; at < 64; at += 1) {
    if (at < 16) {
      W[at] = words[block + at];
    } else {
      const early = W[at - 15];
      const late = W[at - 2];
      const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
      const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
      W[at] = (W[at - 16] + s0 + W[at - 7] + s1) | 0;
    }
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + K[at] + W[at]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => {
    state[at] = (state[at] + word) | 0;
  });
}
