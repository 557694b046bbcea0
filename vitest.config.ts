/**
 * Tests lie beside what they test; stories, conformance and end-to-end runs in test/. Nothing may take long: see timeouts.
 * The conformance tests share one cluster, which is why they are a project of their own. They wait more than they work, so four files run at
 * once, after everything else; on a cluster that is not ours one at a time.
 */
import { defineConfig } from 'vitest/config'

const conformance = 'test/conformance/**/*.test.ts'

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    execArgv: ['--max-semi-space-size=16'],
    projects: [
      {
        extends: true,
        test: {
          name: 'here',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [conformance],
          setupFiles: ['tools/property-seed.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: [conformance],
          globalSetup: 'test/conformance/shared-cluster.ts',
          maxConcurrency: 16,
          maxWorkers: process.env.T8S_KUBECONFIG === undefined ? 4 : 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
