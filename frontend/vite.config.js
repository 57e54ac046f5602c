import { resolve } from "node:path";
import { defineConfig } from "vite";

// The two entry names are stable, for the templates name them; lazy parts carry a hash.
export default defineConfig({
  base: "/static/",
  publicDir: false,
  build: {
    outDir: resolve(import.meta.dirname, "../src/yibiao/desk/dist"),
    emptyOutDir: true,
    target: "es2020",
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      // htmx can evaluate attributes; the pages switch that off, and the content policy forbids it.
      checks: { eval: false },
      input: { desk: resolve(import.meta.dirname, "src/desk.js") },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: (asset) => (asset.names?.some((name) => name.endsWith(".css")) ? "desk.css" : "[name]-[hash][extname]"),
      },
    },
  },
});
