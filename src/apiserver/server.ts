/**
 * Builds an API server from a store and the doors to the world. What comes out is a function from request to response: the
 * HTTP server and the loopback client both call it, and it knows neither.
 *
 *     const server = createApiServer({ store, clock, random, log })
 *     await server.ready                  the objects that every cluster has are there
 *     const response = await server.handle(request)
 *     await server.close()                watches end; the store stays open, it is the caller's
 */

import { knownGates } from '../api/feature-gates.ts'
import { kinds as builtInKinds } from '../api/kinds.ts'
import { FeatureGates } from '../apimachinery/feature-gates.ts'
import type { KindDefinition } from '../apimachinery/kind.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import { TaskScope } from '../std/task-scope.ts'
import type { Store } from '../store/store.ts'
import type { HttpHandler } from '../wire/http.ts'
import { createJwtSigner } from '../wire/jwt.ts'
import { admissionPlugins } from './admission/plugins.ts'
import type { TokenAuthenticator } from './authn/authenticate.ts'
import { serviceAccountTokens } from './authn/service-account-token.ts'
import { publicPaths } from './authz/authorize.ts'
import type { Authorizer } from './authz/authorizer.ts'
import { componentIdentities } from './authz/components.ts'
import { nodeAuthorizer } from './authz/node.ts'
import { NodeGraph } from './authz/node-graph.ts'
import { Rbac } from './authz/rbac.ts'
import { bootstrap } from './bootstrap/bootstrap.ts'
import { clusterRoles } from './bootstrap/cluster-roles.ts'
import { leaveKubernetesService } from './bootstrap/kubernetes-service.ts'
import { parseRoles } from './bootstrap/rbac.ts'
import { startUpkeep } from './bootstrap/upkeep.ts'
import { FlowControl } from './flowcontrol/flow-control.ts'
import { InFlight } from './flowcontrol/in-flight.ts'
import { Widths } from './flowcontrol/width.ts'
import { handle } from './handle.ts'
import { RequestMetrics } from './metrics/request-metrics.ts'
import { ServerMetrics } from './metrics/server-metrics.ts'
import { Catalog } from './registry/catalog.ts'
import { Channels } from './registry/channels.ts'
import { extensions } from './registry/extensions/extensions.ts'
import { Leases } from './registry/leases.ts'
import { ObjectCache } from './registry/object-cache.ts'
import { binaryDoor } from './response/binary.ts'
import { discoveryMedia, type Media, Negotiator } from './response/negotiate.ts'
import type { ApiServerFlags, Server } from './server-parts.ts'

export interface ApiServerOptions {
  /** Those of v1.34 when absent. */
  readonly kinds?: readonly KindDefinition[]
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly flags?: Partial<ApiServerFlags>
  /** Asked in order for bearer tokens. */
  readonly tokenAuthenticators?: readonly TokenAuthenticator[]
  /** Asked in order, after the built-in ones. */
  readonly authorizers?: readonly Authorizer[]
  /** Signs service account tokens: a P-256 key, PEM. Without one, tokens are good until this process ends. */
  readonly serviceAccountKey?: string
  /** Further keys whose tokens are good, PEM. */
  readonly serviceAccountVerifiers?: readonly string[]
  /** Shown in /metrics besides the server's own: families of other components in this process. */
  readonly moreMetrics?: () => readonly string[]
  /** In tests: whoever changes a shared object fails at once. */
  readonly freezeObjects?: boolean
}

const defaultFlags: ApiServerFlags = {
  serviceClusterIpRange: '10.96.0.0/16',
  nodePortFirst: 30000,
  nodePortLast: 32767,
  advertiseAddress: '172.18.0.2',
  securePort: 6443,
  eventTtlSeconds: 3600,
  minRequestTimeoutSeconds: 1800,
  runtimeConfig: {},
  featureGates: {},
  objectsCachedMax: 2048,
  gitVersion: 'v1.34.6+typernetes0.1.0',
  serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
  apiAudiences: ['https://kubernetes.default.svc.cluster.local'],
  authorizationModes: ['Node', 'RBAC'],
  allowsAnonymous: true,
  disabledAdmission: [],
  priorityAndFairness: true,
  maxRequestsInflight: 400,
  maxMutatingRequestsInflight: 200,
  requestTimeoutMs: 60_000,
}

export interface ApiServer {
  readonly handle: HttpHandler
  /** Resolves when the objects that every cluster has are there; /readyz says so too. */
  readonly ready: Promise<void>
  /** Resolves when also what it tells about those objects is written: until then revisions grow by themselves. */
  readonly begun: Promise<void>
  close(): Promise<void>
}

