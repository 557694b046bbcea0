/**
 * From decoded headers to a request's method, path, query and header record, with the checks of RFC 9113 section 8: which
 * pseudo-headers there must be and where, what may not be in a name or value. One `RequestHead` serves a connection for ever: the
 * decoder calls `add` for each header, then `problem` says whether the request is malformed.
 *
 * The header record has no prototype, so `headers.constructor` is as absent as the client left it, and a header called
 * `__proto__` is a header. `:authority` becomes `host`; repeated headers are joined with `, ` and cookies with `; `, and kept one by
 * one in `repeated`.
 */

/** Objects made by this constructor stay in V8's fast mode, which `Object.create(null)` ones do not. */
const HeaderRecord = function HeaderRecord() {} as unknown as { new (): Record<string, string>; prototype: unknown }
HeaderRecord.prototype = Object.create(null)

export function emptyHeaders(): Record<string, string> {
  return new HeaderRecord()
}

const goodName = /^[a-z0-9!#$%&'*+\-.^_`|~]+$/
const knownNames = new Set<string>()
const knownNamesMax = 1000
const badValue = /[\0\r\n]/
const badPath = /[\0- \x7f]/
const forbiddenNames = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

export class RequestHead {
  method = ''
  path = ''
  query = ''
  headers: Record<string, string> = new HeaderRecord()
  repeated: Record<string, string[]> | undefined
  /** -1 when the client did not say. */
  contentLength = -1
  #target = ''
  #scheme = ''
  #authority = ''
  #isBehindPseudo = false
  #problem = ''

  start(): void {
    this.method = ''
    this.headers = new HeaderRecord()
    this.repeated = undefined
    this.contentLength = -1
    this.#target = ''
    this.#scheme = ''
    this.#authority = ''
    this.#isBehindPseudo = false
    this.#problem = ''
  }

  /** A closure-free callback for the decoder. */
  readonly add = (name: string, value: string): void => {
    if (name.charCodeAt(0) === 58) return this.#addPseudo(name, value)
    this.#isBehindPseudo = true
    if (!knownNames.has(name)) this.#learnName(name)
    if (badValue.test(value)) this.#problem = 'Header value with a line break or NUL'
    const before = this.headers[name]
    if (before !== undefined) this.#addAgain(name, before, value)
    else this.headers[name] = value
  }

  /** Empty when the request is well formed; splits path and query on the way. */
  problem(): string {
    if (this.#problem !== '') return this.#problem
    if (this.method === '' || this.#scheme === '' || this.#target === '') return 'Pseudo-header is missing'
    const target = this.#target
    if (target.charCodeAt(0) !== 47 && !(target === '*' && this.method === 'OPTIONS')) return 'Path does not begin with a slash'
    if (badPath.test(target)) return 'Path with a control character or blank'
    const te = this.headers['te']
    if (te !== undefined && te !== 'trailers') return 'TE other than trailers'
    const length = this.headers['content-length']
    if (length !== undefined) {
      if (!/^[0-9]{1,15}$/.test(length)) return 'Content-length is not a number'
      this.contentLength = Number(length)
    }
    if (this.#authority !== '') this.headers['host'] = this.#authority
    const mark = target.indexOf('?')
    this.path = mark === -1 ? target : target.slice(0, mark)
    this.query = mark === -1 ? '' : target.slice(mark + 1)
    return ''
  }

  /** For trailers: whether a pseudo-header was among them, or something malformed. */
  trailerProblem(): string {
    return this.#problem !== ''
      ? this.#problem
      : this.method + this.#target + this.#scheme + this.#authority !== ''
        ? 'Pseudo-header in trailers'
        : ''
  }

  #addPseudo(name: string, value: string): void {
    if (this.#isBehindPseudo) this.#problem = 'Pseudo-header behind a header'
    switch (name) {
      case ':method':
        if (this.method !== '' || !goodName.test(value.toLowerCase())) this.#problem = 'Bad method'
        this.method = value
        return
      case ':path':
        if (this.#target !== '') this.#problem = 'Two paths'
        this.#target = value
        return
      case ':scheme':
        if (this.#scheme !== '') this.#problem = 'Two schemes'
        this.#scheme = value
        return
      case ':authority':
        if (this.#authority !== '' || badValue.test(value)) this.#problem = 'Bad authority'
        this.#authority = value
        return
      default:
        this.#problem = `Unknown pseudo-header ${JSON.stringify(name)}`
    }
  }

  #learnName(name: string): void {
    if (!goodName.test(name) || forbiddenNames.has(name)) {
      this.#problem = `Header ${JSON.stringify(name)} is not allowed`
      return
    }
    if (knownNames.size < knownNamesMax && name.length < 64) knownNames.add(name)
  }

  #addAgain(name: string, before: string, value: string): void {
    if (name === 'content-length' && before !== value) this.#problem = 'Two content-lengths'
    if (name === 'content-length' || name === 'host' || name === 'authorization') return
    this.headers[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`
    this.repeated ??= Object.create(null) as Record<string, string[]>
    const values = (this.repeated[name] ??= [before])
    values.push(value)
  }
}
