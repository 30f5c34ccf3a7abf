import { resolve } from 'node:path'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import react from '@vitejs/plugin-react'
import tailwindcss from '@tailwindcss/vite'
import { nodeBundles } from './scripts/node-bundles'

const at = (path: string): string => resolve(import.meta.dirname, path)

/**
 * JavaScript that is bundled, so that a cold start reads one file; native code and fastify's family stay in node_modules.
 * Of sharp's 60 ms 50 are the reading of its seventy small files; the native part is found from here as from there.
 */
const bundled = ['zod', 'commander', 'ws', 'env-paths', 'execa', 'sharp', 'pino', 'better-sqlite3']

/**
 * Leaves the languages of react-aria out that the studio never asks for: it always names English or Chinese to it (renderer/App.tsx).
 * The others stay as empty dictionaries, because its modules import all of them by name.
 */
function studioLanguagesOnly(): Plugin {
  const dictionary =
    /[\\/]node_modules[\\/](?:react-aria|react-stately|react-aria-components|@react-aria|@react-stately)[\\/].*[\\/]intl[\\/].*[\\/]([a-z]{2}-[A-Z]{2})\.m?js$/
  return {
    name: 'studio-languages-only',
    enforce: 'pre',
    load(id) {
      const language = dictionary.exec(id.split('?', 1)[0] ?? '')?.[1]
      return language === undefined || language === 'en-US' || language === 'zh-CN' ? undefined : 'export default {}'
    },
  }
}

export default defineConfig({
  main: {
    plugins: [nodeBundles(at('.'))],
    build: {
      // Node 20 runs the server and the command line; Electron's own Node is newer.
      target: 'node20',
      outDir: 'out/main',
      externalizeDeps: { exclude: bundled },
      sourcemap: true,
      // A command reads and parses all of it before its first answer.
      minify: true,
      rollupOptions: {
        input: {
          desktop: at('electron/desktop/main.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: at('electron/desktop/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [studioLanguagesOnly(), react(), tailwindcss()],
    build: {
      outDir: at('out/renderer'),
      emptyOutDir: true,
      // The CSP allows no data: URLs; every asset is a file of its own.
      assetsInlineLimit: 0,
      // electron-vite leaves it off; a browser reads this over a socket, and parses it before the first screen.
      minify: true,
      // It is read from the disk or over loopback: one file is quicker than many. A warning is for what grows by accident.
      chunkSizeWarningLimit: 1_500,
      rollupOptions: { input: at('renderer/index.html') },
    },
  },
})
