import { defineConfig } from 'vitest/config'

const minute = 60_000

/** `npm run test:faults`: the tests of faults that take long, one after the other. */
export default defineConfig({
  test: {
    name: 'long faults',
    include: ['faults/long/*.test.ts'],
    globalSetup: ['server/test/harness-postgres.ts'],
    setupFiles: ['server/test/harness-worker.ts'],
    fileParallelism: false,
    testTimeout: 10 * minute,
    hookTimeout: 3 * minute,
  },
})
