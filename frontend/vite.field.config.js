import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { defineConfig } from "vite";

const here = (path) => resolve(import.meta.dirname, path);
const engine = (name) => here(`src/field/engine/${name}.js`);
const sheet = (name) => here(`node_modules/enketo-transformer/dist/enketo-transformer/xsl/${name}.xsl.js`);

// The service worker holds the list of all that the app is made of: one version is kept whole or not at all.
function worker() {
  return {
    name: "field-worker",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name)).sort();
      const hash = createHash("sha256");
      for (const name of files) hash.update(name).update(bundle[name].code ?? bundle[name].source);
      const source = readFileSync(here("src/field/worker.js"), "utf8");
      hash.update(source);
      const filled = source
        .replace("__VERSION__", hash.digest("hex").slice(0, 16))
        .replace('"__FILES__"', JSON.stringify(files.map((name) => `/static/${name}`)));
      this.emitFile({ type: "asset", fileName: "field-worker.js", source: filled });
    },
  };
}

// The sheets that turn an XForm into a page run on the server: browsers give up XSLT.
function sheets() {
  return {
    name: "field-sheets",
    async generateBundle() {
      for (const [name, file] of [["form", "openrosa2html5form"], ["model", "openrosa2xmlmodel"]]) {
        const { default: source } = await import(pathToFileURL(sheet(file)));
        this.emitFile({ type: "asset", fileName: `field-xsl/${name}.xsl`, source });
      }
    },
  };
}

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [worker(), sheets()],
  resolve: {
    alias: {
      "enketo/config": engine("config"),
      "enketo/widgets": engine("widgets"),
      "enketo/translator": engine("translator"),
      "enketo/dialog": engine("dialog"),
      "enketo/file-manager": engine("files"),
      "enketo/xpath-evaluator-binding": here("node_modules/enketo-core/src/js/xpath-evaluator-binding.js"),
    },
  },
  build: {
    outDir: here("../src/yibiao/desk/dist"),
    emptyOutDir: false,
    target: "es2020",
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: { field: here("src/field/main.js") },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "field-[name]-[hash].js",
        assetFileNames: (asset) => (asset.names?.some((name) => name.endsWith(".css")) ? "field.css" : "field-[name]-[hash][extname]"),
      },
    },
  },
});
