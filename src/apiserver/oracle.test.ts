/**
 * Our answers beside those of a real API server (1.36), scenario by scenario. All are equal but those that are named below. Needs the recording
 * that lies beside the project; without it there is nothing to do.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { clusterRoleAggregationController } from '../controllers/cluster-role-aggregation.ts'
import type { Controller } from '../controllers/controller.ts'
import { garbageCollector } from '../controllers/garbage-collector.ts'
import { resourceQuotaController } from '../controllers/resource-quota.ts'
import { runControllers } from '../controllers/run.ts'
import { serviceAccountTokenController } from '../controllers/service-account-token.ts'
import { differences, type Recorded, replay, type Scenario } from '../testing/replay.ts'
import { startTestClient } from '../testing/test-client.ts'
import { makePrivateKey } from '../wire/x509.ts'

const place = new URL('../../../shared/tools/oracle/', import.meta.url)

const changedIn135 = 'a DeleteOptions that does not decode is a 500 in 1.34; 1.35 made it a 400'
const oldWords = 'the words are newer than 1.34'

/** The scenarios, and in each of them the answers that are not equal: with the reason why, or as a debt. */
const scenarios: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'configmap-crud': {},
  'core-apply': {},
  'core-create-body': { 'generation-max-int64': 'a number beyond 2^53 cannot be had in JavaScript' },
  'core-delete': {
    'wrong-kind-body': changedIn135,
    'unknown-kind-body': changedIn135,
    'bad-json-body': changedIn135,
    'array-body': changedIn135,
    'string-body': changedIn135,
    'number-as-string': changedIn135,
  },
  'core-list-paging': {},
  'core-negotiation': { 'table-sa': 'the Table of ServiceAccounts has a column Secrets in 1.34' },
  'core-patch-merge': {},
  'core-watch': {},
  'kind-csr': {},
  'kind-discovery': {
    'resources-admissionregistration': 'MutatingAdmissionPolicies are served as v1 since 1.36',
    'group-text': 'in a whole kube-apiserver the aggregator answers for groups, and it has no router',
  },
  'kind-event': { 'new-style-fields-missing': oldWords },
  'kind-namespace': { 'name-64': oldWords },
  'kind-quota': {},
  'kind-rbac-roles': {},
  'kind-secret-types': {},
  'kind-strategy': {},
}

/** The recorded server runs some controllers. */
const controllers: Readonly<Record<string, readonly Controller[]>> = {
  'core-delete': [garbageCollector],
  'kind-quota': [resourceQuotaController],
  'kind-rbac-roles': [clusterRoleAggregationController],
  'kind-secret-types': [serviceAccountTokenController],
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
  const serviceAccountKey = makePrivateKey()

  for (const [name, different] of Object.entries(scenarios)) {
    if (shown !== undefined && shown !== name && shown !== 'all') continue
    test(name, async () => {
      await using world = await startTestClient()
      const { api, client } = world
      const run = controllers[name]
      if (run !== undefined) await runControllers({ ...world, clientFor: () => client, flags: { serviceAccountKey }, controllers: run })
      const scenario = JSON.parse(readFileSync(new URL(`scenarios/${name}.json`, place), 'utf8')) as Scenario
      const got = new Map((await replay(api, name, scenario)).map((one) => [`${one.scenario}/${one.step}`, one]))
      const wrong: string[] = []
      let total = 0
      for (const [step, want] of wanted) {
        if (want.scenario !== name) continue
        total++
        const one = got.get(step)
        const lines = one === undefined ? ['missing'] : differences(want, one)
        if (lines.length === 0) continue
        wrong.push(step.slice(name.length + 1))
        if (shown !== undefined)
          console.log(
            `${step}  ${String(want.request ?? '')}\n${lines
              .slice(0, 6)
              .map((line) => `    ${line}`)
              .join('\n')}`,
          )
      }
      if (shown !== undefined) console.log(`${name}: ${total - wrong.length} of ${total}`)
      if (shown !== undefined) console.log(api.errors.slice(0, 5).join('\n'))
      expect(wrong).toEqual(Object.keys(different))
    })
  }
})
