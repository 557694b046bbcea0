/**
 * Plays recorded scenarios of HTTP requests against our handler and says how its answers differ from those of a real API
 * server. The scenarios and the recording lie outside the project and are optional. Only for tests.
 *
 *     T8S_ORACLE=core-watch npx vitest run src/apiserver/oracle.test.ts        prints the differences of one scenario
 */
import type { TestApiServer } from './api-server.ts'

type Json = unknown
type Plain = Record<string, unknown>

export interface Step {
  readonly id: string
  readonly do?: string
  readonly watch?: string
  readonly during?: readonly Step[]
  readonly body?: Json
  readonly raw?: string
  readonly type?: string
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly save?: Readonly<Record<string, string>>
  readonly wait?: number
  readonly until?: { readonly path?: string; readonly is?: unknown; readonly code?: number }
  readonly ignore?: readonly string[]
  readonly only?: readonly (string | readonly string[])[]
  readonly bookmarks?: boolean
}
export interface Scenario {
  readonly namespace?: boolean
  readonly steps: readonly Step[]
}
export interface Recorded {
  readonly scenario: string
  readonly step: string
  readonly [key: string]: unknown
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g

function norm(value: Json, key = ''): Json {
  if (Array.isArray(value)) return value.map((one) => norm(one, key))
  if (typeof value === 'string') {
    const text = value.replace(uuid, '<uid>').replace(time, '<time>')
    return text.toLowerCase().includes('version') ? text.replace(/(resource version: |current: |\/)\d{2,}\b/g, '$1<n>') : text
  }
  if (typeof value !== 'object' || value === null) return value
  // Without a prototype, or a key `__proto__` would be lost.
  const out = Object.create(null) as Plain
  for (const [name, one] of Object.entries(value)) {
    if (name === 'selfLink') continue
    if (name === 'resourceVersion' && typeof one === 'string' && one !== '') out[name] = '<rv>'
    else if (name === 'continue' && one) out[name] = '<token>'
    else out[name] = norm(one, name)
  }
  if (key === 'metadata' && out.annotations !== undefined && Object.keys(out.annotations as Plain).length === 0) delete out.annotations
  return out
}

function drop(value: Json, path: string): void {
  const [head = '', ...rest] = path.split('.')
  if (Array.isArray(value)) for (const one of value) drop(one, path)
  else if (typeof value === 'object' && value !== null) {
    if (rest.length === 0) delete (value as Plain)[head]
    else drop((value as Plain)[head], rest.join('.'))
  }
}

function pick(value: Json, path: string | readonly string[]): Json {
  let found = value
  for (const part of typeof path === 'string' ? path.split('.') : path) {
    if (Array.isArray(found)) found = /^\d+$/.test(part) ? found[Number(part)] : undefined
    else found = typeof found === 'object' && found !== null ? (found as Plain)[part] : undefined
    if (found === undefined || found === null) return null
  }
  return found
}
const dotted = (path: string | readonly string[]): string => (typeof path === 'string' ? path : path.join('.'))

function fill<T>(value: T, names: Plain): T {
  if (typeof value === 'string') return value.replace(/\$(\w+)/g, (all, name: string) => (name in names ? String(names[name]) : all)) as T
  if (Array.isArray(value)) return value.map((one) => fill(one, names)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fill(one, names)])) as T
}

