import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Browsers of the last two years: what `light-dark()` and `content-visibility` need. */
const BROWSERS = ['chrome123', 'firefox125', 'safari18']

const GATEWAY = `http://127.0.0.1:${process.env.STOREFRONT_PORT ?? 8080}`

/** The page, and its first module. */
const ENTRY = /\.html|\/src\/main\.tsx$/

/** The typeface is requested together with the scripts, not after the styles that name it. */
const preloadTypeface: Plugin = {
  name: 'preload-typeface',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => file.endsWith('.woff2'))
        .map((file) => ({
          tag: 'link',
          injectTo: 'head-prepend',
          attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: '' },
        })),
  },
}

export default defineConfig({
  root: `${import.meta.dirname}/web`,
  plugins: [react(), tailwindcss(), preloadTypeface],
  build: {
    outDir: `${import.meta.dirname}/dist/pages`,
    emptyOutDir: true,
    target: BROWSERS,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    // What the first page needs is one chunk: it compresses better than forty, and is one request. Not main.tsx, which waits
    // at its top level for chunks that import this one.
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'first', tags: ['$initial'], test: (id) => !ENTRY.test(id) }] },
      },
    },
  },
  // `npx vite` while working on the pages; `npm start` runs what it needs behind the gateway.
  server: { port: 5173, proxy: { '/api': { target: GATEWAY, changeOrigin: true } } },
})
