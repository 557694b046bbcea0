/**
 * One cluster for all conformance files: T8S_KUBECONFIG's when it is set, else a `t8s up` in a process and a directory of its own.
 * Vitest runs `setup` once, and only when a conformance test was asked for.
 */
import type { TestProject } from 'vitest/node'
import { startCluster } from '../e2e/running-cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    kubeconfig: string
  }
}

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.T8S_KUBECONFIG
  if (given !== undefined) {
    project.provide('kubeconfig', given)
    return undefined
  }
  const cluster = await startCluster(['--nodes', '3'])
  project.provide('kubeconfig', cluster.kubeconfig)
  return async () => await cluster[Symbol.asyncDispose]()
}
