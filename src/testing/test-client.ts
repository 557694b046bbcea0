/**
 * A client, informers and events on a test's API server (api-server.ts): what a controller or the scheduler is given, in memory,
 * on a clock that stands still.
 *
 *     await using test = await startTestClient()
 *     await test.client.of(Pod).in('default').create(…)
 *     await test.clock.settled()
 */
import type { Client } from '../client/client.ts'
import { createClient } from '../client/create-client.ts'
import { createEventRecorder, type EventRecorder } from '../client/events.ts'
import { Informers } from '../client/informers.ts'
import { SharedObjects } from '../client/shared-objects.ts'
import { loopbackTransport } from '../client/transport-loopback.ts'
import { type Log, logTo } from '../std/log.ts'
import { type Random, seededRandom } from '../std/random.ts'
import { TaskScope } from '../std/task-scope.ts'
import type { VirtualClock } from '../std/virtual-clock.ts'
import { startTestApiServer, type TestApiServer } from './api-server.ts'

export interface TestClient extends AsyncDisposable {
  readonly api: TestApiServer
  readonly clock: VirtualClock
  readonly random: Random
  readonly log: Log
  /** As a member of system:masters. */
  readonly client: Client
  /** As somebody else. */
  clientOf(name: string, groups?: readonly string[]): Client
  readonly informers: Informers
  readonly events: EventRecorder
  /** Ends with the test. */
  readonly scope: TaskScope
  /** Warnings and errors of components. */
  readonly complaints: string[]
}

export async function startTestClient(options: Parameters<typeof startTestApiServer>[0] = {}): Promise<TestClient> {
  const api = await startTestApiServer(options)
  const { clock } = api
  const complaints: string[] = []
  const log = logTo((level, message, fields) => {
    if (level === 'warn' || level === 'error') complaints.push(`${level}: ${message} ${JSON.stringify(fields)}`)
  })
  const scope = new TaskScope((error, name) =>
    complaints.push(`task ${name} failed: ${error instanceof Error ? error.stack : String(error)}`),
  )
  const objects = new SharedObjects()
  const clientOf = (name: string, groups: readonly string[] = []): Client =>
    createClient(
      loopbackTransport((request) => api.server.handle(request), { name, groups }, { clock }),
      { clock, objects },
    )
  const client = clientOf('admin', ['system:masters'])
  return {
    api,
    clock,
    random: seededRandom(7),
    log,
    client,
    clientOf,
    informers: new Informers({ client, clock, log, scope }),
    events: createEventRecorder({ client, clock, log, scope, component: 'test' }),
    scope,
    complaints,
    [Symbol.asyncDispose]: async () => {
      await scope.close()
      await api[Symbol.asyncDispose]()
    },
  }
}
