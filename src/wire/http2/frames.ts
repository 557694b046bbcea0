/**
 * HTTP/2's numbers (RFC 9113): frame types, flags, settings, error codes, and how a frame header is laid out.
 *
 *     +-----------------------------------------------+
 *     |                 length (24)                   |
 *     +---------------+---------------+---------------+
 *     |   type (8)    |   flags (8)   |
 *     +-+-------------+---------------+-------------------------------+
 *     |R|                 stream (31), 0 for the connection           |
 *     +=+=============================================================+
 *     |                   payload …
 *
 * `Http2Error` is how the reading side says that the peer broke a rule: with stream 0 the whole connection ends in GOAWAY,
 * otherwise one stream in RST_STREAM. Neither ever leaves `connection.ts`.
 */
export const frameHeaderBytes = 9

export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const flagEndStream = 0x1
export const flagAck = 0x1
export const flagEndHeaders = 0x4
export const flagPadded = 0x8
export const flagPriority = 0x20

export const setting = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const

export const errorCode = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSize: 6,
  refusedStream: 7,
  cancel: 8,
  compression: 9,
  connect: 10,
  enhanceYourCalm: 11,
  inadequateSecurity: 12,
  http11Required: 13,
} as const

/** Windows before anybody says otherwise, and the most they may grow to. */
export const windowBytesDefault = 65_535
export const windowBytesMax = 2 ** 31 - 1
/** The largest payload we accept and send; nobody needs to agree on more. */
export const frameBytesMax = 16_384

export const clientPreface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export class Http2Error extends Error {
  override readonly name = 'Http2Error'
  readonly code: number
  /** 0: the connection. */
  readonly stream: number

  constructor(code: number, message: string, stream = 0) {
    super(message)
    this.code = code
    this.stream = stream
  }
}

/** Writes a frame header at `at` and returns the position behind it. */
export function writeFrameHeader(into: Buffer, at: number, length: number, type: number, flags: number, stream: number): number {
  into[at] = length >>> 16
  into[at + 1] = (length >>> 8) & 0xff
  into[at + 2] = length & 0xff
  into[at + 3] = type
  into[at + 4] = flags
  into[at + 5] = (stream >>> 24) & 0x7f
  into[at + 6] = (stream >>> 16) & 0xff
  into[at + 7] = (stream >>> 8) & 0xff
  into[at + 8] = stream & 0xff
  return at + frameHeaderBytes
}

export function controlFrame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + payload.length)
  frame.set(payload, writeFrameHeader(frame, 0, payload.length, type, flags, stream))
  return frame
}

/** A frame whose payload is one 32-bit number: WINDOW_UPDATE, RST_STREAM. */
export function numberFrame(type: number, stream: number, value: number): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + 4)
  frame.writeUInt32BE(value, writeFrameHeader(frame, 0, 4, type, 0, stream))
  return frame
}

export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(settings.length * 6)
  settings.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6)
    payload.writeUInt32BE(value, index * 6 + 2)
  })
  return controlFrame(frameType.settings, 0, 0, payload)
}

export function goAwayFrame(lastStream: number, code: number, message: string): Buffer {
  const text = Buffer.from(message, 'utf8')
  const payload = Buffer.alloc(8 + text.length)
  payload.writeUInt32BE(lastStream, 0)
  payload.writeUInt32BE(code, 4)
  payload.set(text, 8)
  return controlFrame(frameType.goAway, 0, 0, payload)
}