export function createApiServer(options: ApiServerOptions): ApiServer {
  const server = build(options)
  const stopping = new AbortController()
  const upkeep = new TaskScope((error, task) => server.log.error('A task of the API server failed', { task, error }), stopping.signal)
  const told = Promise.withResolvers<void>()
  const ready = bootstrap(server, stopping.signal).then(() => {
    server.health.isReady = true
    void startUpkeep(server, upkeep).then(told.resolve)
  })
  const begun = ready.then(() => told.promise)
  // Whoever looks at neither must not bring the process down; /readyz tells it too.
  begun.catch((error: unknown) => {
    if (!stopping.signal.aborted) server.log.error('Cannot create the objects that every cluster has', { error })
  })
  return {
    handle: (request) => handle(server, request),
    ready,
    begun,
    close: async () => {
      server.health.isClosing = true
      stopping.abort(new Error('The API server is closing'))
      server.channels.close()
      server.rbac.close()
      server.nodes.close()
      await ready.catch(() => {})
      await upkeep.close()
      const { signal } = new AbortController()
      await leaveKubernetesService(server, signal).catch((error: unknown) => {
        server.log.warn('Cannot leave the kubernetes Service; the others will see it', { error: String(error) })
      })
    },
  }
}

function build(options: ApiServerOptions): Server {
  const { store, clock, random, log } = options
  const flags = { ...defaultFlags, ...options.flags }
  const cache = new ObjectCache({ objectsMax: flags.objectsCachedMax, freeze: options.freezeObjects ?? false })
  const gates = new FeatureGates(knownGates, flags.featureGates)
  const catalog = new Catalog(options.kinds ?? builtInKinds, cache, flags.runtimeConfig, gates)
  const media: readonly Media[] = [...discoveryMedia, ...(gates.isOn('CBORServingAndStorage') ? (['cbor'] as const) : [])]
  const rbac = new Rbac(store, catalog)
  const nodes = new NodeGraph(store, catalog)
  const tokens = createJwtSigner(options.serviceAccountKey, options.serviceAccountVerifiers)
  const server: Server = {
    store,
    clock,
    random,
    log,
    flags,
    gates,
    catalog,
    channels: new Channels(store),
    leases: new Leases(store, clock, flags.eventTtlSeconds),
    extensions: extensions(flags),
    admission: admissionPlugins.filter(({ name }) => !flags.disabledAdmission.includes(name)),
    authenticators: {
      tokens: [...(options.tokenAuthenticators ?? []), serviceAccountTokens(tokens, () => server)],
      allowsAnonymous: flags.allowsAnonymous,
    },
    authorizers: [
      publicPaths,
      componentIdentities,
      ...flags.authorizationModes.flatMap((mode) => authorizerOf(mode, rbac, nodes) ?? []),
      ...(options.authorizers ?? []),
    ],
    rbac,
    nodes,
    tokens,
    media,
    negotiators: {
      object: new Negotiator({ media, transforms: true }),
      collection: new Negotiator({ media, transforms: true, isCollection: true }),
      plain: new Negotiator({ media, transforms: false }),
      error: new Negotiator({ media, transforms: false, isUnrouted: true, isError: true }),
      discovery: new Negotiator({ media: discoveryMedia, transforms: false }),
      group: new Negotiator({ media: discoveryMedia, transforms: false, isUnrouted: true }),
      documentError: new Negotiator({ media: discoveryMedia, transforms: false, isUnrouted: true, isError: true }),
      json: new Negotiator({ media: ['json'], transforms: false }),
    },
    binary: binaryDoor(catalog),
    requests: new RequestMetrics(),
    metrics: new ServerMetrics(),
    flows: flags.priorityAndFairness
      ? new FlowControl({
          clock,
          widths: new Widths(store, catalog, clock),
          seats: flags.maxRequestsInflight + flags.maxMutatingRequestsInflight,
          requestTimeoutMs: flags.requestTimeoutMs,
        })
      : undefined,
    inFlight: new InFlight(clock, flags.maxRequestsInflight, flags.maxMutatingRequestsInflight),
    moreMetrics: options.moreMetrics ?? (() => []),
    health: { isReady: false, isClosing: false },
  }
  return server
}

function authorizerOf(mode: string, rbac: Rbac, nodes: NodeGraph): Authorizer | undefined {
  if (mode === 'Node') return nodeAuthorizer(nodes, parseRoles(clusterRoles).find(({ name }) => name === 'system:node')?.rules ?? [])
  if (mode === 'RBAC') return rbac.authorizer
  if (mode === 'AlwaysAllow') return () => ({ verdict: 'allow' })
  if (mode === 'AlwaysDeny') return () => ({ verdict: 'none', reason: 'Everything is forbidden.' })
  return undefined
}
