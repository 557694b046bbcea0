/**
 * PEM blocks, found as Go's encoding/pem finds them: whatever stands before, between and behind them is passed over, and a block whose end is
 * missing, or whose text is no base64, is no block.
 *
 *     pemBlocks('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')     [{type: 'CERTIFICATE', bytes: 3}]
 */
export interface PemBlock {
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  let rest = text
  for (;;) {
    const found = nextBlock(rest)
    if (found === undefined) return blocks
    blocks.push(found.block)
    rest = found.rest
  }
}

/** The first block, and what stands behind it. */
export function nextBlock(text: string): { block: PemBlock; rest: string } | undefined {
  const begin = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t]*\r?(?:\n|$)/g
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const type = match[1] ?? ''
    const start = match.index + match[0].length
    const end = endOf(text, start, type)
    if (end !== undefined) {
      const inner = splitHeaders(text.slice(start, end.from))
      const base64 = inner.body.replace(/[\r\n \t]/g, '')
      if (isBase64(base64))
        return { block: { type, headers: inner.headers, bytes: Buffer.from(base64, 'base64') }, rest: text.slice(end.to) }
    }
    // The newline in front of the next beginning may be the one behind this.
    begin.lastIndex = start - 1
  }
  return undefined
}

function endOf(text: string, start: number, type: string): { from: number; to: number } | undefined {
  const line = `-----END ${type}-----`
  const at = text.startsWith(line, start) ? start : text.indexOf(`\n${line}`, start)
  if (at < 0) return undefined
  const behind = (text.startsWith('\n', at) ? at + 1 : at) + line.length
  const tail = /^[ \t]*\r?(?:\n|$)/.exec(text.slice(behind))
  return tail === null ? undefined : { from: at, to: behind + tail[0].length }
}

function splitHeaders(text: string): { headers: Record<string, string>; body: string } {
  const headers: Record<string, string> = {}
  let body = text
  for (;;) {
    const line = /^([^\n]*)(?:\n|$)/.exec(body)?.[0] ?? ''
    const colon = line.indexOf(':')
    if (line === '' || colon < 0) return { headers, body }
    headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim()
    body = body.slice(line.length)
  }
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}
