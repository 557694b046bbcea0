/**
 * HPACK: the standard's own examples (RFC 7541, appendix C), every byte through Huffman as another implementation writes it, and what a
 * hostile client may try with indexes, integers, padding and table sizes.
 */
import { connect } from 'node:http2'
import { assert, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { realClock } from '../../std/clock.ts'
import { silentLog } from '../../std/log.ts'
import { integer, literal } from '../../testing/http2-peer.ts'
import { startHttpServer } from '../http-server.ts'
import { HpackDecoder, HpackError } from './hpack-decoder.ts'

function decode(decoder: HpackDecoder, bytes: Buffer | string, listBytesMax = 65_536): readonly string[] {
  const block = typeof bytes === 'string' ? Buffer.from(bytes.replaceAll(' ', ''), 'hex') : bytes
  const lines: string[] = []
  decoder.decode(block, 0, block.length, listBytesMax, (name, value) => lines.push(`${name}: ${value}`))
  return lines
}

const refuses = (bytes: Buffer | string, why: RegExp, decoder = new HpackDecoder()): void => {
  expect(() => decode(decoder, bytes)).toThrow(HpackError)
  expect(() => decode(new HpackDecoder(), bytes)).toThrow(why)
}

test('literals and indexes (C.2)', () => {
  const decoder = new HpackDecoder()
  expect(decode(decoder, '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572')).toEqual(['custom-key: custom-header'])
  expect(decoder.tableBytes).toBe(55)
  expect(decode(decoder, '040c 2f73 616d 706c 652f 7061 7468')).toEqual([':path: /sample/path'])
  expect(decode(decoder, '1008 7061 7373 776f 7264 0673 6563 7265 74')).toEqual(['password: secret'])
  expect(decode(decoder, '82')).toEqual([':method: GET'])
  expect(decoder.tableBytes).toBe(55)
})

const first = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com']
const second = [...first, 'cache-control: no-cache']
const third = [':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com', 'custom-key: custom-value']

test('three requests of one connection (C.3)', () => {
  const decoder = new HpackDecoder()
  expect(decode(decoder, '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d')).toEqual(first)
  expect(decode(decoder, '8286 84be 5808 6e6f 2d63 6163 6865')).toEqual(second)
  expect(decode(decoder, '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65')).toEqual(third)
  expect(decoder.tableBytes).toBe(164)
})

test('three requests of one connection, with Huffman (C.4)', () => {
  const decoder = new HpackDecoder()
  expect(decode(decoder, '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff')).toEqual(first)
  expect(decode(decoder, '8286 84be 5886 a8eb 1064 9cbf')).toEqual(second)
  expect(decode(decoder, '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf')).toEqual(third)
  expect(decoder.tableBytes).toBe(164)
})

test('every byte that a value may have comes through node:http2’s Huffman', async () => {
  let seen = ''
  await using closing = new AsyncDisposableStack()
  const server = await startHttpServer({
    handler: (request) => {
      seen = request.headers['value'] ?? ''
      return { status: 200, headers: {} }
    },
    host: '127.0.0.1',
    port: 0,
    clock: realClock,
    log: silentLog,
  })
  closing.defer(() => server.close())
  const session = connect(`http://127.0.0.1:${server.port}`)
  closing.defer(() => session.close())
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte > 0x20 && byte !== 0x7f)
  // Digits around each, so that the whole is worth compressing and every symbol begins at every bit of a byte.
  const value = bytes.map((byte, index) => `${'0'.repeat(index % 9)}${String.fromCharCode(byte)}aeiost`).join('')
  for (let turn = 0; turn < 3; turn++) {
    await new Promise<void>((resolve, reject) => {
      const stream = session.request({ ':path': '/', value: Buffer.from(value, 'latin1').toString('latin1') })
      stream.on('error', reject).on('close', resolve).resume()
    })
    expect(seen).toBe(value)
  }
})

test('indexes beyond the tables are refused', () => {
  refuses('80', /Index 0/)
  refuses('be', /Index 62 is beyond/)
  refuses('7e 01 61', /Index 62 is beyond/)
  refuses('1f 2f 01 61', /Index 62 is beyond/)
  refuses('ff ff ff ff 7f', /beyond the table/)
})

