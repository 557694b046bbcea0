/** ValidatingAdmissionPolicies and their bindings. */
import { describe, expect, test } from 'vitest'
import { connect, type Json } from '../api.ts'
import { runOperations } from '../api-operations.ts'

const api = await connect()
const apiVersion = 'admissionregistration.k8s.io/v1'

describe.concurrent('admission policies', () => {
  test('[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicy API operations [Conformance]', async () => {
    const plural = 'validatingadmissionpolicies'
    const policies = api.of(apiVersion, plural)
    const types = (object: Json) => object.status.conditions.map((one: Json) => one.type)
    await runOperations(api, {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      plural,
      base: 'e2e-example-vap',
      subresources: ['status'],
      template: {
        spec: {
          validations: [{ expression: 'object.spec.replicas <= 100' }],
          matchConstraints: {
            resourceRules: [{ operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] }],
          },
        },
      },
      patch: { spec: { failurePolicy: 'Ignore' } },
      patched: (object) => expect(object.spec.failurePolicy).toBe('Ignore'),
      update: (object) => {
        object.spec.failurePolicy = 'Fail'
      },
      updated: (object) => expect(object.spec.failurePolicy).toBe('Fail'),
      subresourceSteps: async (name, created) => {
        const kind = 'ValidatingAdmissionPolicy'
        expect(await policies.get(name, 'status')).toMatchObject({ apiVersion, kind, metadata: { uid: created.metadata.uid } })
        const condition = { status: 'False', reason: 'e2e', message: 'Set from an e2e test', lastTransitionTime: '2024-01-01T00:00:00Z' }
        const patch = { status: { conditions: [{ type: 'PatchStatusFailed', ...condition }] } }
        expect(types(await policies.patch(name, patch, { subresource: 'status' }))).toContain('PatchStatusFailed')
        const updated = await policies.change(
          name,
          (copy) => {
            copy.status.conditions = [...(copy.status.conditions ?? []), { type: 'StatusUpdateFailed', ...condition }]
          },
          'status',
        )
        expect(types(updated)).toContain('StatusUpdateFailed')
      },
    })
  })

  test('[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicyBinding API operations [Conformance]', async () => {
    await runOperations(api, {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      plural: 'validatingadmissionpolicybindings',
      base: 'e2e-example-vapb',
      template: { spec: { policyName: 'replicalimit-policy.example.com', validationActions: ['Deny'] } },
      patch: { spec: { validationActions: ['Warn'] } },
      patched: (object) => expect(object.spec.validationActions).toEqual(['Warn']),
      update: (object) => {
        object.spec.validationActions = ['Deny']
      },
      updated: (object) => expect(object.spec.validationActions).toEqual(['Deny']),
    })
  })
})
