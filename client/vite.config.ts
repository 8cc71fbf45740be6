import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import subsetFont from 'subset-font'
import { defineConfig, type Plugin } from 'vite'

/** Asks for the text font together with the page, so the first paint already has it and no line jumps. */
const preloadFont = (): Plugin => ({
  name: 'preload-font',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => /inter-latin-wght-normal.*\.woff2$/.test(file))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${file}`, crossorigin: '' },
          injectTo: 'head-prepend',
        })),
  },
})

/** Cuts the ₹ out of Inter's large latin-ext file: nearly every page shows a price and needs 1 kB of its 85. */
const rupeeFont = (): Plugin => ({
  name: 'rupee-font',
  async buildStart() {
    const file = resolve(import.meta.dirname, 'generated/inter-rupee.woff2')
    if (existsSync(file)) return
    const whole = '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2'
    const font = readFileSync(createRequire(import.meta.url).resolve(whole))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, await subsetFont(font, '₹', { targetFormat: 'woff2' }))
  },
})

const server = process.env.SERVER_URL ?? 'http://localhost:3000'

export default defineConfig({
  plugins: [svelte(), rupeeFont(), preloadFont()],
  build: {
    target: 'es2023',
    // Nothing as data: URLs: the Content-Security-Policy loads fonts and scripts from our own address alone.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 300,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // no-eval.ts must have run before the first schema is made, so it travels with zod itself.
            { name: 'zod', test: /node_modules\/zod\/|shell\/no-eval/ },
            // A dozen components in one file: a page is there after two round trips, not after ten.
            {
              name: 'ui',
              test: /client\/src\/(ui|lib)\/|node_modules\/(svelte|@lucide|sv-router|esm-env)\//,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/health': server,
      '/ws': { target: server, ws: true },
    },
  },
})
