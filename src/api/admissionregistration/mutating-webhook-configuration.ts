/**
 * admissionregistration.k8s.io/v1 MutatingWebhookConfiguration: webhooks that may change objects on their way in.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { matchCondition, ruleWithOperations, webhookClientConfig } from './rules.ts'
import { setWebhookDefaults, validateWebhooks } from './webhook-rules.ts'

export interface MutatingWebhook extends Infer<typeof mutatingWebhook> {}
export const mutatingWebhook = struct('admissionregistration.v1.MutatingWebhook', {
  name: field(1, string),
  clientConfig: field(2, webhookClientConfig),
  rules: field(3, list(ruleWithOperations)).optional().listAtomic(),
  failurePolicy: field(4, string).optional().pointer().enum('Fail', 'Ignore'),
  matchPolicy: field(9, string).optional().pointer().enum('Equivalent', 'Exact'),
  namespaceSelector: field(5, labelSelector).optional().pointer(),
  objectSelector: field(11, labelSelector).optional().pointer(),
  sideEffects: field(6, string).pointer().enum('None', 'NoneOnDryRun', 'Some', 'Unknown'),
  timeoutSeconds: field(7, int32).optional().pointer(),
  admissionReviewVersions: field(8, list(string)).listAtomic(),
  reinvocationPolicy: field(10, string).optional().pointer(),
  matchConditions: field(12, list(matchCondition)).optional().listMap('name').patchMerge('name'),
})

export const mutatingWebhookConfiguration = struct('admissionregistration.v1.MutatingWebhookConfiguration', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  webhooks: field(2, list(mutatingWebhook)).optional().listMap('name').patchMerge('name'),
})

export type MutatingWebhookConfiguration = ObjectOf<typeof MutatingWebhookConfiguration>
export const MutatingWebhookConfiguration = defineKind({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: mutatingWebhookConfiguration }],
  setDefaults: ({ webhooks }) => {
    for (const webhook of webhooks ?? []) {
      setWebhookDefaults(webhook)
      webhook.reinvocationPolicy ??= 'Never'
    }
  },
  validate: ({ webhooks }) => validateWebhooks(webhooks ?? []),
  validateUpdate: ({ webhooks }, old) => validateWebhooks(webhooks ?? [], old.webhooks ?? []),
  allowUnconditionalUpdate: false,
  columns: [
    {
      name: 'Webhooks',
      type: 'integer',
      description: 'Webhooks indicates the number of webhooks registered in this configuration',
      value: ({ webhooks }) => webhooks?.length ?? 0,
    },
  ],
})
