/** The kubectl on the PATH, or the one in T8S_KUBECTL, on the cluster under test. */
import { expect } from 'vitest'
import { type Result, run } from '../e2e/running-cluster.ts'
import type { Api } from './api.ts'

export const kubectlBinary = process.env.T8S_KUBECTL ?? 'kubectl'

export function kubectlEnvironment(api: Api): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: api.kubeconfig }
}

export function kubectl(api: Api, args: readonly string[], input?: string): Promise<Result> {
  return run(kubectlBinary, args, { env: kubectlEnvironment(api), ...(input === undefined ? {} : { input }) })
}

/** What it printed; it has to end well. */
export async function kubectlSucceeds(api: Api, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await kubectl(api, args, input)
  expect(code, `kubectl ${args.join(' ')}: ${stdout}${stderr}`).toBe(0)
  return stdout
}
