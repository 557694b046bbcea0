/**
 * `npm run bench`: the figures that the project promises, each against a freshly started server: start, idle memory, GET,
 * LIST of 10,000 Pods, CREATE, validation, watches, the store by itself and behind etcd's API, as rate and as CPU time of the server. One row at a time: `npm run bench -- get`.
 *
 * The load comes from this process, on the same machine: compare ratios taken within the same minute, never absolute rates
 * of different days. `--bundle` measures the published bundle instead of the source.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { ClientHttp2Session } from 'node:http2'
import { fileURLToPath } from 'node:url'
import { etcdRows } from './etcd.ts'
import { type MeasuredServer, send, startServer } from './server.ts'

interface Row {
  readonly name: string
  readonly figures: Readonly<Record<string, string>>
}

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const environment: NodeJS.ProcessEnv = process.argv.includes('--bundle') ? { T8S_BUNDLE: '1' } : {}
if (environment.T8S_BUNDLE !== undefined && !existsSync(fileURLToPath(new URL('../dist/t8s.mjs', import.meta.url)))) {
  console.error('There is no bundle: run `npm run build` first')
  process.exit(1)
}

const podsMax = Number(process.env.BENCH_PODS ?? 10_000)
const pod = (name: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench', tier: `t${name.length % 7}` }, annotations: { note: 'x'.repeat(600) } },
    spec: {
      // A scheduler that nobody runs: the Pods stay as they were created, and nothing else disturbs the figures.
      schedulerName: 'nobody',
      containers: [
        {
          name: 'main',
          image: 'registry.example/app/server:1.2.3',
          args: ['--port=8080', '--verbose'],
          env: Array.from({ length: 8 }, (_, index) => ({ name: `VARIABLE_${index}`, value: `value-${index}` })),
          ports: [{ containerPort: 8080, name: 'http' }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
        },
      ],
    },
  })
const pods = '/api/v1/namespaces/default/pods'
const deployment = (index: number): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `d-${index % 1000}` },
    spec: {
      // No Pods: only the apply is to be measured.
      replicas: 0,
      paused: true,
      minReadySeconds: Math.floor(index / 1000),
      selector: { matchLabels: { app: 'bench' } },
      template: { metadata: { labels: { app: 'bench' } }, spec: JSON.parse(pod('x')).spec },
    },
  })

/** Runs `task(index)` for 0..count-1, `parallel` at a time; answers operations per second and latencies. */
async function load(
  server: Pick<MeasuredServer, 'cpuMs'>,
  count: number,
  parallel: number,
  task: (index: number) => Promise<unknown>,
): Promise<Record<string, string>> {
  const latencies: number[] = []
  let next = 0
  const cpuBefore = server.cpuMs()
  const startedMs = performance.now()
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let index = next++; index < count; index = next++) {
        const sentMs = performance.now()
        await task(index)
        latencies.push(performance.now() - sentMs)
      }
    }),
  )
  const tookMs = performance.now() - startedMs
  latencies.sort((a, b) => a - b)
  const at = (share: number): string =>
    `${(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0).toFixed(2)} ms`
  return {
    rate: `${Math.round((count / tookMs) * 1000)}/s`,
    'CPU each': `${(((server.cpuMs() - cpuBefore) * 1000) / count).toFixed(0)} µs`,
    p50: at(0.5),
    p99: at(0.99),
  }
}

async function expectStatus(reply: Promise<{ status: number }>, status: number): Promise<void> {
  const got = (await reply).status
  if (got !== status) throw new Error(`Expected ${status}, got ${got}`)
}

async function fill(session: ClientHttp2Session, count: number): Promise<void> {
  for (let start = 0; start < count; start += 200) {
    await Promise.all(
      Array.from({ length: Math.min(200, count - start) }, (_, index) =>
        expectStatus(send(session, 'POST', pods, pod(`pod-${start + index}`)), 201),
      ),
    )
  }
}

