import { defineConfig } from 'vitest/config'

/** The tests of the fresh-clone path: long, one after the other, run by .ci/run and not by npm test. */
export default defineConfig({
  test: {
    include: ['scripts/ci/{fresh-clone,plain-user}.ts'],
    root: new URL('../..', import.meta.url).pathname,
    fileParallelism: false,
  },
})
