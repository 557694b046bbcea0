/**
 * What every service of this member needs: the store, who we are, which alarms are on. A member is the whole cluster here; its numbers
 * are computed as etcd computes them from the peer URLs and the cluster's token, so that those who know an address know the number.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { EmbeddedStore } from '../store/embedded.ts'
import { Counts } from './counts.ts'
import { etcdError } from './errors.ts'
import { alarmTypes, type ResponseHeader } from './messages.ts'

/** The version whose behaviour this is; clients ask for it to learn what a server can do. */
export const etcdVersion = '3.6.4'
export const clusterVersion = '3.6.0'

export interface MemberOptions {
  readonly store: EmbeddedStore
  readonly clock: Clock
  readonly log: Log
  readonly name: string
  readonly clusterToken: string
  readonly peerUrls: readonly string[]
  readonly clientUrls: readonly string[]
  readonly requestBytesMax: number
  readonly transactionOpsMax: number
  /** 0: etcd's default of 2 GB. */
  readonly quotaBytes: number
  readonly watchProgressMs: number
  /** Counted already, below the store. */
  readonly counts?: Counts
  /** How the process was started, for /debug/vars. */
  readonly commandLine?: readonly string[]
  /** What the process holds, for its metrics. */
  readonly residentBytes?: () => number
}

export class Member {
  readonly options: MemberOptions
  readonly store: EmbeddedStore
  readonly clock: Clock
  readonly log: Log
  readonly memberId: bigint
  readonly clusterId: bigint
  /** One member is elected once. */
  readonly raftTerm = 2
  readonly counts: Counts
  readonly #alarms = new Set<number>()

  constructor(options: MemberOptions) {
    this.options = options
    this.counts = options.counts ?? new Counts()
    this.store = options.store
    this.clock = options.clock
    this.log = options.log
    this.memberId = memberIdOf(options.peerUrls, options.clusterToken)
    this.clusterId = clusterIdOf([this.memberId])
  }

  header(revision: number): ResponseHeader {
    return { clusterId: this.clusterId, memberId: this.memberId, revision, raftTerm: this.raftTerm }
  }

  get quotaBytes(): number {
    return this.options.quotaBytes === 0 ? quotaBytesDefault : this.options.quotaBytes
  }

  headerNow(): ResponseHeader {
    return this.header(this.store.revision)
  }

  /** The alarms that are on: what an operator has set, and what the store says about its disk. */
  alarms(): readonly number[] {
    const alarms = new Set(this.#alarms)
    const { readOnly } = this.store.stats()
    if (readOnly?.code === 'noSpace') alarms.add(alarmTypes.noSpace)
    return [...alarms].sort()
  }

  setAlarm(type: number, isOn: boolean): void {
    if (isOn) this.#alarms.add(type)
    else this.#alarms.delete(type)
  }

  /** Refuses everything but reads of what is known good, as etcd does while this alarm is on. */
  requireSound(): void {
    if (this.#alarms.has(alarmTypes.corrupt)) throw etcdError('corrupt')
  }

  /** For what makes the store grow. Beyond the quota the alarm goes on and stays on until it is disarmed. */
  requireSpace(): void {
    this.requireSound()
    if (!this.#alarms.has(alarmTypes.noSpace)) {
      if (this.store.memoryBytes <= this.quotaBytes) return
      this.#alarms.add(alarmTypes.noSpace)
      this.log.warn('The database is larger than its quota: compact it, then disarm the alarm', { quotaBytes: this.quotaBytes })
    }
    throw etcdError('noSpace')
  }

  requireSize(bytes: number): void {
    // What etcd would send to its members: the request in an envelope with a number.
    if (bytes + requestEnvelopeBytes > this.options.requestBytesMax) throw etcdError('requestTooLarge')
  }
}

const quotaBytesDefault = 2 * 1024 ** 3
const requestEnvelopeBytes = 18

function memberIdOf(peerUrls: readonly string[], token: string): bigint {
  return firstEight(createHash('sha1').update([...peerUrls].sort().join('') + token))
}

function clusterIdOf(memberIds: readonly bigint[]): bigint {
  const bytes = Buffer.alloc(8 * memberIds.length)
  for (const [index, id] of memberIds.entries()) bytes.writeBigUInt64BE(id, 8 * index)
  return firstEight(createHash('sha1').update(bytes))
}

function firstEight(hash: import('node:crypto').Hash): bigint {
  return hash.digest().readBigUInt64BE(0)
}
