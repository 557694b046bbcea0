/**
 * One request while it is being answered: what was asked, by whom, and what is collected on the way (warnings).
 * It is passed first to everything that handles requests.
 */
import type { HttpRequest } from '../../wire/http.ts'
import type { User } from '../authn/user.ts'
import type { Server } from '../server.ts'
import type { RequestInfo } from './info.ts'
import { parseQuery, type Query } from './query.ts'

export class RequestContext {
  readonly server: Server
  readonly http: HttpRequest
  readonly info: RequestInfo
  readonly #warnings = new Set<string>()
  #query: Query | undefined
  /** Set once authentication and impersonation are done. */
  user: User

  constructor(server: Server, http: HttpRequest, info: RequestInfo, user: User, query?: Query) {
    this.server = server
    this.http = http
    this.info = info
    this.user = user
    this.#query = query
  }

  get query(): Query {
    this.#query ??= parseQuery(this.http.query)
    return this.#query
  }
  /** A Warning header. Repeated texts come once. */
  warn(text: string): void {
    this.#warnings.add(text)
  }
  get warnings(): ReadonlySet<string> {
    return this.#warnings
  }
  header(name: string): string | undefined {
    return this.http.headers[name]
  }
}
