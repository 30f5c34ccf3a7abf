import { defineConfig } from '@playwright/test'
import { chromiumArgs, findChromium } from './scripts/chromium.mjs'

const executablePath = findChromium()

export default defineConfig({
  testDir: 'test/e2e',
  // Measurements are no tests: `npm run bench -- studio` runs them.
  testMatch: process.env.RECAST_BENCH ? '**/*.bench.ts' : '**/*.spec.ts',
  outputDir: 'test-results/e2e',
  // Each test starts an app and a browser of its own; two cores carry one at a time well.
  workers: 1,
  timeout: 90_000,
  // As in vitest.config.ts: a second try in CI, listed at the end of `npm test`.
  retries: process.env['CI'] ? 1 : 0,
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: { args: chromiumArgs, ...(executablePath ? { executablePath } : {}) },
    // Recording a trace costs each test a seventh of its time; in CI the second try of a failed one has it.
    trace: process.env['CI'] ? 'on-first-retry' : 'retain-on-failure',
  },
})
