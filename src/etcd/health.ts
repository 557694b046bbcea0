/**
 * Is this member well? Three ways to ask over plain HTTP, all of them etcd's to the byte, because probes and load balancers compare them:
 *
 *     /health                          {"health":"true","reason":""}: no alarm is on and the store takes writes
 *     /livez, /readyz                  ok, or what is wrong; ?verbose tells of every check, ?exclude=NAME leaves one out
 *     /readyz/data_corruption          one check alone
 *
 * An alarm for want of space fails /health and not /readyz: such a member still answers reads, and taking it out of the rotation helps nobody.
 */
import type { HttpRequest, HttpResponse } from '../wire/http.ts'
import type { Member } from './member.ts'
import { alarmTypes } from './messages.ts'
import { plainText, refusedMethod } from './plain-text.ts'

const alarmNames = ['NONE', 'NOSPACE', 'CORRUPT']
/** What is wrong; undefined: nothing. */
type Check = (member: Member) => string | undefined

/** Reads come from memory whatever happens; a store that has stopped taking writes can no longer promise that what it reads is the newest. */
const linearizable: Check = (member) => {
  const { readOnly } = member.store.stats()
  return readOnly === undefined || readOnly.code === 'noSpace' ? undefined : readOnly.message
}

const checks: Readonly<Record<'livez' | 'readyz', Readonly<Record<string, Check>>>> = {
  livez: { serializable_read: () => undefined },
  readyz: {
    data_corruption: (member) => (member.alarms().includes(alarmTypes.corrupt) ? 'alarm activated: CORRUPT' : undefined),
    serializable_read: () => undefined,
    linearizable_read: linearizable,
    non_learner: () => undefined,
  },
}

export interface CheckCount {
  readonly type: 'livez' | 'readyz'
  readonly name: string
  isWell: boolean
  readonly counts: { success: number; error: number }
}

export class Health {
  readonly #member: Member
  /** How often /health was answered, for the metrics. */
  readonly answered = { success: 0, failure: 0 }
  readonly checked = new Map<string, CheckCount>()

  constructor(member: Member) {
    this.#member = member
  }

  /** Undefined: the path is none of ours. */
  answer(request: HttpRequest): HttpResponse | undefined {
    if (request.path === '/health') return request.method === 'GET' ? this.#health(request.query) : refusedMethod
    const [, type = '', name, more] = request.path.split('/')
    if ((type !== 'livez' && type !== 'readyz') || more !== undefined) return undefined
    if (name !== undefined && !Object.hasOwn(checks[type], name)) return undefined
    if (request.method !== 'GET') return refusedMethod
    const query = new URLSearchParams(request.query)
    const excluded = name === undefined ? query.getAll('exclude') : []
    const names = name === undefined ? Object.keys(checks[type]).filter((one) => !excluded.includes(one)) : [name]
    return this.#run(type, names, query.has('verbose'))
  }

  #health(query: string): HttpResponse {
    const excluded = new URLSearchParams(query).getAll('exclude')
    const alarm = this.#member.alarms().find((one) => !excluded.includes(alarmNames[one] as string))
    const reason = alarm === undefined ? linearizable(this.#member) : `ALARM ${alarmNames[alarm]}`
    this.answered[reason === undefined ? 'success' : 'failure']++
    if (reason !== undefined) return plainText(503, `${JSON.stringify({ health: 'false', reason })}\n`)
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: JSON.stringify({ health: 'true', reason: '' }) }
  }

  #run(type: 'livez' | 'readyz', names: readonly string[], isVerbose: boolean): HttpResponse {
    let [said, isWell] = ['', true]
    for (const name of names) {
      const wrong = checks[type][name]?.(this.#member)
      said += wrong === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${wrong}\n`
      if (wrong !== undefined) isWell = false
      this.#count(type, name, wrong === undefined)
    }
    return isWell ? plainText(200, `${isVerbose ? said : ''}ok\n`) : plainText(503, `${said}\n`)
  }

  #count(type: 'livez' | 'readyz', name: string, isWell: boolean): void {
    const key = `${type}/${name}`
    let count = this.checked.get(key)
    if (count === undefined) this.checked.set(key, (count = { type, name, isWell, counts: { success: 0, error: 0 } }))
    count.isWell = isWell
    count.counts[isWell ? 'success' : 'error']++
  }
}
