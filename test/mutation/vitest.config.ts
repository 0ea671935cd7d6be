import { defineConfig } from 'vitest/config'
import config from '../../vitest.config.ts'

/** The tests that `run.mjs` has chosen. They share a worker, since nothing static is changed. */
export default defineConfig({
  ...config,
  test: { include: JSON.parse(process.env['MUTATION_TESTS'] ?? '[]'), isolate: false },
})
