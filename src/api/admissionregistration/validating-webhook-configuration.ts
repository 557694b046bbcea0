/**
 * admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration: webhooks that may refuse objects.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { matchCondition, ruleWithOperations, webhookClientConfig } from './rules.ts'
import { setWebhookDefaults, validateWebhooks } from './webhook-rules.ts'

export interface ValidatingWebhook extends Infer<typeof validatingWebhook> {}
export const validatingWebhook = struct('admissionregistration.v1.ValidatingWebhook', {
  name: field(1, string),
  clientConfig: field(2, webhookClientConfig),
  rules: field(3, list(ruleWithOperations)).optional().listAtomic(),
  failurePolicy: field(4, string).optional().pointer().enum('Fail', 'Ignore'),
  matchPolicy: field(9, string).optional().pointer().enum('Equivalent', 'Exact'),
  namespaceSelector: field(5, labelSelector).optional().pointer(),
  objectSelector: field(10, labelSelector).optional().pointer(),
  sideEffects: field(6, string).pointer().enum('None', 'NoneOnDryRun', 'Some', 'Unknown'),
  timeoutSeconds: field(7, int32).optional().pointer(),
  admissionReviewVersions: field(8, list(string)).listAtomic(),
  matchConditions: field(11, list(matchCondition)).optional().listMap('name').patchMerge('name'),
})

export const validatingWebhookConfiguration = struct('admissionregistration.v1.ValidatingWebhookConfiguration', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  webhooks: field(2, list(validatingWebhook)).optional().listMap('name').patchMerge('name'),
})

export type ValidatingWebhookConfiguration = ObjectOf<typeof ValidatingWebhookConfiguration>
export const ValidatingWebhookConfiguration = defineKind({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: validatingWebhookConfiguration }],
  setDefaults: ({ webhooks }) => {
    for (const webhook of webhooks ?? []) setWebhookDefaults(webhook)
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