/** What it takes to read, complete and judge one Pod, in this process: microseconds each. */
async function judging(): Promise<readonly Row[]> {
  const { Pod } = await import('../src/api/core/pod.ts')
  const { decodeValue } = await import('../src/apiserver/request/decode.ts')
  const target = { kind: 'Pod', group: '', apiVersion: 'v1', schema: Pod.versions[0]?.schema } as Parameters<typeof decodeValue>[0]
  const text = pod('judged')
  const setDefaults = Pod.setDefaults as unknown as (draft: unknown) => void
  const validate = Pod.validate as unknown as (object: unknown) => Iterable<unknown>
  const count = 20_000
  const timed = (task: () => void): string => {
    for (let round = 0; round < 2000; round++) task()
    const before = process.cpuUsage()
    for (let round = 0; round < count; round++) task()
    const { user, system } = process.cpuUsage(before)
    return `${((user + system) / count).toFixed(1)} µs CPU`
  }
  const parsed: unknown = JSON.parse(text)
  const complete = decodeValue(target, parsed)
  setDefaults(complete)
  Object.assign(complete.metadata, { namespace: 'default' })
  return [
    { name: 'Pod: JSON read', figures: { each: timed(() => JSON.parse(text)) } },
    { name: 'Pod: decoded', figures: { each: timed(() => decodeValue(target, parsed)) } },
    { name: 'Pod: validated', figures: { each: timed(() => [...validate(complete)]) } },
  ]
}

