// A phone's side of encrypted forms on other code than the server's: OpenSSL by way of Node.
// Reads {public, form, version, id, files: {name: base64}} in the order of encryption from standard input, writes
// {key, signature, files: {name.enc: base64}}. Source: ODK XForms specification, sub-specification Encryption.
import { constants, createCipheriv, createHash, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const to = createPublicKey({ key: Buffer.from(asked.public, "base64"), format: "der", type: "spki" });
const sealed = (plain) =>
  publicEncrypt({ key: to, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, plain).toString("base64");
const md5 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("md5"));

const secret = randomBytes(32);
const key = sealed(secret);
const vector = md5(asked.id, secret).digest();
const lines = [asked.form, asked.version, key, asked.id];
const files = {};
Object.entries(asked.files).forEach(([name, text], count) => {
  vector[count % 16] += 1;
  const content = Buffer.from(text, "base64");
  const padding = 16 - (content.length % 16);
  const cipher = createCipheriv("aes-256-cfb", secret, vector).setAutoPadding(false);
  const whole = Buffer.concat([content, Buffer.alloc(padding, padding)]);
  files[`${name}.enc`] = Buffer.concat([cipher.update(whole), cipher.final()]).toString("base64");
  lines.push(`${name}::${md5(content).digest("hex")}`);
});
const signature = sealed(md5(lines.map((line) => `${line}\n`).join("")).digest());
process.stdout.write(JSON.stringify({ key, signature, files }));
