/**
 * One of several acts: whoever holds a Lease, and renews it in time. As client-go does it: the one that loses it, or cannot renew it in time, must
 * stop for good and let somebody else; times are measured by one's own clock, never compared with what another wrote.
 *
 *     await runAsLeader({ client, clock, identity, name: 'kube-scheduler', …, lead: async (signal) => … })
 *
 * What a newcomer would get wrong: a Lease counts as taken for leaseDuration since *we* last saw it change, whatever time is written in it.
 */
import { Lease } from '../api/coordination/lease.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import type { Client } from './client.ts'

export interface LeaderElectionOptions {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Different for every process: "host_uuid". */
  readonly identity: string
  readonly name: string
  readonly namespace: string
  readonly leaseDurationMs: number
  readonly renewDeadlineMs: number
  readonly retryPeriodMs: number
  readonly signal: AbortSignal
  /** Aborted when the Lease is lost. */
  readonly lead: (signal: AbortSignal) => Promise<void>
}

interface Seen {
  readonly lease: Lease
  readonly version: string
  /** When this version was first seen, by our clock. */
  readonly atMs: number
}

/** Resolves when it has led and stopped, or `signal` came first. Rejects when the Lease was lost while leading. */
export async function runAsLeader(options: LeaderElectionOptions): Promise<void> {
  const election = new Election(options)
  if (!(await election.acquire())) return
  options.log.info('This is the leader now', { lease: `${options.namespace}/${options.name}`, identity: options.identity })
  const leading = new AbortController()
  const stop = (): void => leading.abort(options.signal.reason)
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    const held = election.renewUntilLost(leading.signal)
    const led = options.lead(leading.signal)
    const isLost = await Promise.race([held.then(() => !options.signal.aborted), led.then(() => false)])
    leading.abort(new Error('The Lease was lost'))
    await Promise.allSettled([held, led])
    if (isLost) throw new Error(`The Lease ${options.namespace}/${options.name} was lost: somebody else leads now`)
    await election.release()
  } finally {
    options.signal.removeEventListener('abort', stop)
  }
}

class Election {
  readonly #options: LeaderElectionOptions
  #seen: Seen | undefined

  constructor(options: LeaderElectionOptions) {
    this.#options = options
  }

  /** False: told to stop before. */
  async acquire(): Promise<boolean> {
    const { signal, clock, random, retryPeriodMs } = this.#options
    while (!signal.aborted) {
      if (await this.#try()) return true
      // Those who wait do not all ask at once.
      await clock.sleep(retryPeriodMs * (1 + random.fraction() * 1.2), signal).catch(() => {})
    }
    return false
  }

  async renewUntilLost(signal: AbortSignal): Promise<void> {
    const { clock, renewDeadlineMs, retryPeriodMs, log } = this.#options
    let renewedMs = clock.monotonicMs()
    while (!signal.aborted) {
      await clock.sleep(retryPeriodMs, signal).catch(() => {})
      if (signal.aborted) return
      if (await this.#try()) renewedMs = clock.monotonicMs()
      else if (clock.monotonicMs() - renewedMs >= renewDeadlineMs || !this.#isOurs()) {
        log.error('The Lease could not be renewed in time', { lease: this.#options.name })
        return
      }
    }
  }

  /** So that the next need not wait. */
  async release(): Promise<void> {
    const { identity } = this.#options
    if (this.#seen === undefined || !this.#isOurs()) return
    const { lease } = this.#seen
    const time = this.#now()
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: time, acquireTime: time }
    await this.#leases()
      .update({ ...lease, spec } as Lease)
      .catch(() => this.#options.log.warn('The Lease could not be given back', { identity }))
  }

  #isOurs(): boolean {
    return this.#seen?.lease.spec?.holderIdentity === this.#options.identity
  }

  async #try(): Promise<boolean> {
    try {
      return await this.#tryOnce()
    } catch (error) {
      const { log, signal } = this.#options
      if (!signal.aborted) log.warn('The Lease could not be taken', { error: error instanceof Error ? error.message : String(error) })
      return false
    }
  }

  async #tryOnce(): Promise<boolean> {
    const { identity, leaseDurationMs, clock, name, namespace } = this.#options
    const lease = await this.#get()
    const time = this.#now()
    const ours = { holderIdentity: identity, leaseDurationSeconds: Math.round(leaseDurationMs / 1000), renewTime: time }
    if (lease === undefined) {
      const spec = { ...ours, acquireTime: time, leaseTransitions: 0 }
      this.#saw(await this.#leases().create({ metadata: { name, namespace }, spec } as Lease))
      return true
    }
    this.#saw(lease)
    const holder = lease.spec?.holderIdentity ?? ''
    const isTaken = holder !== '' && holder !== identity && clock.monotonicMs() < (this.#seen?.atMs ?? 0) + this.#durationOf(lease)
    if (isTaken) return false
    const isKept = holder === identity
    const leaseTransitions = (lease.spec?.leaseTransitions ?? 0) + (isKept ? 0 : 1)
    const acquireTime = isKept ? lease.spec?.acquireTime : time
    this.#saw(await this.#leases().update({ ...lease, spec: { ...lease.spec, ...ours, acquireTime, leaseTransitions } } as Lease))
    return true
  }

  #durationOf({ spec }: Lease): number {
    return (spec?.leaseDurationSeconds ?? this.#options.leaseDurationMs / 1000) * 1000
  }

  async #get(): Promise<Lease | undefined> {
    try {
      return await this.#leases().get(this.#options.name)
    } catch (error) {
      if (reasonOf(error) !== 'NotFound') throw error
      return undefined
    }
  }

  #saw(lease: Lease): void {
    const version = lease.metadata.resourceVersion ?? ''
    if (this.#seen?.version !== version) this.#seen = { lease, version, atMs: this.#options.clock.monotonicMs() }
  }

  #leases() {
    return this.#options.client.of(Lease).in(this.#options.namespace)
  }

  #now(): string {
    return `${new Date(this.#options.clock.now()).toISOString().slice(0, -1)}000Z`
  }
}
