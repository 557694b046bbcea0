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

export type Media = 'json' | 'yaml' | 'protobuf'
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
}
const mediaByType: Readonly<Record<string, Media>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
}

export interface Offer {
  readonly media: readonly Media[]
  /** Table and PartialObjectMetadata can be had. */
  readonly transforms: boolean
  /** A collection: it can be watched. */
  readonly isCollection?: boolean
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
    if (isPlain(accept) || this.#kept.has(accept) || routerAccepts(accept, this.#offer)) return
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
  for (const clause of parseAccept(accept)) {
    const media = mediaOf(clause.type, offer)
    if (media === undefined) continue
    const representation = withParameters(media, clause.parameters, offer)
    if (representation !== undefined) return representation
  }
  throw onlyAccepted(offer)
}

function onlyAccepted({ media }: Offer): Error {
  return notAcceptable(`only the following media types are accepted: ${media.map((one) => mediaTypes[one]).join(', ')}`)
}

/** What could be shown, but not as a stream. */
export function onlyStreams(): Error {
  const { json, protobuf } = mediaTypes
  return notAcceptable(`only the following media types are accepted: ${json};stream=watch, ${protobuf};stream=watch`)
}

function available({ media, isCollection }: Offer): string {
  const types = media.map((one) => mediaTypes[one])
  const streams = isCollection ? types.filter((type) => type !== mediaTypes.yaml).map((type) => `${type};stream=watch`) : []
  return [...types, ...streams].join(', ')
}

/** Go-restful compares whole types, parameters left out. */
function routerAccepts(accept: string, { media }: Offer): boolean {
  return accept.split(',').some((part) => {
    const type = (part.split(';')[0] as string).trim()
    return type === '*/*' || (Object.hasOwn(mediaByType, type) && media.includes(mediaByType[type] as Media))
  })
}

export function mediaOf(type: string, { media }: Offer): Media | undefined {
  if (type === '*/*' || type === 'application/*') return media[0]
  const named = Object.hasOwn(mediaByType, type) ? mediaByType[type] : undefined
  return named !== undefined && media.includes(named) ? named : undefined
}

function withParameters(media: Media, parameters: ReadonlyMap<string, string>, offer: Offer): Representation | undefined {
  const as = parameters.get('as')
  const stream = parameters.get('stream')
  if (stream !== undefined && stream !== '' && (stream !== 'watch' || media === 'yaml')) return undefined
  if (parameters.has('sv') && parameters.get('sv') !== '') return undefined
  const isPretty = parameters.get('pretty') === '1'
  if (as === undefined && !parameters.has('g') && !parameters.has('v')) return isPretty ? { media, isPretty } : { media }
  const version = parameters.get('v') ?? ''
  if (!offer.transforms || parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined
  if (as === 'Table') return media === 'protobuf' ? undefined : { media, transform: 'Table', transformVersion: version, isPretty }
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
    return { media, transform: as, transformVersion: version, isPretty }
  }
  return undefined
}

/** By quality, highest first; equals in the order they came. */
export function parseAccept(accept: string): Clause[] {
  const clauses: Clause[] = []
  for (const part of accept.split(',')) {
    const [type = '', ...rest] = part.split(';')
    const parameters = new Map<string, string>()
    let quality = 1
    for (const parameter of rest) {
      const equals = parameter.indexOf('=')
      if (equals < 0) continue
      const name = parameter.slice(0, equals).trim()
      const value = parameter.slice(equals + 1).trim()
      if (name === 'q') quality = Number.parseFloat(value)
      else parameters.set(name, value)
    }
    clauses.push({ type: type.trim(), parameters, quality: Number.isNaN(quality) ? 1 : quality })
  }
  return clauses.sort((a, b) => b.quality - a.quality)
}
