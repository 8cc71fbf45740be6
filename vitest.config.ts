import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const minute = 60_000

/**
 * unit: beside the sources, nothing started. integration: real processes. browser: the whole product in Chromium.
 * faults: on bad networks and with processes that die; those that take long are in vitest.faults.config.ts.
 */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte({ configFile: false })],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'unit',
          include: [
            'server/{src,contract}/**/*.test.ts',
            '{sfu,sandbox,client}/src/**/*.test.ts',
            '{scripts,loadtest}/**/*.test.ts',
          ],
          // The contrast test reads the tokens; other styles mean nothing to a unit test and stay empty.
          css: { include: [/tokens\.css/] },
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{server,sfu,sandbox}/test/**/*.test.ts'],
          globalSetup: ['server/test/harness-postgres.ts'],
          setupFiles: ['server/test/harness-worker.ts'],
          // Two cores: more files at once only wait for each other.
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: minute,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['client/e2e/**/*.test.ts'],
          setupFiles: ['server/test/harness-worker.ts'],
          fileParallelism: false,
          testTimeout: 3 * minute,
          hookTimeout: 3 * minute,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['{netfault,faults}/*.test.ts'],
          env: { FAULT_PATIENCE: '4' },
          setupFiles: ['server/test/harness-worker.ts'],
          fileParallelism: false,
          // They measure milliseconds: after all others, with the machine to themselves.
          sequence: { groupOrder: 1 },
          testTimeout: 3 * minute,
          hookTimeout: 3 * minute,
        },
      },
    ],
  },
})
