import { defineConfig } from 'vitest/config'

/** Lets tests and examples import the package by its name and get `src/`. */
const conditions = ['mcp-gatehouse-source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/runtimes/**', '**/node_modules/**'],
    // Vitest leaves a core free for an editor; most tests wait for sockets, not for a core.
    maxWorkers: 2,
    // Nothing is judged by the clock: these end what hangs, also on a machine that is busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // The gate does not fall for one test that depends on luck; it says which one that was.
    retry: process.env['CI'] === undefined ? 0 : 1,
    reporters: ['default', './scripts/canary-reporter.ts', './scripts/closing-line-reporter.ts'],
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
})
