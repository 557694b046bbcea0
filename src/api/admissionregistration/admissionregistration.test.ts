/**
 * What extends admission: defaults of webhooks, refusals of webhooks, policies and bindings in upstream's words.
 */
import { describe, expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { MutatingWebhookConfiguration } from './mutating-webhook-configuration.ts'
import { ValidatingAdmissionPolicy } from './validating-admission-policy.ts'
import { ValidatingAdmissionPolicyBinding } from './validating-admission-policy-binding.ts'
import { ValidatingWebhookConfiguration } from './validating-webhook-configuration.ts'

const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }
const webhook = {
  name: 'a.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { service: { namespace: 'n', name: 's' } },
  rules: [rule],
}

describe.each([
  ['ValidatingWebhookConfiguration', judged(ValidatingWebhookConfiguration as never, { metadata: { name: 'w' }, webhooks: [webhook] })],
  ['MutatingWebhookConfiguration', judged(MutatingWebhookConfiguration as never, { metadata: { name: 'w' }, webhooks: [webhook] })],
])('%s', (name, { made, errors }) => {
  test('defaults', () => {
    expect(made()).toMatchObject({
      webhooks: [
        {
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          timeoutSeconds: 10,
          clientConfig: { service: { port: 443 } },
          rules: [{ scope: '*' }],
          ...(name.startsWith('Mut') ? { reinvocationPolicy: 'Never' } : {}),
        },
      ],
    })
  })
  test.each([
    ['a good one', {}, []],
    [
      'no versions',
      { admissionReviewVersions: [] },
      ['webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1'],
    ],
    [
      'a short name',
      { name: 'a' },
      ['webhooks[0].name: Invalid value: "a": should be a domain with at least three segments separated by dots'],
    ],
    [
      'two targets',
      { clientConfig: { url: 'https://a/b', service: webhook.clientConfig.service } },
      ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
    ],
    [
      'side effects',
      { sideEffects: 'Some' },
      ['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
    ],
    [
      'a long wait',
      { timeoutSeconds: 31 },
      ['webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds'],
    ],
    [
      'everything and more',
      { rules: [{ ...rule, operations: ['*', 'CREATE'], resources: ['*', 'pods'] }] },
      [
        'webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
        'webhooks[0].rules[0].resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources without subresources',
      ],
    ],
  ])('takes or refuses %s', (_name, change, expected) => expect(errors({ webhooks: [{ ...webhook, ...change }] })).toEqual(expected))
})

describe('ValidatingAdmissionPolicy', () => {
  const { made, errors } = judged(ValidatingAdmissionPolicy as never, {
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: 'true' }] },
  })
  test('defaults', () => {
    expect(made()).toMatchObject({
      spec: { failurePolicy: 'Fail', matchConstraints: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} } },
    })
  })
  test.each([
    ['a good one', {}, []],
    [
      'nothing to do',
      { validations: undefined },
      [
        'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
        'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
      ],
    ],
    ['nothing to match', { matchConstraints: undefined }, ['spec.matchConstraints: Required value']],
    [
      'an empty expression',
      { validations: [{ expression: ' ' }] },
      ['spec.validations[0].expression: Required value: expression is not specified'],
    ],
    [
      'an unknown policy',
      { failurePolicy: 'Maybe' },
      ['spec.failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"'],
    ],
    [
      'a half parameter',
      { paramKind: { apiVersion: 'a/b/c' } },
      ['spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c', 'spec.paramKind.kind: Required value'],
    ],
  ])('takes or refuses %s', (_name, spec, expected) => expect(errors({ spec })).toEqual(expected))
})

describe('ValidatingAdmissionPolicyBinding', () => {
  const { errors } = judged(ValidatingAdmissionPolicyBinding as never, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'] },
  })
  test.each([
    ['a good one', {}, []],
    ['no policy', { policyName: undefined }, ['spec.policyName: Required value']],
    ['no action', { validationActions: [] }, ['spec.validationActions: Required value: at least one validation action is required']],
    [
      'actions that contradict',
      { validationActions: ['Deny', 'Warn'] },
      [
        'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
    [
      'parameters of no kind',
      { paramRef: {} },
      ['spec.paramRef: Required value: one of name or selector must be specified', 'spec.paramRef.parameterNotFoundAction: Required value'],
    ],
  ])('takes or refuses %s', (_name, spec, expected) => expect(errors({ spec })).toEqual(expected))
})
