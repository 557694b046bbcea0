/**
 * The life of one API request, top to bottom: what is it about, who asks, as whom, is there a seat, may they, and then the verb. Every stage is a
 * plain function named after its file; nothing wraps anything.
 *
 * A stage answers at once where it can: a GET by somebody already known on this connection goes from here to the store and
 * back without a promise. Errors come back as Status in the form that was asked for; what is no StatusError is a bug: it is
 * logged and answered with a 500, and the server goes on.
 */

import { quote } from '../apimachinery/go-strings.ts'
import { internalError, type Status, StatusError, statusOf, unauthorized } from '../apimachinery/status-error.ts'
import type { HttpRequest, HttpResponse } from '../wire/http.ts'
import { authenticate } from './authn/authenticate.ts'
import { askedImpersonation, impersonate, withoutUser } from './authn/impersonate.ts'
import { anonymous, type User } from './authn/user.ts'
import { alwaysAllowedPaths, authorize } from './authz/authorize.ts'
import type { AuthorizationAttributes } from './authz/authorizer.ts'
import { fieldSelected } from './authz/selected.ts'
import { describe } from './describe/describe.ts'
import { seated } from './flowcontrol/seated.ts'
import { storeTrouble } from './registry/write.ts'
import { checkTimeout } from './request/deadline.ts'
import { parseRequestInfo } from './request/info.ts'
import { parseQuery, type Query } from './request/query.ts'
import type { Representation } from './response/negotiate.ts'
import { answer, respondError } from './response/respond.ts'
import { type Answer, routeResource } from './route.ts'
import { RequestContext, type Server } from './server-parts.ts'

export function handle(server: Server, http: HttpRequest): Answer {
  let query: Query | undefined
  const info = parseRequestInfo(http.method, http.path, () => (query ??= parseQuery(http.query)))
  const context = new RequestContext(server, http, info, anonymous, query)
  const beganMs = server.clock.monotonicMs()
  server.requests.begin(info.verb, beganMs)
  const response = guarded(context, () => {
    checkTimeout(context)
    const login = authenticate(server.authenticators, http)
    return login instanceof Promise ? login.then((user) => admitted(context, user)) : admitted(context, login)
  })
  return response instanceof Promise ? response.then((done) => finished(context, done, beganMs)) : finished(context, response, beganMs)
}

function finished({ server, info, http }: RequestContext, response: HttpResponse, beganMs: number): HttpResponse {
  const sent = http.method === 'HEAD' ? withoutBody(response) : response
  return server.requests.finish({ info, http, response: sent, beganMs, clock: server.clock })
}

function withoutBody({ status, headers }: HttpResponse): HttpResponse {
  return { status, headers }
}

function admitted(context: RequestContext, user: User): Answer {
  context.user = user
  if (user !== anonymous) context.server.metrics.loggedIn.value++
  else if (!mayBeAnonymous(context)) throw unauthorized()
  const asked = askedImpersonation(context)
  if (asked === undefined) return seated(context, authorized)
  if (asked.name === '') return internalServerError(context, withoutUser(asked))
  return impersonate(context, asked).then((other) => {
    context.user = other
    return seated(context, authorized)
  })
}

/** Health and version are for everybody; the rest asks who you are, and says no in the same breath. */
function mayBeAnonymous({ info }: RequestContext): boolean {
  return !info.isResource && alwaysAllowedPaths.test(info.path)
}

function authorized(context: RequestContext): Answer {
  const verdict = authorize(context, attributesOf(context))
  return verdict instanceof Promise ? verdict.then(() => dispatched(context)) : dispatched(context)
}

function attributesOf(context: RequestContext): AuthorizationAttributes {
  const { verb, isResource, group, version, resource, subresource, namespace, path, selectedName: name } = context.info
  const asked = { verb, isResource, group, version, resource, subresource, namespace, name, path }
  return context.http.query !== '' && (verb === 'list' || verb === 'watch' || verb === 'deletecollection')
    ? { ...asked, selected: (field) => fieldSelected(context.query.get('fieldSelector'), field) }
    : asked
}

function dispatched(context: RequestContext): Answer {
  const response = context.info.isResource ? routeResource(context) : describe(context)
  return response ?? pageNotFound(context)
}

/** What Go's mux says of a path it does not know. */
function pageNotFound(context: RequestContext): HttpResponse {
  return plainText(context, 404, '404 page not found\n')
}

/** What upstream's filters say before anything knows of Statuses. */
function internalServerError(context: RequestContext, why: string): HttpResponse {
  const { path, query } = context.http
  const text = `Internal Server Error: ${quote(query === '' ? path : `${path}?${query}`)}: ${why}\n`
  return plainText(context, 500, text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
}

/** http.Error. */
function plainText(context: RequestContext, status: number, text: string): HttpResponse {
  const response = answer(context, status, 'text/plain; charset=utf-8', text)
  return { ...response, headers: { ...response.headers, 'x-content-type-options': 'nosniff' } }
}

function guarded(context: RequestContext, run: () => Answer): Answer {
  try {
    const response = run()
    return response instanceof Promise ? response.catch((error: unknown) => failed(context, error)) : response
  } catch (error) {
    return failed(context, error)
  }
}

const plainJson: Representation = { media: 'json' }

function failed(context: RequestContext, cause: unknown): Answer {
  const error = storeTrouble(cause)
  const status = statusOf(error)
  if (status !== undefined) return respondError(context, asStatusError(error, status), formOfErrors(context))
  if (context.http.signal.aborted) return { status: 499, headers: {} }
  const { method, path } = context.http
  context.server.log.error('A request failed for no reason it could name', { method, path, error })
  return respondError(context, internalError(String((error as Error)?.message ?? error)), plainJson)
}

function formOfErrors({ server, info, http }: RequestContext): Representation {
  const { error, documentError } = server.negotiators
  return (info.isResource ? error : documentError).negotiate(http.headers.accept)
}

function asStatusError(error: unknown, status: Status): StatusError {
  if (error instanceof StatusError) return error
  return new StatusError(status.code ?? 500, status.reason, status.message ?? '', status.details, status.metadata)
}
