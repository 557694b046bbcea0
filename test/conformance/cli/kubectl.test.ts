/** What kubectl makes of the API, without Pods that run: kubectl-pods.test.ts has those. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connect } from '../api.ts'
import { kubectlBinary, kubectlEnvironment, kubectlSucceeds, kubectl as runKubectl } from '../kubectl-command.ts'

const api = await connect()
const kubectl = (args: readonly string[], input?: string) => runKubectl(api, args, input)
const succeed = (args: readonly string[], input?: string) => kubectlSucceeds(api, args, input)

/** `kubectl proxy …` until `use` is done with what it said first. */
async function withProxy(args: readonly string[], use: (firstLine: string) => Promise<void>): Promise<void> {
  const proxy = spawn(kubectlBinary, ['proxy', ...args], { env: kubectlEnvironment(api), stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const said = await new Promise<string>((resolve, reject) => {
      proxy.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
      proxy.once('exit', (code) => reject(new Error(`kubectl proxy ended with ${code}`)))
    })
    await use(said)
  } finally {
    proxy.removeAllListeners('exit')
    proxy.kill('SIGKILL')
  }
}

describe.concurrent('kubectl', () => {
  test('[sig-cli] Kubectl client Kubectl api-versions should check if v1 is in available api versions [Conformance]', async () => {
    expect((await succeed(['api-versions'])).split('\n')).toContain('v1')
  })

  test('[sig-cli] Kubectl client Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info [Conformance]', async () => {
    const said = await succeed(['cluster-info'])
    expect(said).toContain('Kubernetes control plane')
    expect(said).toContain('is running at')
  })

  test('[sig-cli] Kubectl client Kubectl version should check is all data is printed [Conformance]', async () => {
    const said = await succeed(['version'])
    for (const what of ['Client Version: ', 'Server Version: ']) {
      expect(said).toMatch(new RegExp(`${what}(version.Info\\{Major:"\\d", Minor:"\\d+\\+?", GitVersion:")?v\\d\\.\\d+\\.[\\w.+-]+`))
    }
  })

  test('[sig-cli] Kubectl client Kubectl diff should check if kubectl diff finds a difference for Deployments [Conformance]', async () => {
    const namespace = await api.namespace('kubectl')
    const deployment = (image: string) =>
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'httpd-deployment' },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: 'httpd' } },
          template: {
            metadata: { labels: { app: 'httpd' } },
            spec: { containers: [{ name: 'httpd', image, ports: [{ containerPort: 80 }] }] },
          },
        },
      })
    const live = 'registry.k8s.io/e2e-test-images/agnhost:2.47'
    const declared = 'registry.k8s.io/e2e-test-images/busybox:1.36.1-1'
    await succeed(['-n', namespace, 'create', '-f', '-'], deployment(live))
    const { code, stdout } = await kubectl(['-n', namespace, 'diff', '-f', '-'], deployment(declared))
    expect(code).toBe(1)
    expect(stdout).toContain(live)
    expect(stdout).toContain(declared)
    await succeed(['-n', namespace, 'delete', '-f', '-'], deployment(declared))
  })

  test('[sig-cli] Kubectl client Proxy server should support proxy with --port 0 [Conformance]', async () => {
    await withProxy(['-p', '0', '--disable-filter'], async (said) => {
      const port = /Starting to serve on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      const answer = await fetch(`http://localhost:${port}/api/`)
      expect(await answer.json()).toMatchObject({ kind: 'APIVersions', versions: expect.arrayContaining(['v1']) })
    })
  })

  test('[sig-cli] Kubectl client Proxy server should support --unix-socket=/path [Conformance]', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kubectl-proxy-unix-'))
    try {
      const socketPath = join(directory, 'test')
      await withProxy([`--unix-socket=${socketPath}`], async () => {
        const code = await new Promise((resolve, reject) => {
          request({ socketPath, path: '/api' }, (answer) => resolve(answer.statusCode))
            .on('error', reject)
            .end()
        })
        expect(code).toBe(200)
      })
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
