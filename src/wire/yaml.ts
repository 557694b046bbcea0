/**
 * Reading YAML as sigs.k8s.io/yaml does, that is as go-yaml v2 and then as JSON. js-yaml splits the text into events; what they mean is decided
 * here, because the differences matter to users: YAML 1.1 scalars (`yaml-scalars.ts`), keys that are numbers or booleans become text, `<<` merges in
 * place, and a key that is set twice is reported with its line while the last one wins.
 *
 *     parseYaml('a: 1\na: 2\n', { onDuplicate: ({ line, key }) => … })      → { a: 2 }, line 2, 'a'
 *
 * Servers must import this file dynamically: most of them never see YAML and the parser is 130 KB. Input is hostile: nesting is limited, aliases may not
 * multiply (the limit is go-yaml's), `__proto__` is a key like any other. Everything wrong throws `YamlError`.
 */
import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml'
import { membersOf, scanJson } from './json.ts'
import { formatNumber } from './yaml-format.ts'
import { resolveScalar } from './yaml-scalars.ts'

export class YamlError extends Error {
  override readonly name = 'YamlError'
}

export interface DuplicateKey {
  /** Of the value that came later, from 1. */
  readonly line: number
  readonly key: string
  /** `line 5: key "data" already set in map` */
  readonly message: string
}

export interface ParseYamlOptions {
  readonly onDuplicate?: (duplicate: DuplicateKey) => void
}

const depthMax = 1000

/** The first document; null when there is none. Bytes must be UTF-8. */
export function parseYaml(input: string | Uint8Array, options: ParseYamlOptions = {}): unknown {
  const text = typeof input === 'string' ? input : decodeUtf8(input)
  const json = plainJson(text)
  if (json !== undefined) return json
  let events: Event[]
  try {
    events = parseEvents(text, { maxDepth: depthMax })
  } catch (error) {
    throw new YamlError(error instanceof YAMLException ? describe(error, text) : 'yaml: document is nested too deeply', { cause: error })
  }
  const reader = new DocumentReader(text, events, options.onDuplicate)
  return reader.isDone ? null : (reader.document() ?? null)
}

/** Characters that JSON may hold and YAML may not, and escapes that YAML reads as something else. */
const notYaml = /[\x7f-\x84\x86-\x9f\ufeff\ufffd-\uffff]|\\u[dD][89a-fA-F]/

/**
 * Most of what comes as YAML is JSON: what programs apply. That is read by JSON's own parser, at a twentieth of the time, unless the two could see
 * different things in it: a key that stands twice, a number that is written oddly. Undefined: not that.
 */
function plainJson(text: string): unknown {
  const first = /^\s*(.)/.exec(text)?.[1]
  if ((first !== '{' && first !== '[') || notYaml.test(text)) return undefined
  try {
    const { members, hasOddNumbers } = scanJson(text)
    if (hasOddNumbers) return undefined
    const value: unknown = JSON.parse(text)
    return membersOf(value) === members ? value : undefined
  } catch {
    return undefined
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new YamlError('yaml: invalid leading UTF-8 octet', { cause })
  }
}

/** go-yaml's words where they can be told from js-yaml's. Its scanner names no line when it is the first. */
function describe(error: YAMLException, text: string): string {
  const { mark, reason } = error
  if (mark === undefined) return `yaml: ${reason}`
  const line = mark.line + 1
  const scanned = scannerProblem(reason, text.charAt(mark.position))
  if (scanned !== undefined) return `yaml: ${line === 1 ? '' : `line ${line}: `}${scanned}`
  return `yaml: line ${line}: ${reason === unclosedFlow ? flowProblem(text) : reason}`
}

const unclosedFlow = 'unexpected end of the stream within a flow collection'

function scannerProblem(reason: string, at: string): string | undefined {
  switch (reason) {
    case 'tab characters must not be used in indentation':
      return 'found character that cannot start any token'
    case 'unknown escape sequence':
      return 'found unknown escape character'
    case 'unexpected end of the stream within a single quoted scalar':
    case 'unexpected end of the stream within a double quoted scalar':
      return 'found unexpected end of stream'
    case 'bad indentation of a mapping entry':
      if (at === ':') return 'mapping values are not allowed in this context'
      if ('@`%'.includes(at)) return 'found character that cannot start any token'
      return ']}'.includes(at) ? 'did not find expected node content' : undefined
    default:
      return undefined
  }
}

