/**
 * What can be said of a frame before anybody looks at its stream: how long it is, whether it is about the connection or about a stream
 * (RFC 9113, section 6), and where padding and priority end. Each broken rule has its code there, and here.
 */
import { errorCode, flagAck, flagPadded, flagPriority, frameBytesMax, frameType, Http2Error, setting, windowBytesMax } from './frames.ts'

/** There are six settings, and each may move the windows of all streams. */
const settingsMax = 32

/** Throws for a frame that has the wrong length or stands on the wrong kind of stream. */
export function checkFrame(type: number, flags: number, id: number, length: number): void {
  switch (type) {
    case frameType.data:
      if (id === 0) throw new Http2Error(errorCode.protocol, 'DATA on stream 0')
      return
    case frameType.headers:
      if (id === 0 || id % 2 === 0) throw new Http2Error(errorCode.protocol, `HEADERS on stream ${id}`)
      return
    case frameType.priority:
      if (id === 0) throw new Http2Error(errorCode.protocol, 'PRIORITY of stream 0')
      if (length !== 5) throw new Http2Error(errorCode.frameSize, 'PRIORITY is not 5 bytes long', id)
      return
    case frameType.resetStream:
      if (length !== 4) throw new Http2Error(errorCode.frameSize, 'RST_STREAM is not 4 bytes long')
      if (id === 0) throw new Http2Error(errorCode.protocol, 'RST_STREAM on stream 0')
      return
    case frameType.settings:
      if (id !== 0) throw new Http2Error(errorCode.protocol, 'SETTINGS on a stream')
      if (flags & flagAck && length !== 0) throw new Http2Error(errorCode.frameSize, 'SETTINGS acknowledgement with a payload')
      if (length % 6 !== 0) throw new Http2Error(errorCode.frameSize, 'SETTINGS is not a multiple of 6 bytes long')
      if (length > settingsMax * 6) throw new Http2Error(errorCode.enhanceYourCalm, 'Too many settings')
      return
    case frameType.pushPromise:
      throw new Http2Error(errorCode.protocol, 'Clients cannot push')
    case frameType.ping:
      if (id !== 0) throw new Http2Error(errorCode.protocol, 'PING on a stream')
      if (length !== 8) throw new Http2Error(errorCode.frameSize, 'PING is not 8 bytes long')
      return
    case frameType.goAway:
      if (id !== 0) throw new Http2Error(errorCode.protocol, 'GOAWAY on a stream')
      if (length < 8) throw new Http2Error(errorCode.frameSize, 'GOAWAY is too short')
      return
    case frameType.windowUpdate:
      if (length !== 4) throw new Http2Error(errorCode.frameSize, 'WINDOW_UPDATE is not 4 bytes long')
      return
    default:
  }
}

export function checkSetting(name: number, value: number): void {
  switch (name) {
    case setting.enablePush:
      if (value > 1) throw new Http2Error(errorCode.protocol, 'ENABLE_PUSH is neither 0 nor 1')
      return
    case setting.initialWindowSize:
      if (value > windowBytesMax) throw new Http2Error(errorCode.flowControl, 'INITIAL_WINDOW_SIZE is too large')
      return
    case setting.maxFrameSize:
      // We send frames of 16 KB at most, which everybody must take.
      if (value < frameBytesMax || value > 16_777_215) throw new Http2Error(errorCode.protocol, 'MAX_FRAME_SIZE is out of range')
      return
    default:
  }
}

/** `at`: where the priority stands, in a PRIORITY frame or in HEADERS. That is all we want to know of it; kube-apiserver checks it too. */
export function checkPriority(id: number, buffer: Buffer, at: number): void {
  if ((buffer.readUInt32BE(at) & 0x7fff_ffff) === id) throw new Http2Error(errorCode.protocol, 'Stream depends on itself')
}

/** How many bytes at the end of a DATA or HEADERS frame are padding; its length stands in the first byte. */
export function paddingOf(flags: number, buffer: Buffer, start: number, end: number): number {
  if (!(flags & flagPadded)) return 0
  if (start === end) throw new Http2Error(errorCode.frameSize, 'Padded frame without a pad length')
  const padding = buffer[start] as number
  if (padding > end - start - 1) throw new Http2Error(errorCode.protocol, 'Padding is longer than its frame')
  return padding
}

/** Where the header block of a HEADERS frame begins: behind the pad length and the priority. */
export function blockStartOf(flags: number, start: number): number {
  return start + (flags & flagPadded ? 1 : 0) + (flags & flagPriority ? 5 : 0)
}
