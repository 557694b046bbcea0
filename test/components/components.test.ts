/**
 * A control plane of processes: etcd, two API servers, controllers and schedulers by their upstream names, with the flags that harnesses and
 * kubeadm give them. Any of them can end; the others go on.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makePrivateKey } from '../../src/wire/x509.ts'
import { run } from '../e2e/running-cluster.ts'
import { freePorts, type RunningComponent, startComponent, until } from './running-component.ts'

const directory = mkdtempSync(join(tmpdir(), 't8s-components-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const inside = (name: string): string => join(directory, name)

function healthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false, timeout: 2000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.on('error', () => resolve(false))
    asked.on('timeout', () => asked.destroy())
    asked.end()
  })
}

function shownAs({ child }: RunningComponent): string {
  return readFileSync(`/proc/${child.pid}/cmdline`, 'latin1').replace(/\0.*$/s, '')
}

function kubeconfig(name: string, port: number, token: string): string {
  const path = inside(name)
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

function etcd(port: number, peerPort: number): RunningComponent {
  const client = `http://127.0.0.1:${port}`
  const flags = [`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`, `--listen-peer-urls=http://127.0.0.1:${peerPort}`]
  return startComponent('etcd', [...flags, `--data-dir=${inside('etcd')}`, '--unsafe-no-fsync'])
}

function apiServer(name: string, port: number, etcdPort: number): RunningComponent {
  return startComponent('kube-apiserver', [
    '--advertise-address=127.0.0.1',
    '--allow-privileged=true',
    '--authorization-mode=RBAC',
    '--bind-address=127.0.0.1',
    `--cert-dir=${inside(name)}`,
    '--disable-admission-plugins=ServiceAccount',
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--secure-port=${port}`,
    `--service-account-issuer=https://127.0.0.1:${port}/`,
    `--service-account-key-file=${inside('sa.key')}`,
    `--service-account-signing-key-file=${inside('sa.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    `--token-auth-file=${inside('tokens.csv')}`,
  ])
}

test('API servers, controllers and schedulers share one etcd, and go on when one of them ends', async () => {
  writeFileSync(inside('sa.key'), makePrivateKey())
  writeFileSync(
    inside('tokens.csv'),
    'admin,admin,1,"system:masters"\nkcm,system:kube-controller-manager,2\nscheduler,system:kube-scheduler,3\n',
  )
  const ports = await freePorts(8)
  const [etcdPort, peerPort, first, second, kcm, kcm2, scheduler, scheduler2] = ports as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  await using store = etcd(etcdPort, peerPort)
  await using one = apiServer('first', first, etcdPort)
  await using two = apiServer('second', second, etcdPort)
  await until('both API servers are healthy', async () => (await healthy(first)) && (await healthy(second)))
  // Whoever looks for them in `ps` finds them by their names.
  if (process.platform === 'linux') expect([store, one].map(shownAs)).toEqual(['etcd', 'kube-apiserver'])
  const ask = async (port: number, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('kubectl', ['--kubeconfig', kubeconfig(`kubectl-${port}`, port, 'admin'), ...args])
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
    return stdout.trim()
  }
  // What is written through one is seen through the other.
  await ask(first, 'create', 'configmap', 'shared', '--from-literal=a=b')
  expect(await ask(second, 'get', 'configmap', 'shared', '-o', 'jsonpath={.data.a}')).toBe('b')
  await ask(second, 'label', 'configmap', 'shared', 'seen=yes')
  expect(await ask(first, 'get', 'configmap', 'shared', '-o', 'jsonpath={.metadata.labels.seen}')).toBe('yes')

  const controllers = (port: number, server: number): RunningComponent =>
    startComponent('kube-controller-manager', [
      `--kubeconfig=${kubeconfig(`kcm-${port}`, server, 'kcm')}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      '--use-service-account-credentials',
      '--controllers=*,bootstrapsigner,tokencleaner',
      '--leader-elect-lease-duration=3s',
      '--leader-elect-renew-deadline=2s',
      '--leader-elect-retry-period=500ms',
    ])
  const schedulers = (port: number, server: number): RunningComponent =>
    startComponent('kube-scheduler', [
      `--kubeconfig=${kubeconfig(`scheduler-${port}`, server, 'scheduler')}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
    ])
  await using firstControllers = controllers(kcm, second)
  await using _secondControllers = controllers(kcm2, second)
  await using _firstScheduler = schedulers(scheduler, second)
  await using _secondScheduler = schedulers(scheduler2, second)
  await until('all are healthy', async () => (await Promise.all([kcm, kcm2, scheduler, scheduler2].map(healthy))).every(Boolean))

  await ask(first, 'create', 'serviceaccount', 'default').catch(() => {})
  const amounts = { cpu: '8', memory: '8Gi', pods: '110' }
  const condition = { type: 'Ready', status: 'True', reason: 'Test', lastHeartbeatTime: new Date().toISOString().replace(/\.\d+/, '') }
  const status = JSON.stringify({ status: { capacity: amounts, allocatable: amounts, conditions: [condition] } })
  writeFileSync(inside('node.json'), JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }))
  await ask(first, 'create', '-f', inside('node.json'))
  await ask(first, 'patch', 'node', 'n1', '--subresource=status', '--type=merge', '-p', status)
  await ask(first, 'create', 'deployment', 'web', '--image=nginx', '--replicas=2')
  const placed = (port: number) => async (): Promise<boolean> =>
    (await ask(port, 'get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}')) === 'n1 n1'
  await until('Pods are made and placed', placed(second))

  // The leader among the controllers goes, and so does an API server: what is left goes on.
  const leader = await ask(second, 'get', 'lease', '-n', 'kube-system', 'kube-controller-manager', '-o', 'jsonpath={.spec.holderIdentity}')
  one.child.kill('SIGKILL')
  firstControllers.child.kill('SIGTERM')
  expect(await firstControllers.ended).toBe(0)
  await ask(second, 'scale', 'deployment', 'web', '--replicas=3')
  await until('the other controllers take over', async () => (await ask(second, 'get', 'pods', '-o', 'name')).split('\n').length === 3)
  const next = await ask(second, 'get', 'lease', '-n', 'kube-system', 'kube-controller-manager', '-o', 'jsonpath={.spec.holderIdentity}')
  expect(next).not.toBe('')
  expect(leader).not.toBe('')

  two.child.kill('SIGTERM')
  expect(await two.ended).toBe(0)
  store.child.kill('SIGTERM')
  expect(await store.ended).toBe(0)
}, 120_000)

test('mistakes are refused as upstream refuses them', async () => {
  const said = async (name: string, ...args: readonly string[]): Promise<string> => {
    const component = startComponent(name, args)
    const code = await component.ended
    return `${code}: ${component.output().split('\n')[0]}`
  }
  expect(await said('kube-apiserver', '--insecure-port=8080')).toBe('1: Error: unknown flag: --insecure-port')
  expect(await said('kube-scheduler')).toContain('--kubeconfig is missing')
  expect(await said('kube-apiserver')).toContain('--etcd-servers must be specified')
  expect(await said('kube-controller-manager', '--version')).toMatch(/^0: Kubernetes v1\.34\./)
})