test('integers are at most four bytes behind their prefix', () => {
  refuses('ff 80 80 80 80 01', /Integer is too long/)
  refuses('ff ff ff ff ff ff ff ff ff 01', /Integer is too long/)
  refuses('ff', /Block ends within an integer/)
  refuses('ff 80', /Block ends within an integer/)
  refuses(Buffer.concat([Buffer.from([0]), integer(2 ** 28, 7)]), /Block ends within a string/)
})

test('strings end within their block', () => {
  refuses('00', /Block ends before a string/)
  refuses('00 01', /Block ends within a string/)
  refuses('00 01 61', /Block ends before a string/)
  refuses('00 01 61 05 61', /Block ends within a string/)
})

test('Huffman: padding is at most seven ones, and there is no end of string', () => {
  const value = (hex: string): string => `00 01 61 ${((hex.length / 2) | 0x80).toString(16)} ${hex}`
  expect(decode(new HpackDecoder(), value('1f'))).toEqual(['a: a'])
  refuses(value('18'), /Broken Huffman/)
  refuses(value('1fff'), /Broken Huffman/)
  refuses(value('ff'), /Broken Huffman/)
  refuses(value('ffffffff'), /Broken Huffman/)
  refuses(value('fffffffc'), /Broken Huffman/)
  refuses(value('fe'), /Broken Huffman/)
})

test('table sizes: at most what we allow, only before the first header, and the table follows', () => {
  refuses('3f e2 1f', /Table size 4097 is above 4096/)
  refuses('82 20', /Table size update behind a header/)
  const decoder = new HpackDecoder()
  const fill = Buffer.concat([Buffer.from([0x40]), literal('name'), literal('value')])
  expect(decode(decoder, Buffer.concat([Buffer.from('3fe11f', 'hex'), fill, Buffer.from([0xbe])]))).toEqual(['name: value', 'name: value'])
  expect(decoder.tableBytes).toBe(41)
  expect(decode(decoder, '20 3f e1 1f')).toEqual([])
  expect(decoder.tableBytes).toBe(0)
  expect(() => decode(decoder, 'be')).toThrow(/beyond/)
})

test('an entry larger than the table empties it', () => {
  const decoder = new HpackDecoder()
  decode(decoder, Buffer.concat([Buffer.from([0x40]), literal('name'), literal('value')]))
  decode(decoder, Buffer.concat([Buffer.from([0x40]), literal('name'), literal('v'.repeat(5000))]))
  expect(decoder.tableBytes).toBe(0)
})

test('the table stays within its size, whatever comes, and its newest entry is 62', () => {
  const decoder = new HpackDecoder()
  for (let n = 0; n < 5000; n++) {
    decode(decoder, Buffer.concat([Buffer.from([0x40]), literal(`name-${n}`), literal('x'.repeat(n % 300))]))
    expect(decoder.tableBytes).toBeLessThanOrEqual(4096)
    expect(decode(decoder, 'be')).toEqual([`name-${n}: ${'x'.repeat(n % 300)}`])
  }
})

test('a list beyond its limit is read to its end and not handed out', () => {
  const decoder = new HpackDecoder()
  const block = Buffer.concat([Buffer.from([0x40]), literal('bomb'), literal('v'.repeat(4000)), Buffer.alloc(60_000, 0xbe)])
  const lines: string[] = []
  expect(decoder.decode(block, 0, block.length, 65_536, (name) => lines.push(name))).toBe(false)
  expect(lines).toHaveLength(16)
  expect(decode(decoder, 'be')).toHaveLength(1)
})

test('anything else is an HpackError, never another one, and leaves the table within its size', () => {
  assert(
    property(uint8Array({ maxLength: 100 }), (bytes) => {
      const decoder = new HpackDecoder()
      try {
        decode(decoder, Buffer.from(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(HpackError)
      }
      expect(decoder.tableBytes).toBeLessThanOrEqual(4096)
    }),
    { numRuns: 2000 },
  )
})
