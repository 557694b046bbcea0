/**
 * etcd's API as JSON over plain HTTP, for curl and for languages without gRPC: POST /v3/kv/range and its like. A fold over the table of methods
 * and the messages' schemas; a stream's answers are lines.
 *
 *     curl -d '{"key":"Zm9v"}' localhost:2379/v3/kv/range
 *
 * The rules are protobuf's for JSON: bytes in base64, 64-bit integers as strings, enums by name, what is zero is left out; in requests names may
 * be the protocol's or camel case, numbers may be numbers, and what is not known is passed over. A newcomer would get wrong: the
 * protocol itself names some fields in camel case and others not, so the table of those messages is data here.
 */

import { type GrpcMethod, type GrpcStream, LongMessage } from '../wire/grpc-server.ts'
import { GrpcError, grpcCode } from '../wire/grpc-status.ts'
import type { BodySink, HttpRequest, HttpResponse } from '../wire/http.ts'
import type { Field, MessageType } from '../wire/protobuf-message.ts'
import { etcdErrorFrom } from './errors.ts'

const routes: Readonly<Record<string, string>> = {
  '/v3/kv/range': 'KV/Range',
  '/v3/kv/put': 'KV/Put',
  '/v3/kv/deleterange': 'KV/DeleteRange',
  '/v3/kv/txn': 'KV/Txn',
  '/v3/kv/compaction': 'KV/Compact',
  '/v3/watch': 'Watch/Watch',
  '/v3/lease/grant': 'Lease/LeaseGrant',
  '/v3/lease/revoke': 'Lease/LeaseRevoke',
  '/v3/kv/lease/revoke': 'Lease/LeaseRevoke',
  '/v3/lease/keepalive': 'Lease/LeaseKeepAlive',
  '/v3/lease/timetolive': 'Lease/LeaseTimeToLive',
  '/v3/kv/lease/timetolive': 'Lease/LeaseTimeToLive',
  '/v3/lease/leases': 'Lease/LeaseLeases',
  '/v3/kv/lease/leases': 'Lease/LeaseLeases',
  '/v3/cluster/member/add': 'Cluster/MemberAdd',
  '/v3/cluster/member/remove': 'Cluster/MemberRemove',
  '/v3/cluster/member/update': 'Cluster/MemberUpdate',
  '/v3/cluster/member/list': 'Cluster/MemberList',
  '/v3/cluster/member/promote': 'Cluster/MemberPromote',
  '/v3/maintenance/alarm': 'Maintenance/Alarm',
  '/v3/maintenance/status': 'Maintenance/Status',
  '/v3/maintenance/defragment': 'Maintenance/Defragment',
  '/v3/maintenance/hash': 'Maintenance/Hash',
  '/v3/maintenance/hashkv': 'Maintenance/HashKV',
  '/v3/maintenance/snapshot': 'Maintenance/Snapshot',
  '/v3/maintenance/transfer-leadership': 'Maintenance/MoveLeader',
  '/v3/maintenance/downgrade': 'Maintenance/Downgrade',
  '/v3/auth/status': 'Auth/AuthStatus',
  '/v3/auth/enable': 'Auth/AuthEnable',
  '/v3/auth/disable': 'Auth/AuthDisable',
  '/v3/auth/authenticate': 'Auth/Authenticate',
  '/v3/auth/user/list': 'Auth/UserList',
  '/v3/auth/user/add': 'Auth/UserAdd',
  '/v3/auth/user/get': 'Auth/UserGet',
  '/v3/auth/user/delete': 'Auth/UserDelete',
  '/v3/auth/user/changepw': 'Auth/UserChangePassword',
  '/v3/auth/user/grant': 'Auth/UserGrantRole',
  '/v3/auth/user/revoke': 'Auth/UserRevokeRole',
  '/v3/auth/role/list': 'Auth/RoleList',
  '/v3/auth/role/add': 'Auth/RoleAdd',
  '/v3/auth/role/get': 'Auth/RoleGet',
  '/v3/auth/role/delete': 'Auth/RoleDelete',
  '/v3/auth/role/grant': 'Auth/RoleGrantPermission',
  '/v3/auth/role/revoke': 'Auth/RoleRevokePermission',
  '/v3/lock/lock': 'v3lockpb.Lock/Lock',
  '/v3/lock/unlock': 'v3lockpb.Lock/Unlock',
  '/v3/election/campaign': 'v3electionpb.Election/Campaign',
  '/v3/election/proclaim': 'v3electionpb.Election/Proclaim',
  '/v3/election/leader': 'v3electionpb.Election/Leader',
  '/v3/election/observe': 'v3electionpb.Election/Observe',
  '/v3/election/resign': 'v3electionpb.Election/Resign',
}

