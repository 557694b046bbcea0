/**
 * Our etcd over a real socket on a free port, its store in memory, on the real clock because its clients are real.
 */
import { Member } from '../etcd/member.ts'
import { startEtcdServer } from '../etcd/server.ts'
import { realClock } from '../std/clock.ts'
import { silentLog } from '../std/log.ts'
import { type EmbeddedStore, type EmbeddedStoreOptions, openEmbeddedStore } from '../store/embedded.ts'

export interface TestEtcd extends AsyncDisposable {
  readonly address: string
  readonly store: EmbeddedStore
  readonly member: Member
}

export interface TestEtcdOptions extends Partial<EmbeddedStoreOptions> {
  readonly quotaBytes?: number
  readonly watchProgressMs?: number
  /** Any that is free. */
  readonly port?: number
}

export async function startTestEtcd(options: TestEtcdOptions = {}): Promise<TestEtcd> {
  const store = await openEmbeddedStore({ clock: realClock, log: silentLog, historyMsMax: Number.POSITIVE_INFINITY, ...options })
  const member = new Member({
    store,
    clock: options.clock ?? realClock,
    log: silentLog,
    name: 'default',
    clusterToken: 'etcd-cluster',
    peerUrls: ['http://localhost:2380'],
    clientUrls: ['http://localhost:2379'],
    requestBytesMax: 1_572_864,
    transactionOpsMax: 128,
    quotaBytes: options.quotaBytes ?? 0,
    watchProgressMs: options.watchProgressMs ?? 600_000,
  })
  const server = await startEtcdServer(member, [{ host: '127.0.0.1', port: options.port ?? 0 }])
  return {
    address: `127.0.0.1:${server.ports[0]}`,
    store,
    member,
    [Symbol.asyncDispose]: async () => {
      await server.close()
      await store.close()
    },
  }
}
