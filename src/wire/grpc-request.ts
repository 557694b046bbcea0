/**
 * What a gRPC call says in its headers: the flavour of its messages, how long its caller waits, how they are compressed. What cannot be
 * read is refused in grpc-go's words and order.
 */
import { GrpcError, grpcCode } from './grpc-status.ts'
import type { HttpHeaders } from './http.ts'

export const contentType = 'application/grpc'

/** What the answer's content-type is: the request's; undefined when that is none of gRPC. `+proto` and `;…` come back as `+…`. */
export function answerTypeOf(asked: string | undefined): string | undefined {
  if (asked === contentType) return contentType
  if (asked === undefined || !asked.startsWith(contentType)) return undefined
  const mark = asked[contentType.length]
  if (mark !== '+' && mark !== ';') return undefined
  const flavour = asked.slice(contentType.length + 1)
  return flavour === '' ? contentType : `${contentType}+${flavour}`
}

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }

/** `grpc-timeout` in milliseconds; undefined when there is none. Throws for a malformed one. */
export function timeoutMsOf(headers: HttpHeaders): number | undefined {
  const asked = headers['grpc-timeout']
  if (asked === undefined) return undefined
  const malformed = (why: string): GrpcError => new GrpcError(grpcCode.internal, `malformed grpc-timeout: ${why}`)
  if (asked.length < 2) throw malformed(`transport: timeout string is too short: ${JSON.stringify(asked)}`)
  if (asked.length > 9) throw malformed(`transport: timeout string is too long: ${JSON.stringify(asked)}`)
  const unit = unitMs[asked.at(-1) as string]
  if (unit === undefined) throw malformed(`transport: timeout unit is not recognized: ${JSON.stringify(asked)}`)
  const count = asked.slice(0, -1)
  if (!/^[+-]?[0-9]+$/.test(count)) throw malformed(`strconv.ParseInt: parsing ${JSON.stringify(count)}: invalid syntax`)
  return Number(count) * unit
}

/** "gzip", or empty for none. Throws for what nobody here can read. */
export function encodingOf(headers: HttpHeaders): string {
  const encoding = headers['grpc-encoding']
  if (encoding === undefined || encoding === 'identity' || encoding === '') return ''
  if (encoding === 'gzip') return encoding
  throw new GrpcError(grpcCode.unimplemented, `grpc: Decompressor is not installed for grpc-encoding ${JSON.stringify(encoding)}`)
}
