/**
 * `kube-apiserver`: the API server in a process of its own, on an etcd that others may share.
 *
 * What a newcomer would get wrong: what clients in the cluster use (the endpoints of the `kubernetes` Service) is --advertise-address, not the
 * address that is listened on; and a certificate that is made here lasts as long as --cert-dir is kept.
 */

import type { EncryptionRule } from '../../apiserver/encryption/encryption-config.ts'
import { createApiServer } from '../../apiserver/server.ts'
import { untilAborted } from '../../std/abort.ts'
import { realClock } from '../../std/clock.ts'
import { realRandom } from '../../std/random.ts'
import type { Store } from '../../store/store.ts'
import type { HttpHandler } from '../../wire/http.ts'
import { readFeatureGates } from '../feature-gates.ts'
import { UserError } from '../places.ts'
import { kubernetesVersion, version } from '../version.ts'
import { type Component, type ComponentContext, readFileOf, readText } from './component.ts'
import { apiServerFlagTable } from './kube-apiserver-flags.ts'
import { serve } from './serving.ts'
import { parseTokenFile } from './token-file.ts'

const modes = ['AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC']
const stopGraceMs = 2000
/** Endpoints may not have a loopback address. */
const fallbackAddress = '172.18.0.2'

export const kubeApiServer: Component = {
  name: 'kube-apiserver',
  about:
    'The one front door of a cluster: checks and keeps its objects, and tells everybody who watches of changes. Everything is kept in etcd; several of these can share one.',
  flagTable: apiServerFlagTable,
  run: async (context) => {
    const { flags, log, signal, process } = context
    const featureGates = readFeatureGates(flags.list('feature-gates').join(','))
    refuse(problemsOf(context))
    const issuers = flags.list('service-account-issuer')
    const [signingKey, verifiers, tokens, encryption] = await Promise.all([
      readFileOf(context, 'service-account-signing-key-file'),
      readAll(context, 'service-account-key-file'),
      readFileOf(context, 'token-auth-file'),
      readEncryption(context),
    ])
    let handler: HttpHandler = () => ({ status: 503, headers: { 'retry-after': '1' }, body: 'The API server is starting\n' })
    const range = flags.list('service-cluster-ip-range')[0] ?? '10.0.0.0/24'
    const http = await serve(context, await servingNames(context, range), (request) => handler(request))
    await using _http = { [Symbol.asyncDispose]: async () => http?.close({ graceMs: stopGraceMs }) }
    const store = await openStore(context, encryption)
    await using _store = { [Symbol.asyncDispose]: () => store.close() }
    const ports = /^(\d+)(?:([-+])(\d+))?$/.exec(flags.text('service-node-port-range')) ?? []
    const nodePortFirst = Number(ports[1] ?? 30_000)
    const audiences = flags.list('api-audiences')
    const api = createApiServer({
      store,
      clock: realClock,
      random: realRandom,
      log,
      ...(signingKey === undefined ? {} : { serviceAccountKey: signingKey }),
      serviceAccountVerifiers: verifiers,
      tokenAuthenticators: tokens === undefined ? [] : [parseTokenFile(tokens)],
      flags: {
        serviceClusterIpRange: range,
        nodePortFirst,
        nodePortLast: ports[2] === '+' ? nodePortFirst + Number(ports[3]) : Number(ports[3] ?? nodePortFirst),
        advertiseAddress: advertisedAddress(context),
        securePort: http?.port ?? flags.number('secure-port'),
        eventTtlSeconds: Math.round(flags.milliseconds('event-ttl') / 1000),
        minRequestTimeoutSeconds: flags.number('min-request-timeout'),
        runtimeConfig: flags.switches('runtime-config'),
        featureGates,
        gitVersion: `${kubernetesVersion}+typernetes${version}`,
        serviceAccountIssuer: issuers[0] ?? '',
        apiAudiences: audiences.length > 0 ? audiences : issuers,
        authorizationModes: flags.isGiven('authorization-mode') ? flags.list('authorization-mode') : ['AlwaysAllow'],
        allowsAnonymous: flags.isOn('anonymous-auth'),
        priorityAndFairness: flags.isOn('enable-priority-and-fairness'),
        maxRequestsInflight: flags.number('max-requests-inflight'),
        maxMutatingRequestsInflight: flags.number('max-mutating-requests-inflight'),
        requestTimeoutMs: flags.milliseconds('request-timeout'),
        disabledAdmission: flags.list('disable-admission-plugins').filter((one) => !flags.list('enable-admission-plugins').includes(one)),
      },
    })
    await using _api = { [Symbol.asyncDispose]: () => api.close() }
    handler = api.handle
    await api.ready
    log.info('The API server is ready', { etcd: flags.list('etcd-servers'), version: kubernetesVersion })
    await untilAborted(signal)
    log.info('The API server stops', { pid: process.pid })
  },
}

