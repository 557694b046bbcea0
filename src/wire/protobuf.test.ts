/** Protobuf primitives: what is written reads back, and truncated or hostile input is an error, never a crash. */
import { describe, expect, test } from 'vitest'
import { ProtobufError, ProtobufReader, ProtobufWriter } from './protobuf.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const read = (text: string): ProtobufReader => new ProtobufReader(Buffer.from(text, 'hex'))

describe('integers', () => {
  const cases: [number | bigint, string][] = [
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [2 ** 31, '8080808008'],
    [2 ** 32 - 1, 'ffffffff0f'],
    [2 ** 32, '8080808010'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
    [9_223_372_036_854_775_807n, 'ffffffffffffffff7f'],
    [-1, 'ffffffffffffffffff01'],
    [-2147483648, '80808080f8ffffffff01'],
    [Number.MIN_SAFE_INTEGER, '81808080808080f0ff01'],
    [-9_223_372_036_854_775_808n, '80808080808080808001'],
  ]
  test.each(cases)('%s is %s', (value, bytes) => {
    const writer = new ProtobufWriter(1)
    writer.int64(value)
    expect(hex(writer.finish())).toBe(bytes)
    expect(read(bytes).int64()).toBe(value)
  })
  test('unsigned ones beyond the safe range are bigints', () => {
    expect(read('ffffffffffffffffff01').uint64()).toBe(0xffff_ffff_ffff_ffffn)
    expect(read('ffffffffffffffffff01').int32()).toBe(-1)
  })
  test('what is no integer or does not fit is refused', () => {
    const writer = new ProtobufWriter()
    for (const bad of [1.5, Number.NaN, 2 ** 60, 1n << 64n]) expect(() => writer.int64(bad)).toThrow(RangeError)
  })
})

test('messages of every length nest and come back', () => {
  for (const size of [0, 1, 41, 42, 43, 126, 127, 128, 16_383, 16_384, 70_000]) {
    const writer = new ProtobufWriter(1)
    const outer = writer.begin(1)
    const inner = writer.begin(2)
    writer.stringField(3, 'é'.repeat(size))
    writer.end(inner)
    writer.boolField(4, true)
    writer.end(outer)
    writer.doubleField(5, 0.1)
    const reader = new ProtobufReader(writer.finish())
    expect(reader.tag()).toBe((1 << 3) | 2)
    const outerLimit = reader.enter()
    reader.tag()
    const innerLimit = reader.enter()
    expect(reader.tag() >>> 3).toBe(3)
    expect(reader.string()).toBe('é'.repeat(size))
    reader.leave(innerLimit)
    expect(reader.tag() >>> 3).toBe(4)
    expect(reader.bool()).toBe(true)
    reader.leave(outerLimit)
    expect(reader.tag()).toBe((5 << 3) | 1)
    expect(reader.double()).toBe(0.1)
    expect(reader.isDone).toBe(true)
  }
})

test('fixed widths, floats, raw bytes and reset', () => {
  const writer = new ProtobufWriter(1)
  writer.string('gone')
  writer.reset()
  writer.fixed32(0xdeadbeef)
  writer.fixed64(-1n)
  writer.float(1.5)
  writer.bytesField(1, new Uint8Array([1, 2]))
  expect(hex(writer.view())).toBe('efbeaddeffffffffffffffff0000c03f0a020102')
  const reader = new ProtobufReader(writer.finish())
  expect(reader.fixed32()).toBe(0xdeadbeef)
  expect(reader.fixed64()).toBe(0xffff_ffff_ffff_ffffn)
  expect(reader.float()).toBe(1.5)
  reader.tag()
  expect([...reader.bytes()]).toEqual([1, 2])
})

describe('broken input throws ProtobufError', () => {
  const readAll = (reader: ProtobufReader): void => {
    while (!reader.isDone) {
      const tag = reader.tag()
      reader.skip(tag & 7)
    }
  }
  test.each([
    ['a tag without a value', '08'],
    ['field zero', '0000'],
    ['a varint of eleven bytes', '08ffffffffffffffffffff01'],
    ['a length beyond the end', '0a05aa'],
    ['a huge length', '0affffffff0f'],
    ['a length of more than 32 bits', '0affffffffff01'],
    ['wire type 6', '0e'],
    ['wire type 7', '0f'],
    ['an end group alone', '0c'],
    ['an open group', '0b0801'],
    ['groups without end', '0b'.repeat(10_000)],
    ['half a fixed64', '09000000'],
  ])('%s', (_, bytes) => {
    expect(() => readAll(read(bytes))).toThrow(ProtobufError)
  })
  test('a nested message may not read past its own end', () => {
    const reader = read('0a02 0a7f 6162'.replaceAll(' ', ''))
    reader.tag()
    reader.enter()
    reader.tag()
    expect(() => reader.string()).toThrow(ProtobufError)
  })
  test('bits beyond the 64th are dropped, as Go drops them', () =>
    expect(read('ffffffffffffffffff02').uint64()).toBe(0x7fff_ffff_ffff_ffffn))
  test('a group is passed over', () => readAll(read('0b080113 0801 14 0c'.replaceAll(' ', ''))))
  test('strings that are not UTF-8 keep their place', () => expect(read('02ff41').string()).toBe('\ufffdA'))
})
