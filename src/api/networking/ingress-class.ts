/**
 * networking.k8s.io/v1 IngressClass: which controller acts on an Ingress.
 */

import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { dns1123SubdomainErrors, domainPrefixedPathErrors, nameIsDnsLabel, pathSegmentNameErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'

export interface IngressClassParametersReference extends Infer<typeof ingressClassParametersReference> {}
export const ingressClassParametersReference = struct('networking.v1.IngressClassParametersReference', {
  apiGroup: field(1, string).optional().pointer(),
  kind: field(2, string),
  name: field(3, string),
  scope: field(4, string).printed().pointer(),
  namespace: field(5, string).optional().pointer(),
})

export interface IngressClassSpec extends Infer<typeof ingressClassSpec> {}
export const ingressClassSpec = struct('networking.v1.IngressClassSpec', {
  controller: field(1, string).optional(),
  parameters: field(2, ingressClassParametersReference).optional().pointer(),
})

export const ingressClass = struct('networking.v1.IngressClass', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, ingressClassSpec).implied(),
})

export type IngressClass = ObjectOf<typeof IngressClass>
export const IngressClass = defineKind({
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: ingressClass }],
  setDefaults: ({ spec }) => {
    if (spec.parameters) spec.parameters.scope ??= 'Cluster'
  },
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  *validateUpdate({ spec }, old) {
    yield* validateImmutable(spec.controller ?? '', old.spec.controller ?? '', 'spec.controller')
    yield* validateSpec(spec, 'spec')
  },
  columns: [
    {
      ...nameColumn,
      value: ({ metadata }) => (metadata.annotations?.[isDefaultClass] === 'true' ? `${metadata.name} (default)` : (metadata.name ?? '')),
    },
    {
      name: 'Controller',
      type: 'string',
      description: 'Controller that is responsible for handling this class',
      value: ({ spec }) => spec.controller ?? '',
    },
    {
      name: 'Parameters',
      type: 'string',
      description: 'A reference to a resource with additional parameters',
      value: ({ spec }) => parametersText(spec.parameters),
    },
    ageColumn,
  ],
})

const isDefaultClass = 'ingressclass.kubernetes.io/is-default-class'
const controllerBytesMax = 250

function parametersText(parameters: IngressClassParametersReference | null | undefined): string {
  if (!parameters) return '<none>'
  const { apiGroup, kind, name } = parameters
  return apiGroup === undefined || apiGroup === null ? `${kind}/${name}` : `${kind}.${apiGroup}/${name}`
}

function* validateSpec({ controller = '', parameters }: IngressClassSpec, path: string): Generator<FieldError> {
  const controllerPath = child(path, 'controller')
  if (utf8Length(controller) > controllerBytesMax) yield tooLong(controllerPath, controllerBytesMax)
  yield* domainPrefixedPathErrors(controllerPath, controller)
  if (parameters) yield* validateParameters(parameters, child(path, 'parameters'))
}

function* validateParameters(
  { apiGroup, kind = '', name = '', scope, namespace }: IngressClassParametersReference,
  path: string,
): Generator<FieldError> {
  if (apiGroup !== undefined && apiGroup !== null) {
    for (const problem of dns1123SubdomainErrors(apiGroup)) yield invalidValue(child(path, 'apiGroup'), apiGroup, problem)
  }
  yield* validateSegment(kind, child(path, 'kind'))
  yield* validateSegment(name, child(path, 'name'))
  const namespacePath = child(path, 'namespace')
  const hasNamespace = namespace !== undefined && namespace !== null
  if (scope === undefined || scope === null) yield required(child(path, 'scope'))
  else if (scope === 'Cluster') {
    if (hasNamespace) yield forbiddenField(namespacePath, "`parameters.scope` is set to 'Cluster'")
  } else if (scope !== 'Namespace') yield notSupported(child(path, 'scope'), scope, ['Cluster', 'Namespace'])
  else if (!hasNamespace) yield required(namespacePath, "`parameters.scope` is set to 'Namespace'")
  else for (const problem of nameIsDnsLabel(namespace, false)) yield invalidValue(namespacePath, namespace, problem)
}

function* validateSegment(text: string, path: string): Generator<FieldError> {
  if (text === '') yield required(path)
  else for (const problem of pathSegmentNameErrors(text, false)) yield invalidValue(path, text, problem)
}
