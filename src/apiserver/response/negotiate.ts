/**
 * Which form an answer takes: what the Accept header asks for, against what can be made. The same header comes with
 * nearly every request of a client, so results are kept by its text.
 *
 *     application/json                                         JSON, spliced from stored bytes
 *     application/json;as=Table;v=v1;g=meta.k8s.io,application/json     a Table
 *     application/vnd.kubernetes.protobuf,application/json     protobuf
 *
 * What a newcomer would get wrong: there are two refusals with different texts. The router's comes first and knows only whole
 * media types (`application/*` is none); the second is for a bad `as=`.
 */
import { notAcceptable } from '../../apimachinery/status-error.ts'

export type BinaryMedia = 'protobuf' | 'cbor'
export type Media = 'json' | 'yaml' | BinaryMedia
export type Transform = 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'

export interface Representation {
  readonly media: Media
  readonly transform?: Transform
  /** Of the transform: meta.k8s.io/v1 or v1beta1. */
  readonly transformVersion?: string
  readonly isStream?: boolean
  readonly isPretty?: boolean
}

export const mediaTypes: Readonly<Record<Media, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
  cbor: 'application/cbor',
}
/** CBOR is for objects only. */
export const discoveryMedia: readonly Media[] = ['json', 'yaml', 'protobuf']
/** What a watch in CBOR says it is, and what it may be asked for as. */
export const cborSequence = 'application/cbor-seq'
const mediaByType: Readonly<Record<string, Media>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
  'application/cbor': 'cbor',
}

export interface Offer {
  readonly media: readonly Media[]
  /** Table and PartialObjectMetadata can be had. */
  readonly transforms: boolean
  /** A collection: it can be watched. */
  readonly isCollection?: boolean
  /** No router has looked at the header before. */
  readonly isUnrouted?: boolean
  /** Errors: whoever is not understood gets JSON for people. */
  readonly isError?: boolean
}

const json: Representation = { media: 'json' }
const keptMax = 512

export class Negotiator {
  readonly #offer: Offer
  readonly #kept = new Map<string, Representation>()

  constructor(offer: Offer) {
    this.#offer = offer
  }

  /** The router looks first, before anybody reads the query. Throws 406. */
  checkRoute(accept: string | undefined): void {
    if (isPlain(accept) || this.#kept.has(accept) || this.#offer.isUnrouted || routerAccepts(accept, this.#offer)) return
    throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${available(this.#offer)}`, {})
  }

  /** Throws 406. */
  negotiate(accept: string | undefined): Representation {
    if (isPlain(accept)) return json
    let found = this.#kept.get(accept)
    if (found === undefined) {
      this.checkRoute(accept)
      found = choose(accept, this.#offer)
      if (this.#kept.size >= keptMax) this.#kept.clear()
      this.#kept.set(accept, found)
    }
    return found
  }
}

function isPlain(accept: string | undefined): accept is undefined | '' | '*/*' | 'application/json' {
  return accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json'
}

interface Clause {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

function choose(accept: string, offer: Offer): Representation {
  for (const { type, parameters } of parseAccept(accept)) {
    for (const media of offer.media) {
      if (!isMatch(type, mediaTypes[media])) continue
      const representation = withParameters(media, parameters, offer)
      if (representation !== undefined) return representation
    }
  }
  if (offer.isError) return { media: 'json', isPretty: true }
  throw onlyAccepted(offer.media.map((media) => mediaTypes[media]))
}

/** A watch of what cannot be streamed. */
export function onlyStreamsAccepted(offered: readonly Media[]): Error {
  return onlyAccepted(streams(offered))
}

function onlyAccepted(types: readonly string[]): Error {
  return notAcceptable(`only the following media types are accepted: ${types.join(', ')}`)
}

function streams(offered: readonly Media[]): string[] {
  return offered.filter((media) => media !== 'yaml').map((media) => (media === 'cbor' ? cborSequence : `${mediaTypes[media]};stream=watch`))
}

function available({ media, isCollection }: Offer): string {
  return [...media.map((one) => mediaTypes[one]), ...(isCollection ? streams(media) : [])].join(', ')
}

/** Go-restful compares whole types, parameters left out. */
function routerAccepts(accept: string, { media, isCollection }: Offer): boolean {
  return accept.split(',').some((part) => {
    const type = (part.split(';')[0] as string).trim()
    if (type === cborSequence) return isCollection === true && media.includes('cbor')
    return type === '*/*' || (Object.hasOwn(mediaByType, type) && media.includes(mediaByType[type] as Media))
  })
}

export function isBinary(media: Media): media is BinaryMedia {
  return media === 'protobuf' || media === 'cbor'
}

export function isMatch(wanted: string, type: string): boolean {
  return wanted === type || wanted === '*/*' || wanted === 'application/*'
}

function withParameters(media: Media, parameters: ReadonlyMap<string, string>, offer: Offer): Representation | undefined {
  const as = parameters.get('as')
  const stream = parameters.get('stream')
  if (stream !== undefined && (stream !== 'watch' || media === 'yaml')) return undefined
  const serverVersion = parameters.get('sv') ?? ''
  if (serverVersion !== '' && (offer.isError || serverVersion !== 'v1')) return undefined
  const isPretty = parameters.get('pretty') === '1'
  if (as === undefined && !parameters.has('g') && !parameters.has('v')) return isPretty ? { media, isPretty } : { media }
  const version = parameters.get('v') ?? ''
  if (!offer.transforms || parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined
  if (as === 'Table')
    return media === 'protobuf' || media === 'cbor' ? undefined : { media, transform: 'Table', transformVersion: version, isPretty }
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
    return { media, transform: as, transformVersion: version, isPretty }
  }
  return undefined
}

/** As goautoneg reads it: what is malformed is left out. */
export function parseAccept(accept: string): Clause[] {
  const clauses: Clause[] = []
  for (const part of accept.split(',')) {
    const [range = '', ...rest] = part.split(';')
    const type = typeOf(range)
    if (type === undefined) continue
    const parameters = new Map<string, string>()
    let quality = 1
    for (const parameter of rest) {
      const [name = '', value = '', more] = parameter.split('=')
      if (value === '' || more) continue
      if (name.trim() === 'q') quality = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : 0
      else parameters.set(name.trim(), value.trim())
    }
    clauses.push({ type, parameters, quality })
  }
  return sorted(clauses)
}

function typeOf(range: string): string | undefined {
  const [main = '', sub = '', more] = range.split('/')
  if (more) return undefined
  if (sub === '') return main.trim() === '*' ? '*/*' : undefined
  return `${main.trim()}/${sub.trim()}`
}

/** Its order is no order (a `*` stands behind whatever its quality), so the way of sorting shows: by insertion, as Go sorts short lists. */
function sorted(clauses: Clause[]): Clause[] {
  if (clauses.length > 12) return clauses.sort((a, b) => b.quality - a.quality)
  for (let i = 1; i < clauses.length; i++) {
    for (let j = i; j > 0 && isBefore(clauses[j] as Clause, clauses[j - 1] as Clause); j--) {
      const one = clauses[j] as Clause
      clauses[j] = clauses[j - 1] as Clause
      clauses[j - 1] = one
    }
  }
  return clauses
}

function isBefore(a: Clause, b: Clause): boolean {
  if (a.quality > b.quality) return true
  if (!a.type.startsWith('*/') && b.type.startsWith('*/')) return true
  return !a.type.endsWith('/*') && b.type.endsWith('/*')
}
