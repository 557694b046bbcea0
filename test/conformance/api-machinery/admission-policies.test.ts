/** ValidatingAdmissionPolicies, their bindings and webhook configurations, as objects. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, randomName } from '../api.ts'
import { expectDiscovered, runOperations } from '../api-operations.ts'

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

  async function changeMatchConditions(plural: string): Promise<void> {
    const configurations = api.of(apiVersion, plural)
    const name = randomName('webhook')
    const first = { name: 'expression-1', expression: "object.metadata.namespace == 'production'" }
    const second = { name: 'expression-2', expression: "object.metadata.namespace == 'staging'" }
    await configurations.create({
      metadata: { name },
      webhooks: [
        {
          name: 'validation-webhook-with-match-conditions.k8s.io',
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
          clientConfig: { service: { namespace: 'nobody', name: 'e2e-test-webhook', path: '/always-deny', port: 8443 } },
          sideEffects: 'None',
          admissionReviewVersions: ['v1', 'v1beta1'],
          // Nothing here is ever asked.
          objectSelector: { matchLabels: { [name]: 'true' } },
          matchConditions: [first],
        },
      ],
    })
    try {
      expect((await configurations.get(name)).webhooks[0].matchConditions).toEqual([first])
      await configurations.change(name, (copy) => {
        copy.webhooks[0].matchConditions = [first, second]
      })
      expect((await configurations.get(name)).webhooks[0].matchConditions).toEqual([first, second])
    } finally {
      await configurations.delete(name)
    }
  }

  test('[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update validating webhook configurations with match conditions [Conformance]', async () => {
    await changeMatchConditions('validatingwebhookconfigurations')
  })

  test('[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update mutating webhook configurations with match conditions [Conformance]', async () => {
    await changeMatchConditions('mutatingwebhookconfigurations')
  })

  test('[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should include webhook resources in discovery documents [Conformance]', async () => {
    await expectDiscovered(api, apiVersion, ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'])
    expect((await api.get('/apis/admissionregistration.k8s.io')).name).toBe('admissionregistration.k8s.io')
    expect((await api.get(`/apis/${apiVersion}`)).groupVersion).toBe(apiVersion)
  })
})