const rows: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  validate: judging,

  async start() {
    const figures: Record<string, string> = {}
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      await using server = await startServer(['--nodes', '3'], environment)
      times.push(server.readyMs)
      if (round < 4) continue
      await new Promise((resolve) => setTimeout(resolve, 8000))
      const cpuBefore = server.cpuMs()
      figures['idle memory'] = `${server.residentMb().toFixed(0)} MB`
      await new Promise((resolve) => setTimeout(resolve, 5000))
      figures['idle CPU'] = `${((server.cpuMs() - cpuBefore) / 50).toFixed(1)} %`
    }
    const first = times.shift() ?? 0
    times.sort((a, b) => a - b)
    return [
      {
        name: 'start: exec to ready',
        figures: { median: `${(times[Math.floor(times.length / 2)] ?? 0).toFixed(0)} ms`, first: `${first.toFixed(0)} ms`, ...figures },
      },
    ]
  },
  async get() {
    await using server = await startServer(['--nodes', '0'], environment)
    const session = await server.session()
    await fill(session, 100)
    const get = (one: ClientHttp2Session) => (index: number) => send(one, 'GET', `${pods}/pod-${index % 100}`)
    await load(server, 3000, 8, get(session))
    const sessions = await Promise.all(Array.from({ length: 32 }, () => server.session()))
    const result = [
      { name: 'GET, 1 connection, 1 at a time', figures: await load(server, 3000, 1, get(session)) },
      { name: 'GET, 1 connection, 32 streams', figures: await load(server, 20_000, 32, get(session)) },
      {
        name: 'GET, 32 connections',
        figures: await load(server, 20_000, 32, (index) => get(sessions[index % 32] as ClientHttp2Session)(index)),
      },
    ]
    for (const one of [session, ...sessions]) one.destroy()
    return result
  },
  async create() {
    await using server = await startServer(['--nodes', '0'], environment)
    const session = await server.session()
    await load(server, 500, 8, (index) => expectStatus(send(session, 'POST', pods, pod(`warm-${index}`)), 201))
    const one = await load(server, 1000, 1, (index) => expectStatus(send(session, 'POST', pods, pod(`one-${index}`)), 201))
    const many = await load(server, 6000, 32, (index) => expectStatus(send(session, 'POST', pods, pod(`many-${index}`)), 201))
    const patch = await load(server, 3000, 8, (index) =>
      expectStatus(
        send(session, 'PATCH', `${pods}/many-${index % 1000}`, `{"metadata":{"labels":{"round":"${index}"}}}`, {
          'content-type': 'application/merge-patch+json',
        }),
        200,
      ),
    )
    const strategic = await load(server, 3000, 8, (index) =>
      expectStatus(
        send(
          session,
          'PATCH',
          `${pods}/many-${index % 1000}/status`,
          JSON.stringify({ status: { phase: 'Running', conditions: [{ type: 'Ready', status: index % 2 === 0 ? 'True' : 'False' }] } }),
          { 'content-type': 'application/strategic-merge-patch+json' },
        ),
        200,
      ),
    )
    const apply = async (index: number, status: number): Promise<void> =>
      expectStatus(
        send(session, 'PATCH', `/apis/apps/v1/namespaces/default/deployments/d-${index % 1000}?fieldManager=bench`, deployment(index), {
          'content-type': 'application/apply-patch+yaml',
        }),
        status,
      )
    const applyNew = await load(server, 1000, 8, (index) => apply(index, 201))
    const applyAgain = await load(server, 3000, 8, (index) => apply(index + 1000, 200))
    session.destroy()
    return [
      { name: 'PATCH Pod status (strategic), 8 streams', figures: strategic },
      { name: 'APPLY Deployment (new), 8 streams', figures: applyNew },
      { name: 'APPLY Deployment (one field), 8 streams', figures: applyAgain },
      { name: 'CREATE Pod, durable, 1 at a time', figures: one },
      { name: 'CREATE Pod, durable, 32 streams', figures: many },
      { name: 'PATCH Pod (merge), 8 streams', figures: patch },
    ]
  },
  async list() {
    await using server = await startServer(['--nodes', '0'], environment)
    const session = await server.session()
    await fill(session, podsMax)
    const memory = `${server.residentMb().toFixed(0)} MB`
    const { bytes } = await send(session, 'GET', pods)
    const json = await load(server, 10, 1, () => send(session, 'GET', pods))
    const protobuf = await load(server, 5, 1, () =>
      send(session, 'GET', pods, undefined, { accept: 'application/vnd.kubernetes.protobuf' }),
    )
    const after = `${server.residentMb().toFixed(0)} MB`
    // GETs while two clients list in loops: what yielding is for.
    let isListing = true
    const other = await server.session()
    const storms = [0, 1].map(async () => {
      while (isListing) await send(other, 'GET', pods)
    })
    const during = await load(server, 2000, 1, (index) => send(session, 'GET', `${pods}/pod-${index % podsMax}`))
    isListing = false
    await Promise.all(storms)
    session.destroy()
    other.destroy()
    return [
      { name: `LIST ${podsMax} Pods, JSON`, figures: { ...json, size: `${(bytes / 1e6).toFixed(1)} MB`, 'memory before': memory, after } },
      { name: `LIST ${podsMax} Pods, protobuf`, figures: protobuf },
      { name: 'GET during two LIST loops', figures: during },
    ]
  },
  async watch() {
    await using server = await startServer(['--nodes', '0'], environment)
    const watchers = 1000
    const writes = 200
    const result: Row[] = []
    for (const connections of [10, 1000]) {
      const sessions = await Promise.all(Array.from({ length: connections }, () => server.session()))
      let received = 0
      let done: () => void = () => {}
      const all = new Promise<void>((resolve) => {
        done = resolve
      })
      for (let index = 0; index < watchers; index++) {
        const stream = (sessions[index % connections] as ClientHttp2Session).request({
          ':path': `/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=1&labelSelector=round=${connections}`,
        })
        stream.on('data', (chunk: Buffer) => {
          for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) received++
          if (received >= watchers * writes) done()
        })
      }
      const writer = await server.session()
      await new Promise((resolve) => setTimeout(resolve, 500))
      const cpuBefore = server.cpuMs()
      const startedMs = performance.now()
      const body = (index: number): string =>
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `w-${connections}-${index}`, labels: { round: String(connections) } },
          data: { text: 'x'.repeat(3000) },
        })
      for (let index = 0; index < writes; index++)
        await expectStatus(send(writer, 'POST', '/api/v1/namespaces/default/configmaps', body(index)), 201)
      await all
      const tookMs = performance.now() - startedMs
      const cpu = ((server.cpuMs() - cpuBefore) * 1000) / (watchers * writes)
      result.push({
        name: `watch, 1,000 watchers on ${connections} connections`,
        figures: { rate: `${Math.round((watchers * writes * 1000) / tookMs)} deliveries/s`, 'CPU each': `${cpu.toFixed(1)} µs` },
      })
      for (const one of [...sessions, writer]) one.destroy()
    }
    return result
  },
  // The same store without a network, beside what etcd does with one; its own process, because it measures its memory.
  store: async () => {
    spawnSync(process.execPath, ['--expose-gc', fileURLToPath(new URL('./store.ts', import.meta.url))], { stdio: 'inherit' })
    return []
  },
  etcd: () => etcdRows(load),
}

for (const [name, measure] of Object.entries(rows)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  for (const row of await measure()) {
    const figures = Object.entries(row.figures).map(([figure, value]) => `${figure} ${value}`)
    console.log(`${row.name.padEnd(44)} ${figures.join('   ')}`)
  }
}