function flowProblem(text: string): string {
  const rest = text.trimEnd()
  if (/[[{,]$/.test(rest)) return 'did not find expected node content'
  return `did not find expected ',' or '${rest.lastIndexOf('[') > rest.lastIndexOf('{') ? ']' : '}'}'`
}

/** `<<` as an unquoted key. */
const mergeKey = Symbol('merge')

class DocumentReader {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #onDuplicate: ((duplicate: DuplicateKey) => void) | undefined
  #at = 0
  /** Where the node of each anchor begins. */
  #anchors = new Map<string, number>()
  #open = new Set<string>()
  #aliasDepth = 0
  #nodes = 0
  #aliasNodes = 0
  /** Position of a line break that was counted up to, for line numbers of duplicates. */
  #countedTo = 0
  #countedLines = 1
  /** The first line break at or behind `#countedTo`: looked for once, however often it is asked for. */
  #nextBreak: number

  constructor(text: string, events: readonly Event[], onDuplicate: ((duplicate: DuplicateKey) => void) | undefined) {
    this.#text = text
    this.#nextBreak = this.#breakFrom(0)
    this.#events = events
    this.#onDuplicate = onDuplicate
  }

  get isDone(): boolean {
    return this.#at >= this.#events.length
  }

  document(): unknown {
    this.#expect(EVENT_ID.DOCUMENT)
    this.#anchors = new Map()
    this.#nodes = 0
    this.#aliasNodes = 0
    const value = this.#peek().type === EVENT_ID.POP ? null : this.#node()
    this.#expect(EVENT_ID.POP)
    return value
  }

  #node(): unknown {
    this.#count()
    const start = this.#at
    const event = this.#next()
    switch (event.type) {
      case EVENT_ID.SCALAR:
        this.#anchor(event, start)
        return this.#scalar(event)
      case EVENT_ID.SEQUENCE: {
        this.#anchor(event, start)
        const items: unknown[] = []
        while (this.#peek().type !== EVENT_ID.POP) items.push(this.#node())
        this.#at++
        return items
      }
      case EVENT_ID.MAPPING: {
        this.#anchor(event, start)
        const mapping: Record<string, unknown> = {}
        this.#mapping(mapping)
        return mapping
      }
      case EVENT_ID.ALIAS:
        return this.#atAlias(event, () => this.#node())
      default:
        throw new YamlError('yaml: unexpected end')
    }
  }

  /** Reads members up to the end of a mapping whose begin was read. */
  #mapping(into: Record<string, unknown>): void {
    while (this.#peek().type !== EVENT_ID.POP) {
      const key = this.#key()
      if (key === mergeKey) {
        this.#merge(into)
        continue
      }
      const valueAt = this.#at
      const value = this.#node()
      if (Object.hasOwn(into, key)) this.#reportDuplicate(key, valueAt)
      if (key === '__proto__') Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true })
      else into[key] = value
    }
    this.#at++
  }

  #key(): string | typeof mergeKey {
    const event = this.#peek()
    if (
      event.type === EVENT_ID.SCALAR &&
      event.style === SCALAR_STYLE.PLAIN &&
      event.tagStart < 0 &&
      getScalarValue(this.#text, event) === '<<'
    ) {
      this.#at++
      return mergeKey
    }
    const key = this.#node()
    if (typeof key === 'string') return key
    if (typeof key === 'boolean') return String(key)
    // Through 32 bits, as sigs.k8s.io/yaml does with fractions.
    if (typeof key === 'number') return Number.isInteger(key) ? formatNumber(key) : formatNumber(Number(Math.fround(key).toPrecision(7)))
    throw new YamlError(key === null ? 'unsupported map key of type: %!s(<nil>), key: <nil>' : 'yaml: invalid map key')
  }

  #merge(into: Record<string, unknown>): void {
    this.#count()
    const event = this.#next()
    if (event.type === EVENT_ID.MAPPING) {
      this.#anchor(event, this.#at - 1)
      return this.#mapping(into)
    }
    if (event.type === EVENT_ID.ALIAS)
      return this.#atAlias(event, () => (this.#peek().type === EVENT_ID.MAPPING ? this.#merge(into) : wantsMap()))
    if (event.type !== EVENT_ID.SEQUENCE) return wantsMap()
    const starts: number[] = []
    while (this.#peek().type !== EVENT_ID.POP) {
      starts.push(this.#at)
      this.#skip()
    }
    const end = this.#at + 1
    // The first of several wins, so it comes last.
    for (const start of starts.reverse()) {
      this.#at = start
      const { type } = this.#peek()
      if (type !== EVENT_ID.MAPPING && type !== EVENT_ID.ALIAS) wantsMap()
      this.#merge(into)
    }
    this.#at = end
  }

  /** Passes over one node and remembers its anchors. */
  #skip(): void {
    let depth = 0
    do {
      const start = this.#at
      const event = this.#next()
      if (event.type === EVENT_ID.POP) depth--
      else if (event.type !== EVENT_ID.ALIAS) {
        if (event.type !== EVENT_ID.DOCUMENT) this.#anchor(event, start)
        if (event.type !== EVENT_ID.SCALAR) depth++
      }
    } while (depth > 0)
  }

  #scalar(event: Event & { type: typeof EVENT_ID.SCALAR }): unknown {
    const value = getScalarValue(this.#text, event)
    const tag = event.tagStart < 0 ? '' : this.#text.slice(event.tagStart, event.tagEnd).replace(/^!<tag:yaml.org,2002:(.*)>$/, '!!$1')
    if (tag === '') return event.style === SCALAR_STYLE.PLAIN ? this.#finite(resolveScalar(value)) : value
    if (tag === '!!binary') return Buffer.from(value, 'base64').toString('utf8')
    const kinds: Readonly<Record<string, (scalar: unknown) => boolean>> = {
      '!!int': (scalar) => Number.isInteger(scalar),
      '!!float': (scalar) => typeof scalar === 'number',
      '!!bool': (scalar) => typeof scalar === 'boolean',
      '!!null': (scalar) => scalar === null,
    }
    const fits = kinds[tag]
    if (fits === undefined) return value
    const scalar = resolveScalar(value)
    if (!fits(scalar)) throw new YamlError(`yaml: cannot decode !!str \`${value}\` as a ${tag}`)
    return this.#finite(scalar)
  }

  #finite(scalar: unknown): unknown {
    if (typeof scalar === 'number' && !Number.isFinite(scalar))
      throw new YamlError(`json: unsupported value: ${Number.isNaN(scalar) ? 'NaN' : scalar > 0 ? '+Inf' : '-Inf'}`)
    return scalar
  }

  #anchor(event: { anchorStart: number; anchorEnd: number }, start: number): void {
    if (event.anchorStart >= 0) this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), start)
  }

  #atAlias<T>(event: { anchorStart: number; anchorEnd: number }, read: () => T): T {
    const name = this.#text.slice(event.anchorStart, event.anchorEnd)
    const start = this.#anchors.get(name)
    if (start === undefined) throw new YamlError(`yaml: unknown anchor '${name}' referenced`)
    if (this.#open.has(name) || this.#encloses(start)) throw new YamlError(`yaml: anchor '${name}' value contains itself`)
    const back = this.#at
    this.#open.add(name)
    this.#aliasDepth++
    this.#at = start
    const value = read()
    this.#aliasDepth--
    this.#open.delete(name)
    this.#at = back
    return value
  }

  /** Whether the node that begins at `start` is still open here. */
  #encloses(start: number): boolean {
    if (this.#aliasDepth > 0) return false
    let depth = 0
    for (let at = start; at < this.#at - 1; at++) {
      const { type } = this.#events[at] as Event
      if (type === EVENT_ID.POP) depth--
      else if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++
      if (depth === 0) return false
    }
    return depth > 0
  }

  /** go-yaml's rule: a large document may not consist of aliases for the most part. */
  #count(): void {
    this.#nodes++
    if (this.#aliasDepth > 0) this.#aliasNodes++
    if (this.#aliasNodes <= 100 || this.#nodes <= 1000) return
    const allowed = this.#nodes <= 400_000 ? 0.99 : this.#nodes >= 4_000_000 ? 0.1 : 0.99 - (0.89 * (this.#nodes - 400_000)) / 3_600_000
    if (this.#aliasNodes / this.#nodes > allowed) throw new YamlError('yaml: document contains excessive aliasing')
  }

  #reportDuplicate(key: string, valueAt: number): void {
    if (this.#onDuplicate === undefined) return
    const event = this.#events[valueAt] as Event
    const position =
      'start' in event ? event.start : 'valueStart' in event ? event.valueStart : 'anchorStart' in event ? event.anchorStart : 0
    const line = this.#lineAt(position)
    this.#onDuplicate({ line, key, message: `line ${line}: key ${JSON.stringify(key)} already set in map` })
  }

  #lineAt(position: number): number {
    if (position < this.#countedTo) {
      this.#countedTo = 0
      this.#countedLines = 1
      this.#nextBreak = this.#breakFrom(0)
    }
    while (this.#nextBreak < position) {
      this.#countedLines++
      this.#countedTo = this.#nextBreak + 1
      this.#nextBreak = this.#breakFrom(this.#countedTo)
    }
    return this.#countedLines
  }

  #breakFrom(position: number): number {
    const at = this.#text.indexOf('\n', position)
    return at === -1 ? Number.POSITIVE_INFINITY : at
  }

  #peek(): Event {
    const event = this.#events[this.#at]
    if (event === undefined) throw new YamlError('yaml: unexpected end')
    return event
  }

  #next(): Event {
    const event = this.#peek()
    this.#at++
    return event
  }

  #expect(type: Event['type']): void {
    if (this.#next().type !== type) throw new YamlError('yaml: unexpected end')
  }
}

function wantsMap(): never {
  throw new YamlError('yaml: map merge requires map or sequence of maps as the value')
}
