/**
 * Our answers beside those of a real API server (1.36), scenario by scenario. The numbers below may only grow: whoever makes more answers
 * equal raises them. Needs the recording that lies beside the project; without it there is nothing to do.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'
import { differences, type Recorded, replay, type Scenario } from '../testing/replay.ts'

const place = new URL('../../../shared/tools/oracle/', import.meta.url)

/** How many answers are equal, at least. */
const floors: Readonly<Record<string, number>> = {
  'configmap-crud': 11,
  'core-apply': 86,
  'core-create-body': 67,
  'core-delete': 52,
  'core-list-paging': 90,
  'core-negotiation': 54,
  'core-patch-merge': 65,
  'core-watch': 73,
  'kind-csr': 10,
  'kind-discovery': 45,
  'kind-event': 15,
  'kind-namespace': 30,
  'kind-quota': 13,
  'kind-rbac-roles': 18,
  'kind-secret-types': 23,
  'kind-strategy': 71,
}

describe.runIf(existsSync(new URL('real-1.36.jsonl', place)))('as a real API server', () => {
  const wanted = new Map<string, Recorded>()
  for (const line of existsSync(new URL('real-1.36.jsonl', place))
    ? readFileSync(new URL('real-1.36.jsonl', place), 'utf8').split('\n')
    : []) {
    if (line === '') continue
    const recorded = JSON.parse(line) as Recorded
    wanted.set(`${recorded.scenario}/${recorded.step}`, recorded)
  }
  const shown = process.env.T8S_ORACLE

  for (const [name, floor] of Object.entries(floors)) {
    if (shown !== undefined && shown !== name && shown !== 'all') continue
    test(`${name} has at least ${floor} equal answers`, async () => {
      await using api = await startTestApiServer()
      const scenario = JSON.parse(readFileSync(new URL(`scenarios/${name}.json`, place), 'utf8')) as Scenario
      const got = new Map((await replay(api, name, scenario)).map((one) => [`${one.scenario}/${one.step}`, one]))
      let equal = 0
      let total = 0
      for (const [step, want] of wanted) {
        if (want.scenario !== name) continue
        total++
        const one = got.get(step)
        const lines = one === undefined ? ['missing'] : differences(want, one)
        if (lines.length === 0) equal++
        else if (shown !== undefined)
          console.log(
            `${step}  ${String(want.request ?? '')}\n${lines
              .slice(0, 6)
              .map((line) => `    ${line}`)
              .join('\n')}`,
          )
      }
      if (shown !== undefined) console.log(`${name}: ${equal} of ${total}`)
      if (shown !== undefined) console.log(api.errors.slice(0, 5).join('\n'))
      expect(equal).toBeGreaterThanOrEqual(floor)
    })
  }
})
