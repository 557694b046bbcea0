/**
 * apiextensions.k8s.io/v1 CustomResourceDefinition: a kind that a user brings.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import {
  boolean,
  bytes,
  double,
  field,
  type Infer,
  int32,
  int64,
  json,
  list,
  map,
  recursiveStruct,
  type StructSchema,
  schemaOr,
  string,
  struct,
  time,
} from '../../apimachinery/schema/schema.ts'
import { validateObjectMetaUpdate } from '../../apimachinery/validate-metadata.ts'
import {
  noteStoredVersion,
  setDefinitionDefaults,
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from './definition-rules.ts'

export interface ServiceReference extends Infer<typeof serviceReference> {}
export const serviceReference = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference', {
  namespace: field(1, string),
  name: field(2, string),
  path: field(3, string).optional().pointer(),
  port: field(4, int32).optional().pointer(),
})

export interface WebhookClientConfig extends Infer<typeof webhookClientConfig> {}
export const webhookClientConfig = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig', {
  service: field(1, serviceReference).optional().pointer(),
  caBundle: field(2, bytes).optional(),
  url: field(3, string).optional().pointer(),
})

export interface WebhookConversion extends Infer<typeof webhookConversion> {}
export const webhookConversion = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion', {
  clientConfig: field(2, webhookClientConfig).optional().pointer(),
  conversionReviewVersions: field(3, list(string)).listAtomic(),
})

export interface CustomResourceConversion extends Infer<typeof customResourceConversion> {}
export const customResourceConversion = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion', {
  strategy: field(1, string),
  webhook: field(2, webhookConversion).optional().pointer(),
})

export interface CustomResourceDefinitionNames extends Infer<typeof customResourceDefinitionNames> {}
export const customResourceDefinitionNames = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames',
  {
    plural: field(1, string),
    singular: field(2, string).optional(),
    shortNames: field(3, list(string)).optional().listAtomic(),
    kind: field(4, string),
    listKind: field(5, string).optional(),
    categories: field(6, list(string)).optional().listAtomic(),
  },
)

export interface CustomResourceColumnDefinition extends Infer<typeof customResourceColumnDefinition> {}
export const customResourceColumnDefinition = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition',
  {
    name: field(1, string),
    type: field(2, string),
    format: field(3, string).optional(),
    description: field(4, string).optional(),
    priority: field(5, int32).optional(),
    jsonPath: field(6, string),
  },
)

export interface ExternalDocumentation extends Infer<typeof externalDocumentation> {}
export const externalDocumentation = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation', {
  description: field(1, string).optional(),
  url: field(2, string).optional(),
})

export interface ValidationRule extends Infer<typeof validationRule> {}
export const validationRule = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule', {
  rule: field(1, string),
  message: field(2, string).optional(),
  messageExpression: field(3, string).optional(),
  reason: field(4, string)
    .optional()
    .pointer()
    .enum('FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'),
  fieldPath: field(5, string).optional(),
  optionalOldSelf: field(6, boolean).optional().pointer(),
})

const schemaOrArray = schemaOr(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
  'array',
  () => jsonSchemaProps,
)
const schemaOrBool = schemaOr(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool',
  'bool',
  () => jsonSchemaProps,
)
const schemaOrStringArray = schemaOr(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
  'stringArray',
  () => jsonSchemaProps,
)

export interface JSONSchemaProps {
  readonly [key: string]: unknown
}
export const jsonSchemaProps: StructSchema<JSONSchemaProps> = recursiveStruct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps',
  () => ({
    id: field(1, string).optional(),
    $schema: field(2, string).optional(),
    $ref: field(3, string).optional().pointer(),
    description: field(4, string).optional(),
    type: field(5, string).optional(),
    format: field(6, string).optional(),
    title: field(7, string).optional(),
    default: field(8, json).optional().pointer(),
    maximum: field(9, double).optional().pointer(),
    exclusiveMaximum: field(10, boolean).optional(),
    minimum: field(11, double).optional().pointer(),
    exclusiveMinimum: field(12, boolean).optional(),
    maxLength: field(13, int64).optional().pointer(),
    minLength: field(14, int64).optional().pointer(),
    pattern: field(15, string).optional(),
    maxItems: field(16, int64).optional().pointer(),
    minItems: field(17, int64).optional().pointer(),
    uniqueItems: field(18, boolean).optional(),
    multipleOf: field(19, double).optional().pointer(),
    enum: field(20, list(json)).optional().listAtomic(),
    maxProperties: field(21, int64).optional().pointer(),
    minProperties: field(22, int64).optional().pointer(),
    required: field(23, list(string)).optional().listAtomic(),
    items: field(24, schemaOrArray).optional().pointer(),
    allOf: field(25, list(jsonSchemaProps)).optional().listAtomic(),
    oneOf: field(26, list(jsonSchemaProps)).optional().listAtomic(),
    anyOf: field(27, list(jsonSchemaProps)).optional().listAtomic(),
    not: field(28, jsonSchemaProps).optional().pointer(),
    properties: field(29, map(jsonSchemaProps)).optional(),
    additionalProperties: field(30, schemaOrBool).optional().pointer(),
    patternProperties: field(31, map(jsonSchemaProps)).optional(),
    dependencies: field(32, map(schemaOrStringArray)).optional(),
    additionalItems: field(33, schemaOrBool).optional().pointer(),
    definitions: field(34, map(jsonSchemaProps)).optional(),
    externalDocs: field(35, externalDocumentation).optional().pointer(),
    example: field(36, json).optional().pointer(),
    nullable: field(37, boolean).optional(),
    'x-kubernetes-preserve-unknown-fields': field(38, boolean).optional().pointer(),
    'x-kubernetes-embedded-resource': field(39, boolean).optional(),
    'x-kubernetes-int-or-string': field(40, boolean).optional(),
    'x-kubernetes-list-map-keys': field(41, list(string)).optional().listAtomic(),
    'x-kubernetes-list-type': field(42, string).optional().pointer(),
    'x-kubernetes-map-type': field(43, string).optional().pointer(),
    'x-kubernetes-validations': field(44, list(validationRule)).optional().listMap('rule').patchMerge('rule'),
  }),
)

export interface CustomResourceValidation extends Infer<typeof customResourceValidation> {}
export const customResourceValidation = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation', {
  openAPIV3Schema: field(1, jsonSchemaProps).optional().pointer(),
})

export interface SelectableField extends Infer<typeof selectableField> {}
export const selectableField = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField', {
  jsonPath: field(1, string),
})

export interface CustomResourceSubresourceScale extends Infer<typeof customResourceSubresourceScale> {}
export const customResourceSubresourceScale = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale',
  {
    specReplicasPath: field(1, string),
    statusReplicasPath: field(2, string),
    labelSelectorPath: field(3, string).optional().pointer(),
  },
)

const customResourceSubresourceStatus = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus',
  {},
)

export interface CustomResourceSubresources extends Infer<typeof customResourceSubresources> {}
export const customResourceSubresources = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources', {
  status: field(1, customResourceSubresourceStatus).optional().pointer(),
  scale: field(2, customResourceSubresourceScale).optional().pointer(),
})

export interface CustomResourceDefinitionVersion extends Infer<typeof customResourceDefinitionVersion> {}
export const customResourceDefinitionVersion = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion',
  {
    name: field(1, string),
    served: field(2, boolean),
    storage: field(3, boolean),
    schema: field(4, customResourceValidation).optional().pointer(),
    subresources: field(5, customResourceSubresources).optional().pointer(),
    additionalPrinterColumns: field(6, list(customResourceColumnDefinition)).optional().listAtomic(),
    deprecated: field(7, boolean).optional(),
    deprecationWarning: field(8, string).optional().pointer(),
    selectableFields: field(9, list(selectableField)).optional().listAtomic(),
  },
)

export interface CustomResourceDefinitionSpec extends Infer<typeof customResourceDefinitionSpec> {}
export const customResourceDefinitionSpec = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec',
  {
    group: field(1, string),
    names: field(3, customResourceDefinitionNames),
    scope: field(4, string),
    versions: field(7, list(customResourceDefinitionVersion)).listAtomic(),
    conversion: field(9, customResourceConversion).optional().pointer(),
    preserveUnknownFields: field(10, boolean).optional(),
  },
)

export interface CustomResourceDefinitionCondition extends Infer<typeof customResourceDefinitionCondition> {}
export const customResourceDefinitionCondition = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition',
  {
    type: field(1, string),
    status: field(2, string),
    lastTransitionTime: field(3, time).optional(),
    reason: field(4, string).optional(),
    message: field(5, string).optional(),
  },
)

export interface CustomResourceDefinitionStatus extends Infer<typeof customResourceDefinitionStatus> {}
export const customResourceDefinitionStatus = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus',
  {
    conditions: field(1, list(customResourceDefinitionCondition)).printed().listMap('type'),
    acceptedNames: field(2, customResourceDefinitionNames).printed(),
    storedVersions: field(3, list(string)).printed().listAtomic(),
  },
)

export const customResourceDefinition = struct('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, customResourceDefinitionSpec),
  status: field(3, customResourceDefinitionStatus).optional(),
})

export type CustomResourceDefinition = ObjectOf<typeof CustomResourceDefinition>
export const CustomResourceDefinition = defineKind({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: customResourceDefinition }],
  hasStatus: true,
  allowUnconditionalUpdate: false,
  setDefaults: (draft) => setDefinitionDefaults(draft as never),
  prepareForCreate: (draft) => noteStoredVersion(draft as never),
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === '') noteStoredVersion(draft as never, old as never)
  },
  validatesMetadata: true,
  validate: (object) => validateDefinition(object as never),
  *validateUpdate(object, old) {
    yield* validateObjectMetaUpdate(object.metadata, old.metadata)
    yield* validateDefinitionUpdate(object as never, old as never)
  },
  validateStatusUpdate: (object) => validateDefinitionStatus(object as never),
})
