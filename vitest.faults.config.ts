import { defineConfig } from 'vitest/config'

const minute = 60_000

/** `npm run test:faults`: all tests of faults to their limits, also those that take long, one after the other. */
export default defineConfig({
  test: {
    name: 'faults',
    include: ['faults/**/*.test.ts', '{sfu,server}/test/churn.test.ts'],
    // Rooms enough for a leak to be seen in memory.
    env: { CHURN_ROOMS: '200' },
    globalSetup: ['server/test/harness-postgres.ts'],
    setupFiles: ['server/test/harness-worker.ts'],
    fileParallelism: false,
    testTimeout: 10 * minute,
    hookTimeout: 3 * minute,
  },
})