const statuses: Readonly<Record<number, number>> = {
  [grpcCode.canceled]: 499,
  [grpcCode.invalidArgument]: 400,
  [grpcCode.deadlineExceeded]: 504,
  [grpcCode.notFound]: 404,
  [grpcCode.alreadyExists]: 409,
  [grpcCode.permissionDenied]: 403,
  [grpcCode.resourceExhausted]: 429,
  [grpcCode.failedPrecondition]: 400,
  [grpcCode.aborted]: 409,
  [grpcCode.outOfRange]: 400,
  [grpcCode.unimplemented]: 501,
  [grpcCode.unavailable]: 503,
  [grpcCode.unauthenticated]: 401,
}

/** The protocol names the fields of these in camel case itself. */
const camelMessages = new Set(['StatusResponse', 'DowngradeInfo', 'Member', 'MemberAddRequest', 'AuthStatusResponse'])
const json = { 'content-type': 'application/json' }

export interface Gateway {
  handles(path: string): boolean
  answer(request: HttpRequest): Promise<HttpResponse>
}

export function gateway(methods: ReadonlyMap<string, GrpcMethod>, bytesMax: number): Gateway {
  return {
    handles: (path) => path.startsWith('/v3/') || path.startsWith('/v3beta/'),
    answer: async (request) => {
      // What the paths began with before etcd 3.4.
      const name = routes[request.path.replace(/^\/v3beta\//, '/v3/')]
      if (name === undefined) return failure(new GrpcError(grpcCode.notFound, 'Not Found'))
      if (request.method !== 'POST') return failure(new GrpcError(grpcCode.unimplemented, 'Method Not Allowed'))
      try {
        const body = await request.body(bytesMax)
        if (body === 'too-large') throw new GrpcError(grpcCode.resourceExhausted, 'http: request body too large')
        const method = methods.get(name.includes('.') ? `/${name}` : `/etcdserverpb.${name}`) as GrpcMethod
        const value = fromJson(method.request, parsed(body))
        return method.kind === 'unary' ? await unaryAnswer(method, value, body.length, request) : streamAnswer(method, value, request)
      } catch (error) {
        const known = etcdErrorFrom(error)
        if (known instanceof GrpcError) return failure(known)
        throw error
      }
    },
  }
}

function failure({ code, message }: GrpcError): HttpResponse {
  return { status: statuses[code] ?? 500, headers: json, body: JSON.stringify({ code, message }) }
}

function parsed(body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body)
  try {
    return text.trim() === '' ? {} : JSON.parse(text, exactly)
  } catch (cause) {
    const { message } = cause as Error
    const at = /at position (\d+)/.exec(message)?.[1]
    const isCutOff = message.includes('end of JSON') || (at !== undefined && Number(at) >= text.trimEnd().length)
    throw new GrpcError(grpcCode.invalidArgument, isCutOff ? 'unexpected EOF' : `proto: syntax error: ${message}`)
  }
}

/** Lease numbers use all 64 bits, and clients write them without quotes: beyond 2^53 the digits count, not the double nearest to them. */
function exactly(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isRounded = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  return isRounded && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source as string) : value
}

async function unaryAnswer(
  method: GrpcMethod & { kind: 'unary' },
  value: unknown,
  bytes: number,
  request: HttpRequest,
): Promise<HttpResponse> {
  let answer = await method.handle(value as never, bytes, request)
  if (answer instanceof LongMessage) answer = method.answer.decode(await collected(answer))
  return { status: 200, headers: json, body: JSON.stringify(toJson(method.answer, answer)) }
}

async function collected(message: LongMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const sink: BodySink = {
    write: (bytes) => void parts.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
    unsentBytes: 0,
    drained: async () => {},
    signal: new AbortController().signal,
  }
  await message.write(sink)
  return Buffer.concat(parts)
}

