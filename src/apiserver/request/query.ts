/**
 * Query parameters as Go reads them: the first of several counts for most, `dryRun` is a list, a `;` in the query drops
 * that piece, `+` is a blank. Parsed once per request and only when somebody asks: a GET of one object never does.
 */
export class Query {
  readonly #values: ReadonlyMap<string, readonly string[]>

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values
  }
  /** The first value. */
  get(name: string): string | undefined {
    return this.#values.get(name)?.[0]
  }
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }
  has(name: string): boolean {
    return this.#values.has(name)
  }
}

export const nothing = new Query(new Map())

export function parseQuery(text: string): Query {
  if (text === '') return nothing
  const values = new Map<string, string[]>()
  for (const piece of text.split('&')) {
    if (piece === '' || piece.includes(';')) continue
    const equals = piece.indexOf('=')
    const name = decode(equals < 0 ? piece : piece.slice(0, equals))
    const value = equals < 0 ? '' : decode(piece.slice(equals + 1))
    if (name === undefined || value === undefined) continue
    const list = values.get(name)
    if (list === undefined) values.set(name, [value])
    else list.push(value)
  }
  return new Query(values)
}

function decode(text: string): string | undefined {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return undefined
  }
}

/** Go's lenient reading of booleans in queries: anything but "false" and "0" is true, also nothing. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && value.toLowerCase() !== 'false' && value !== '0'
}
