/**
 * Tests lie beside what they test; stories, conformance and end-to-end runs in test/. Nothing may take long: see timeouts.
 * The conformance tests share one cluster, which is why they are a project of their own; a cluster that is not ours gets one file at a time.
 */
import { defineConfig } from 'vitest/config'

const conformance = 'test/conformance/**/*.test.ts'

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: process.env.T8S_KUBECONFIG === undefined ? 2 : 1,
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
        },
      },
      {
        extends: true,
        test: { name: 'conformance', include: [conformance], globalSetup: 'test/conformance/shared-cluster.ts', maxConcurrency: 16 },
      },
    ],
  },
})