/** As the recorder wrote it, since some errors show the beginning of a body. */
function spacedJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, one]) => `${JSON.stringify(name)}: ${spacedJson(one)}`)
    .join(', ')}}`
}

export async function replay(api: TestApiServer, name: string, scenario: Scenario): Promise<Recorded[]> {
  const ns = `o-${name}`
  const names: Plain = { ns }
  const recorded: Recorded[] = []
  if (scenario.namespace ?? true) await api.request('POST', '/api/v1/namespaces', { metadata: { name: ns } })
  const emit = (result: Plain & { step: string }): void => void recorded.push({ scenario: name, ...result })
  for (const step of scenario.steps) await runStep(api, step, names, emit)
  return recorded
}

type Emit = (result: Plain & { step: string }) => void

async function runStep(api: TestApiServer, step: Step, names: Plain, emit: Emit): Promise<void> {
  if (step.wait) await api.clock.advance(step.wait * 1000)
  if (step.watch !== undefined) return runWatch(api, step, names, emit)
  const [method = '', path = ''] = splitOnce(fill(step.do as string, names))
  const body = step.raw !== undefined ? fill(step.raw, names) : step.body === undefined ? undefined : spacedJson(fill(step.body, names))
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'oracle/1' }
  for (const [header, value] of Object.entries(step.headers ?? {})) headers[header.toLowerCase()] = value
  if (step.accept !== undefined) headers.accept = step.accept
  if (body !== undefined) headers['content-type'] = step.type ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json')
  for (let attempt = 0; ; attempt++) {
    const response = await patiently(api, api.request(method, path, body, { headers }))
    // Controllers, if there are any, see what happened before the next step.
    await api.clock.settled()
    const value = response.json === undefined ? response.text.slice(0, 2000) : response.json
    const { until } = step
    const isDone =
      until === undefined ||
      attempt === 50 ||
      until.code === response.status ||
      (until.path !== undefined && pick(value, until.path) === until.is)
    if (!isDone) {
      await api.clock.advance(200)
      continue
    }
    for (const [saved, from] of Object.entries(step.save ?? {})) names[saved] = pick(value, from)
    let shown = norm(value)
    for (const ignored of step.ignore ?? []) drop(shown, ignored)
    if (step.only) shown = Object.fromEntries(step.only.map((one) => [dotted(one), pick(shown, one)]))
    const warning = response.headers.warning
    emit({
      step: step.id,
      request: `${method} ${splitOnce(step.do as string)[1]}`,
      code: response.status,
      type: String(response.headers['content-type'] ?? '').split(';')[0],
      ...(warning === undefined ? {} : { warning: norm(warning) }),
      body: shown,
    })
    return
  }
}

/** Some requests wait (for a future revision): time goes on for them. */
async function patiently<T>(api: TestApiServer, work: Promise<T>): Promise<T> {
  let isDone = false
  const done = work.finally(() => (isDone = true))
  for (let i = 0; i < 50 && !isDone; i++) await Promise.resolve()
  while (!isDone) await api.clock.advance(500)
  return done
}

async function runWatch(api: TestApiServer, step: Step, names: Plain, emit: Emit): Promise<void> {
  const path = fill(step.watch as string, names)
  const watch = await api.watch(path, { headers: { accept: step.accept ?? 'application/json', 'user-agent': 'oracle/1' } })
  for (const one of step.during ?? []) await runStep(api, one, names, emit)
  for (let i = 0; i < 200 && watch.isOpen(); i++) await api.clock.advance(100)
  watch.stop()
  let events = watch.events as Plain[]
  const plain = events.filter((event) => event.type === 'BOOKMARK' && !JSON.stringify(event).includes('initial-events-end'))
  if (plain.length > 0) events = [...events.filter((event) => !plain.includes(event)), ...plain.slice(0, step.bookmarks ? 1 : 0)]
  let shown = norm(events) as Plain[]
  for (const ignored of step.ignore ?? []) drop(shown, ignored)
  if (step.only) shown = shown.map((event) => Object.fromEntries((step.only ?? []).map((one) => [dotted(one), pick(event, one)])))
  emit({ step: step.id, code: watch.status, body: shown })
}

function splitOnce(text: string): string[] {
  const space = text.indexOf(' ')
  return [text.slice(0, space), text.slice(space + 1)]
}

/** What differs, as lines. */
export function differences(want: Json, got: Json, path = ''): string[] {
  if (want === got) return []
  const isList = Array.isArray(want) && Array.isArray(got)
  const isMap = !Array.isArray(want) && !Array.isArray(got) && isObject(want) && isObject(got)
  if (isList) {
    const lines = want.length === got.length ? [] : [`${path}: ${want.length} ≠ ${got.length} items`]
    for (let i = 0; i < Math.min(want.length, got.length); i++) lines.push(...differences(want[i], got[i], `${path}[${i}]`))
    return lines
  }
  if (!isMap) return [`${path || '.'}: ${short(want)} ≠ ${short(got)}`]
  return [...new Set([...Object.keys(want), ...Object.keys(got)])].sort().flatMap((key) => {
    if (!(key in want)) return [`${path}.${key}: (none) ≠ ${short(got[key])}`]
    if (!(key in got)) return [`${path}.${key}: ${short(want[key])} ≠ (none)`]
    return differences(want[key], got[key], `${path}.${key}`)
  })
}
function isObject(value: Json): value is Plain {
  return typeof value === 'object' && value !== null
}
function short(value: Json): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length < 200 ? text : `${text.slice(0, 197)}…`
}
