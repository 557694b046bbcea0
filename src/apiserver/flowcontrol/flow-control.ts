/**
 * Priority and fairness: every request belongs to the first FlowSchema that it matches, and that to a priority level, which has seats. Who finds
 * one goes on; the others wait their turn or are told to come back later (429). The level `exempt` has no limit.
 *
 *     request  ->  FlowSchema (by precedence, then name)  ->  priority level  ->  seat
 *
 * The objects are the API's own; until they are there, and when somebody breaks them, `exempt` and `catch-all` hold as they are written here.
 * What was found for a user and a kind of request is remembered until the objects change.
 */
import type { FlowSchema } from '../../api/flowcontrol/flow-schema.ts'
import type { PriorityLevelConfiguration } from '../../api/flowcontrol/priority-level-configuration.ts'
import type { Clock } from '../../std/clock.ts'
import type { User } from '../authn/user.ts'
import { type FlowControlObject, flowSchemas, priorityLevels } from '../bootstrap/flow-control-objects.ts'
import { type Asked, belongs, type FlowSchemaSpec, flowOf } from './classify.ts'
import { FlowMetrics, type FlowSeries } from './flow-metrics.ts'
import { type LevelConfig, PriorityLevel, type Refusal, type Seat } from './priority-level.ts'
import { RetryAfter } from './retry-after.ts'
import { allocate, seatLimits } from './seats.ts'
import type { Sized, Widths } from './width.ts'

export interface FlowControlOptions {
  readonly clock: Clock
  readonly widths: Widths
  /** Requests that may run at once, of all levels together. */
  readonly seats: number
  readonly requestTimeoutMs: number
}

/** Where a request belongs. */
export interface Classified {
  readonly schemaName: string
  readonly schemaUid: string
  readonly level: PriorityLevel
  readonly flow: string
  readonly series: FlowSeries
}

interface Schema {
  readonly name: string
  readonly uid: string
  readonly spec: FlowSchemaSpec
  readonly level: PriorityLevel
  readonly series: FlowSeries
}

const rememberedMax = 1000

export class FlowControl {
  readonly #options: FlowControlOptions
  readonly #metrics = new FlowMetrics()
  readonly #levels = new Map<string, PriorityLevel>()
  readonly #retryAfter = new Map<string, RetryAfter>()
  #schemas: readonly Schema[] = []
  #remembered = new WeakMap<User, Map<string, Classified>>()
  #fairFraction = 0

  constructor(options: FlowControlOptions) {
    this.#options = options
    this.configure([], [])
  }

