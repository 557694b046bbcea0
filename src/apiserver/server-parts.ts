/**
 * The words that all rooms of the API server share: the server's parts, one request, one write, what a plugin sees, what an
 * extension may do. Types only, but for the request's context; how a server is put together is server.ts.
 */
import type { FeatureGates } from '../apimachinery/feature-gates.ts'
import type { KubeObject } from '../apimachinery/object.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import type { Store } from '../store/store.ts'
import type { HttpRequest, HttpResponse } from '../wire/http.ts'
import type { JwtSigner } from '../wire/jwt.ts'
import type { Authenticators } from './authn/authenticate.ts'
import type { User } from './authn/user.ts'
import type { Authorizer } from './authz/authorizer.ts'
import type { NodeGraph } from './authz/node-graph.ts'
import type { Rbac } from './authz/rbac.ts'
import type { Classified, FlowControl } from './flowcontrol/flow-control.ts'
import type { InFlight } from './flowcontrol/in-flight.ts'
import type { RequestMetrics } from './metrics/request-metrics.ts'
import type { ServerMetrics } from './metrics/server-metrics.ts'
import type { Catalog, RuntimeConfig, ServedResource } from './registry/catalog.ts'
import type { Channels } from './registry/channels.ts'
import type { Leases } from './registry/leases.ts'
import type { Draft } from './registry/resource-store.ts'
import type { RequestInfo } from './request/info.ts'
import { parseQuery, type Query } from './request/query.ts'
import type { BinaryDoor } from './response/binary.ts'
import type { Media, Negotiator } from './response/negotiate.ts'

export interface ApiServerFlags {
  readonly serviceClusterIpRange: string
  readonly nodePortFirst: number
  readonly nodePortLast: number
  /** Where clients within the cluster reach this server: the endpoints of the `kubernetes` Service. */
  readonly advertiseAddress: string
  readonly securePort: number
  readonly eventTtlSeconds: number
  /** A watch without timeoutSeconds ends after once to twice this. */
  readonly minRequestTimeoutSeconds: number
  readonly runtimeConfig: RuntimeConfig
  /** What --feature-gates says; what holds is `Server.gates`. */
  readonly featureGates: Readonly<Record<string, boolean>>
  readonly objectsCachedMax: number
  readonly gitVersion: string
  /** Who service account tokens say they are from. */
  readonly serviceAccountIssuer: string
  /** Whom they must be meant for; the first is put into new ones. */
  readonly apiAudiences: readonly string[]
  /** In the order in which they are asked: AlwaysAllow, AlwaysDeny, Node, RBAC. */
  readonly authorizationModes: readonly string[]
  readonly allowsAnonymous: boolean
  readonly disabledAdmission: readonly string[]
  readonly priorityAndFairness: boolean
  /** Requests that may run at once: reading ones, and changing ones. */
  readonly maxRequestsInflight: number
  readonly maxMutatingRequestsInflight: number
  readonly requestTimeoutMs: number
}

/** What every part of the server is given. */
export interface Server {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly flags: ApiServerFlags
  readonly gates: FeatureGates
  readonly catalog: Catalog
  readonly channels: Channels
  readonly leases: Leases
  readonly extensions: ReadonlyMap<string, Extension>
  readonly admission: readonly AdmissionPlugin[]
  readonly authenticators: Authenticators
  readonly authorizers: readonly Authorizer[]
  readonly rbac: Rbac
  /** What belongs to which node. */
  readonly nodes: NodeGraph
  /** Service account tokens. */
  readonly tokens: JwtSigner
  /** In which forms objects can be sent and got, the usual one first. */
  readonly media: readonly Media[]
  readonly negotiators: Negotiators
  readonly binary: BinaryDoor
  readonly requests: RequestMetrics
  readonly metrics: ServerMetrics
  /** Undefined when priority and fairness are turned off. */
  readonly flows: FlowControl | undefined
  /** What limits requests then. */
  readonly inFlight: InFlight
  /** Of whatever else runs in this process. */
  readonly moreMetrics: () => readonly string[]
  /** Which checks of /readyz have passed. */
  readonly health: { isReady: boolean; isClosing: boolean }
}

interface Negotiators {
  readonly object: Negotiator
  readonly collection: Negotiator
  /** Reviews and documents: no Tables. */
  readonly plain: Negotiator
  readonly discovery: Negotiator
  readonly error: Negotiator
  /** Of what is no resource. */
  readonly documentError: Negotiator
  /** The document of one group: the aggregator's, which has no router. */
  readonly group: Negotiator
  /** Documents that are only made in JSON. */
  readonly json: Negotiator
}

/** One request while it is being answered: what was asked, by whom, and what is collected on the way (warnings). */
export class RequestContext {
  readonly server: Server
  readonly http: HttpRequest
  readonly info: RequestInfo
  readonly #warnings = new Set<string>()
  #query: Query | undefined
  /** Set once authentication and impersonation are done. */
  user: User
  /** Set once it is known where the request belongs; of requests that run for long it never is. */
  flow: Classified | undefined

  constructor(server: Server, http: HttpRequest, info: RequestInfo, user: User, query?: Query) {
    this.server = server
    this.http = http
    this.info = info
    this.user = user
    this.flow = undefined
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

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Who writes what where, and how. */
export interface Write {
  readonly server: Server
  readonly resource: ServedResource
  /** '' for the main resource. */
  readonly subresource: string
  readonly namespace: string
  readonly user: User
  readonly isDryRun: boolean
  readonly manager: string
  readonly fieldValidation: FieldValidation
  readonly warn: (text: string) => void
  readonly signal?: AbortSignal | undefined
  /** A PUT: its uid is a precondition. */
  readonly isReplace?: boolean
}

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

export interface Attributes {
  readonly operation: AdmissionOperation
  readonly server: Server
  readonly resource: ServedResource
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** Absent for deletes. */
  readonly object?: Draft
  readonly oldObject?: KubeObject
  readonly user: User
  readonly isDryRun: boolean
  readonly warn: (text: string) => void
}

export interface AdmissionPlugin {
  readonly name: string
  /** Quick: most plugins look at one kind. */
  handles(attributes: Attributes): boolean
  admit?(attributes: Attributes): void | Promise<void>
  validate?(attributes: Attributes): void | Promise<void>
}

/** Gives back what was taken when the write did not happen. */
export type Undo = () => void

export type SubresourceHandler = (context: RequestContext, resource: ServedResource) => Promise<HttpResponse> | HttpResponse

export interface Extension {
  /** Takes what the object needs (addresses, ports) and writes it into the draft. May be called again for a new name. */
  beginCreate?(write: Write, draft: Draft): Promise<Undo | undefined> | Undo | undefined
  beginUpdate?(write: Write, draft: Draft, old: KubeObject): Promise<Undo | undefined> | Undo | undefined
  /** The object is gone. */
  afterDelete?(server: Server, object: KubeObject): void
  /** After a successful update. */
  afterUpdate?(server: Server, object: KubeObject, old: KubeObject): void
  /** More that must be true before an object that is being deleted goes with its last finalizer. */
  mayGo?(object: KubeObject): boolean
  /** Upstream writes a delete of its own for it: errors of preconditions have other words. */
  readonly hasOwnDelete?: boolean
  /** Changes how a delete without finalizers begins: true when the extension has marked the draft. */
  beforeDelete?(write: Write, draft: Draft): boolean
  /** Answers instead of the standard verbs: POST of reviews and bindings. */
  create?: SubresourceHandler
  list?: SubresourceHandler
  get?: SubresourceHandler
  readonly subresources?: Readonly<Record<string, SubresourceHandler>>
}
