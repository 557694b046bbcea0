/** FlowSchemas and PriorityLevelConfigurations as objects. */
import { describe, expect, test } from 'vitest'
import { connect, type Json } from '../api.ts'
import { runOperations } from '../api-operations.ts'

const api = await connect()
const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'

/** Read, patch and update the conditions in /status. */
async function statusSteps(kind: string, plural: string, name: string, created: Json): Promise<void> {
  const resource = api.of(apiVersion, plural)
  const read = await resource.get(name, 'status')
  expect(read).toMatchObject({ apiVersion, kind, metadata: { uid: created.metadata.uid } })
  const conditionTypes = (object: Json) => object.status.conditions.map((one: Json) => one.type)
  const patch = { status: { conditions: [{ type: 'PatchStatusFailed', status: 'False', reason: 'e2e' }] } }
  expect(conditionTypes(await resource.patch(name, patch, { subresource: 'status' }))).toContain('PatchStatusFailed')
  const condition = { type: 'StatusUpdateFailed', status: 'False', reason: 'E2E', message: 'Set from an e2e test' }
  const updated = await resource.change(
    name,
    (copy) => {
      copy.status.conditions.push(condition)
    },
    'status',
  )
  expect(conditionTypes(updated)).toContain('StatusUpdateFailed')
}

describe.concurrent('flow control', () => {
  test('[sig-api-machinery] API priority and fairness should support FlowSchema API operations [Conformance]', async () => {
    await runOperations(api, {
      apiVersion,
      kind: 'FlowSchema',
      plural: 'flowschemas',
      base: 'e2e-example-fs',
      subresources: ['status'],
      template: {
        spec: {
          matchingPrecedence: 10000,
          priorityLevelConfiguration: { name: 'global-default' },
          distinguisherMethod: { type: 'ByUser' },
          rules: [
            {
              subjects: [{ kind: 'User', user: { name: 'example-e2e-non-existent-user' } }],
              nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
            },
          ],
        },
      },
      patch: { spec: { matchingPrecedence: 9999 } },
      patched: (object) => expect(object.spec.matchingPrecedence).toBe(9999),
      update: (object) => {
        object.spec.matchingPrecedence = 9000
      },
      updated: (object) => expect(object.spec.matchingPrecedence).toBe(9000),
      subresourceSteps: (name, created) => statusSteps('FlowSchema', 'flowschemas', name, created),
    })
  })

  test('[sig-api-machinery] API priority and fairness should support PriorityLevelConfiguration API operations [Conformance]', async () => {
    await runOperations(api, {
      apiVersion,
      kind: 'PriorityLevelConfiguration',
      plural: 'prioritylevelconfigurations',
      base: 'e2e-example-pl',
      subresources: ['status'],
      template: { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } } },
      patch: { spec: { limited: { nominalConcurrencyShares: 4 } } },
      patched: (object) => expect(object.spec.limited.nominalConcurrencyShares).toBe(4),
      update: (object) => {
        object.spec.limited.nominalConcurrencyShares = 6
      },
      updated: (object) => expect(object.spec.limited.nominalConcurrencyShares).toBe(6),
      subresourceSteps: (name, created) => statusSteps('PriorityLevelConfiguration', 'prioritylevelconfigurations', name, created),
    })
  })
})