/** One request, and its answers as lines until the client goes away or the method ends. */
function streamAnswer(method: GrpcMethod & { kind: 'stream' }, value: unknown, request: HttpRequest): HttpResponse {
  return {
    status: 200,
    headers: json,
    body: (sink) =>
      new Promise((resolve) => {
        const over = new AbortController()
        const end = (error?: GrpcError): void => {
          if (over.signal.aborted) return
          if (error !== undefined) sink.write(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`)
          over.abort()
          resolve()
        }
        const send = (answer: unknown): void => sink.write(`${JSON.stringify({ result: toJson(method.answer, answer) })}\n`)
        const stream: GrpcStream<never> = {
          request,
          send,
          sendFramed: (bytes) => send(method.answer.decode(bytes.subarray(5))),
          get unsentBytes() {
            return sink.unsentBytes
          },
          drained: () => sink.drained(),
          end,
          signal: over.signal,
        }
        sink.signal.addEventListener('abort', () => end(), { once: true })
        const handler = method.open(stream)
        handler.onRequest(value as never)
        handler.onRequestsEnd()
      }),
  }
}

// JSON

/** "range_end" for rangeEnd; names with capitals in a row (peerURLs, TTL) are the protocol's own. */
function protocolName(message: string, name: string): string {
  if (camelMessages.has(message) || /[A-Z]{2}/.test(name)) return name
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function toJson(type: MessageType<unknown>, value: unknown): Record<string, unknown> {
  const from = value as Readonly<Record<string, unknown>>
  const shown: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(type.fields)) {
    const one = from[name]
    if (one === undefined) continue
    const to = protocolName(type.name, name)
    if (field.isRepeated) {
      const list = one as readonly unknown[]
      if (list.length > 0) shown[to] = list.map((item) => valueToJson(field, item))
    } else if (field.kind === 'message' || !isZero(one)) shown[to] = valueToJson(field, one)
  }
  return shown
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '' || value === false || (value instanceof Uint8Array && value.length === 0)
}

function valueToJson(field: Field<unknown>, value: unknown): unknown {
  switch (field.kind) {
    case 'message':
      return toJson(messageOf(field), value)
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'binary':
      return Buffer.from(value as string, 'latin1').toString('base64')
    case 'int64':
    case 'uint64':
      return String(value)
    case 'enum':
      return field.names?.[value as number] ?? value
    default:
      return value
  }
}

function messageOf(field: Field<unknown>): MessageType<unknown> {
  return (field.message as () => MessageType<never>)() as MessageType<unknown>
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) => (typeof one === 'bigint' ? String(one) : one))
}

function invalid(kind: string, name: string, value: unknown): GrpcError {
  return new GrpcError(grpcCode.invalidArgument, `proto: invalid value for ${kind} field ${name}: ${shown(value)}`)
}

function fromJson(type: MessageType<unknown>, value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 100)
    throw new GrpcError(grpcCode.invalidArgument, `proto: syntax error: unexpected token ${shown(value)}`)
  const from = value as Readonly<Record<string, unknown>>
  // An empty message has every field at its zero.
  const message = type.decode(new Uint8Array(0)) as Record<string, unknown>
  for (const [name, field] of Object.entries(type.fields)) {
    const protocol = protocolName(type.name, name)
    const one = Object.hasOwn(from, protocol) ? from[protocol] : Object.hasOwn(from, name) ? from[name] : undefined
    if (one === undefined || one === null) continue
    if (!field.isRepeated) message[name] = valueFromJson(field, protocol, one, depth)
    else if (Array.isArray(one)) message[name] = one.map((item) => valueFromJson(field, protocol, item, depth))
    else throw invalid('repeated', protocol, one)
  }
  return message
}

function valueFromJson(field: Field<unknown>, name: string, value: unknown, depth: number): unknown {
  switch (field.kind) {
    case 'message':
      return fromJson(messageOf(field), value, depth + 1)
    case 'bytes':
    case 'binary': {
      if (typeof value !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) throw invalid('bytes', name, value)
      const bytes = Buffer.from(value, 'base64')
      return field.kind === 'bytes' ? new Uint8Array(bytes) : bytes.toString('latin1')
    }
    case 'boolean':
      if (typeof value !== 'boolean') throw invalid('bool', name, value)
      return value
    case 'string':
      if (typeof value !== 'string') throw invalid('string', name, value)
      return value
    case 'enum': {
      // A name that nobody knows is passed over like a field that nobody knows.
      const number = typeof value === 'string' ? Math.max(0, field.names?.indexOf(value) ?? 0) : value
      if (typeof number !== 'number' || !Number.isInteger(number) || number < 0) throw invalid('enum', name, value)
      return number
    }
    default:
      return integerFromJson(field.kind, name, value)
  }
}

function integerFromJson(kind: string, name: string, value: unknown): number | bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  const digits = typeof value === 'bigint' ? String(value) : value
  if (typeof digits !== 'string' || !/^-?\d{1,20}$/.test(digits)) throw invalid(kind, name, value)
  const exact = BigInt(digits)
  if (exact > 2n ** 64n - 1n || exact < -(2n ** 63n) || (kind === 'int64' && exact >= 2n ** 63n)) throw invalid(kind, name, value)
  const number = Number(exact)
  return Number.isSafeInteger(number) ? number : exact
}
