import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['shared/**/*.test.ts', 'electron/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}', 'test/integration/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // What is polled for is a state that will come; when, is the machine's business.
    expect: { poll: { timeout: 60_000 } },
    // Two cores: more workers only take turns.
    maxWorkers: 2,
    // A shared CI machine stalls now and then; what needed a second try is listed at the end of `npm test`, never hidden.
    retry: process.env['CI'] ? 1 : 0,
  },
})