/** In upstream's words. */
function problemsOf({ flags }: ComponentContext): readonly string[] {
  const problems: string[] = []
  if (flags.list('etcd-servers').length === 0) problems.push('--etcd-servers must be specified')
  if (!flags.isGiven('service-account-issuer')) problems.push('service-account-issuer is a required flag')
  if (!flags.isGiven('service-account-key-file') && !flags.isGiven('service-account-signing-endpoint'))
    problems.push('either `--service-account-key-file` or `--service-account-signing-endpoint` must be set')
  if (!flags.isGiven('service-account-signing-key-file'))
    problems.push('--service-account-signing-key-file and --service-account-issuer are required flags')
  for (const mode of flags.list('authorization-mode'))
    if (!modes.includes(mode))
      problems.push(`authorization-mode ${JSON.stringify(mode)} is not served here: choose among ${modes.join(', ')}`)
  const port = flags.number('secure-port')
  if (port < 1 || port > 65_535)
    problems.push(`--secure-port ${port} must be between 1 and 65535, inclusive. It cannot be turned off with 0`)
  return problems
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new UserError(problems.length === 1 ? (problems[0] as string) : `[${problems.join(', ')}]`)
}

async function readAll({ flags, process }: ComponentContext, flag: string): Promise<readonly string[]> {
  return Promise.all(flags.list(flag).map((path) => readText(path, `--${flag}`, process)))
}

/** Undefined without the flag: then nothing of it is loaded. */
async function readEncryption(context: ComponentContext): Promise<readonly EncryptionRule[] | undefined> {
  const text = await readFileOf(context, 'encryption-provider-config')
  if (text === undefined) return undefined
  const { parseEncryptionConfig } = await import('../../apiserver/encryption/encryption-config.ts')
  try {
    return parseEncryptionConfig(text, context.flags.text('encryption-provider-config'))
  } catch (error) {
    throw new UserError(`--encryption-provider-config: ${(error as Error).message}`)
  }
}

async function openStore(context: ComponentContext, encryption: readonly EncryptionRule[] | undefined): Promise<Store> {
  const [{ openEtcdStore }, { foreignValues }, { kinds }] = await Promise.all([
    import('../../etcd/client/etcd-store.ts'),
    import('../../apiserver/registry/foreign-values.ts'),
    import('../../api/kinds.ts'),
  ])
  const { flags, log } = context
  const files = { ca: 'etcd-cafile', certificate: 'etcd-certfile', key: 'etcd-keyfile' }
  const tls: Record<string, Uint8Array> = {}
  for (const [what, flag] of Object.entries(files)) {
    const text = await readFileOf(context, flag)
    if (text !== undefined) tls[what] = new TextEncoder().encode(text)
  }
  const prefix = flags.text('etcd-prefix')
  const readValue = foreignValues(kinds)
  const store = await openEtcdStore({
    endpoints: flags.list('etcd-servers'),
    prefix,
    clock: realClock,
    log,
    readValue,
    compactionMs: flags.milliseconds('etcd-compaction-interval'),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  })
  if (encryption === undefined) return store
  const { openEncryptedStore } = await import('../../apiserver/encryption/encrypted-store.ts')
  return openEncryptedStore(store, { rules: encryption, kinds, random: realRandom, prefix, readValue })
}

async function servingNames({ flags, process }: ComponentContext, range: string) {
  const { firstAddress } = await import('../../apiserver/bootstrap/kubernetes-service.ts')
  const own = [flags.text('advertise-address'), flags.text('bind-address')].filter((one) => one !== '' && one !== '0.0.0.0' && one !== '::')
  const external = flags.text('external-hostname')
  return {
    pair: 'apiserver',
    dnsNames: [
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      ...(external === '' ? [] : [external]),
      ...(/^[a-z0-9.-]+$/i.test(process.hostName) ? [process.hostName] : []),
    ],
    ipAddresses: [...new Set(['127.0.0.1', '::1', firstAddress(range), ...own])],
  }
}

function advertisedAddress({ flags }: ComponentContext): string {
  const wanted = flags.text('advertise-address') || flags.text('bind-address')
  const isReachable = wanted !== '0.0.0.0' && wanted !== '::' && wanted !== '::1' && !wanted.startsWith('127.')
  return isReachable ? wanted : fallbackAddress
}