  /** The objects as they are now. */
  configure(schemas: readonly FlowSchema[], levels: readonly PriorityLevelConfiguration[]): void {
    this.#setLevels(withMandatory(levels, priorityLevels))
    this.#schemas = withMandatory(schemas, flowSchemas)
      .flatMap((schema) => this.#schemaOf(schema) ?? [])
      .sort((a, b) => precedenceOf(a) - precedenceOf(b) || (a.name < b.name ? -1 : 1))
    this.#remembered = new WeakMap()
  }

  get levels(): readonly PriorityLevel[] {
    return [...this.#levels.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  classify(user: User, asked: Asked): Classified {
    let known = this.#remembered.get(user)
    if (known === undefined) this.#remembered.set(user, (known = new Map()))
    const { verb, isResource, group, resource, subresource, namespace, path } = asked
    const key = isResource ? `${verb} ${group}/${resource}/${subresource}/${namespace}` : `${verb} ${path}`
    let found = known.get(key)
    if (found !== undefined) return found
    const schema = this.#schemas.find(({ spec }) => belongs(spec, user, asked)) ?? this.#catchAll
    const { name: schemaName, uid: schemaUid, level, series } = schema
    found = { schemaName, schemaUid, level, flow: flowOf(schema.spec, user, asked), series }
    if (known.size >= rememberedMax) known.clear()
    known.set(key, found)
    return found
  }

  /** Somebody in no group at all: impersonation allows that. */
  get #catchAll(): Schema {
    return this.#schemas.find(({ name }) => name === 'catch-all') as Schema
  }

  seatsOf(context: Sized, { level, series }: Classified): number {
    const seats = this.#options.widths.seatsOf(context, level.seatsMax)
    series.seats.observe(seats)
    return seats
  }

  /** For a request that was not admitted at once. */
  async wait(signal: AbortSignal, { schemaName, flow, level, series }: Classified, seats: number): Promise<Seat | Refusal> {
    const { clock } = this.#options
    const beganMs = clock.monotonicMs()
    const result = await level.wait({ flowSchema: schemaName, flow, seats, signal, counters: series.counters })
    const waitedSeconds = (clock.monotonicMs() - beganMs) / 1000
    if (typeof result !== 'string') {
      series.waited.observe(waitedSeconds)
      return result
    }
    series.rejected(result).value++
    if (result === 'time-out' || result === 'cancelled') series.waitedInVain().observe(waitedSeconds)
    return result
  }

  /** Seconds for the Retry-After header of somebody who was turned away. */
  turnedAway({ level }: Classified): number {
    let found = this.#retryAfter.get(level.name)
    if (found === undefined) this.#retryAfter.set(level.name, (found = new RetryAfter()))
    found.note(Math.floor(this.#options.clock.now() / 1000))
    return found.seconds
  }

  /** Deals the seats out anew by what was asked for since the last time; every ten seconds. */
  borrow(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const level of this.#levels.values()) level.demand.turn(nowMs)
    this.#deal()
  }

  text(): readonly string[] {
    return this.#metrics.text(this.levels, this.#fairFraction)
  }

  #setLevels(levels: readonly PriorityLevelConfiguration[]): void {
    const { clock, seats, requestTimeoutMs } = this.#options
    const configs = levels.map(levelConfig)
    const sharesOfAll = configs.reduce((sum, { shares }) => sum + shares, 0)
    for (const name of this.#levels.keys()) if (!configs.some((config) => config.name === name)) this.#levels.delete(name)
    for (const config of configs) {
      let level = this.#levels.get(config.name)
      if (level === undefined) this.#levels.set(config.name, (level = new PriorityLevel(config, clock, requestTimeoutMs / 4)))
      level.configure(config, seatLimits(config, sharesOfAll, seats))
    }
    this.borrow()
  }

  #deal(): void {
    const all = [...this.#levels.values()]
    const lowestNow = ({ limits, demand }: PriorityLevel): number => {
      return Math.max(limits.lowest, Math.min(limits.nominal, demand.highWatermark))
    }
    const limited = all.filter(({ config }) => !config.isExempt)
    let seats = all.reduce((sum, { limits }) => sum + limits.nominal, 0)
    const toDeal = seats
    for (const level of all.filter(({ config }) => config.isExempt)) {
      level.target = Math.max(level.limits.lowest, level.demand.highWatermark)
      level.setLimit(level.target)
      seats -= level.target
    }
    for (const level of limited) level.target = Math.max(lowestNow(level), level.demand.smoothed)
    const lowest = limited.reduce((sum, { limits }) => sum + limits.lowest, 0)
    const lowestByDemand = limited.reduce((sum, level) => sum + lowestNow(level), 0)
    this.#fairFraction = 0
    if (seats <= lowest) {
      for (const level of limited) level.setLimit(level.limits.lowest)
    } else if (seats <= lowestByDemand) {
      const share = (seats - lowest) / (lowestByDemand - lowest)
      for (const level of limited) level.setLimit(level.limits.lowest + Math.round((lowestNow(level) - level.limits.lowest) * share))
    } else {
      const claims = limited.map((level) => ({ lower: lowestNow(level), upper: level.limits.highest, target: level.target }))
      const dealt = allocate(toDeal, claims)
      this.#fairFraction = dealt.fraction
      for (const [index, level] of limited.entries()) level.setLimit(Math.round(dealt.seats[index] as number))
    }
  }

  /** Undefined when its level does not exist. */
  #schemaOf({ metadata, spec }: FlowSchema): Schema | undefined {
    const level = this.#levels.get(spec?.priorityLevelConfiguration?.name ?? '')
    if (level === undefined || spec === undefined) return undefined
    const name = metadata?.name ?? ''
    return { name, uid: metadata?.uid ?? '', spec, level, series: this.#metrics.seriesOf(name, level.name, level.config.isExempt) }
  }
}

function precedenceOf({ spec }: Schema): number {
  return spec.matchingPrecedence ?? 1000
}

/** Mandatory objects hold even before they are written, and with the specification that is written here. */
function withMandatory<T extends { readonly metadata: { readonly name?: string | undefined } }>(
  objects: readonly T[],
  own: readonly FlowControlObject[],
): readonly T[] {
  const mandatory = own.filter(({ isMandatory }) => isMandatory === true)
  const missing = mandatory.filter(({ name }) => !objects.some(({ metadata }) => metadata.name === name))
  return [...objects, ...missing.map(({ name, spec }) => ({ metadata: { name, uid: '' }, spec }) as unknown as T)]
}

function levelConfig({ metadata, spec }: PriorityLevelConfiguration): LevelConfig {
  const isExempt = spec?.type === 'Exempt'
  const terms = isExempt ? spec?.exempt : spec?.limited
  const response = spec?.limited?.limitResponse
  const queuing = !isExempt && response?.type === 'Queue' ? response.queuing : undefined
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    isExempt,
    shares: terms?.nominalConcurrencyShares ?? (isExempt ? 0 : 30),
    lendablePercent: terms?.lendablePercent ?? 0,
    borrowingLimitPercent: spec?.limited?.borrowingLimitPercent ?? undefined,
    queuing:
      queuing == null
        ? undefined
        : { queues: queuing.queues ?? 64, handSize: queuing.handSize ?? 8, queueLengthLimit: queuing.queueLengthLimit ?? 50 },
  }
}
