/** /metrics of a component that runs on its own: what it counts for itself, besides what every component has. */
import { buildInfo } from '../../apiserver/describe/metrics.ts'
import { RestClientMetrics } from '../../client/rest-client-metrics.ts'
import { WorkQueueMetrics } from '../../client/work-queue-metrics.ts'
import type { Clock } from '../../std/clock.ts'
import { Family } from '../../std/metrics.ts'
import { processMetrics } from '../../std/process-metrics.ts'
import { kubernetesVersion, version } from '../version.ts'

export class ComponentMetrics {
  readonly queues: WorkQueueMetrics
  readonly client: RestClientMetrics
  /** 1 while this one leads, by the name of the Lease. */
  readonly leading = new Family(
    'leader_election_master_status',
    'gauge',
    "[ALPHA] Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
    ['name'],
  )
  /** Set by a part that has more to say. */
  more: () => readonly string[] = () => []

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.queues = new WorkQueueMetrics(clock)
    this.client = new RestClientMetrics(clock)
  }

  text(): string {
    const common = [buildInfo(`${kubernetesVersion}+typernetes${version}`), this.leading.text(), ...processMetrics()]
    const families = [...common, ...this.queues.text(), ...this.client.text(), ...this.more()]
    return families
      .filter((text) => text !== '')
      .sort((a, b) => (a < b ? -1 : 1))
      .join('')
  }
}
