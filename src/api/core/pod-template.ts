/**
 * v1 PodTemplate: a template on its own; hardly used, part of conformance.
 */
import { nameColumn } from '../../apimachinery/columns.ts'
import { type Column, defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { type KubeObject, objectMeta } from '../../apimachinery/object.ts'
import { field, struct } from '../../apimachinery/schema/schema.ts'
import { setPodTemplateDefaults } from './pod-spec/defaults.ts'
import { dropDisabledTemplateFields } from './pod-spec/disabled-fields.ts'
import { type PodTemplateSpec, podTemplateSpec } from './pod-spec/pod-spec.ts'
import { validatePodTemplateSpec } from './pod-spec/validate-pod-spec.ts'
import { podWarnings } from './pod-spec/warnings.ts'
import { formatLabels } from './workload-template.ts'

export const podTemplate = struct('core.v1.PodTemplate', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  template: field(2, podTemplateSpec).optional(),
})

interface Holder {
  readonly metadata: KubeObject['metadata']
  readonly template?: PodTemplateSpec
}
const templateOf = (object: unknown): PodTemplateSpec =>
  (object as Holder).template ?? ({ spec: { containers: [] } } as unknown as PodTemplateSpec)

const cell = (what: 'name' | 'image') => (object: unknown) =>
  (templateOf(object).spec.containers ?? []).map((one) => one[what] ?? '').join(',')

const columns: readonly Column<never>[] = [
  nameColumn as Column<never>,
  { name: 'Containers', type: 'string', description: 'Names of each container in the template.', value: cell('name') },
  { name: 'Images', type: 'string', description: 'Images referenced by each container in the template.', value: cell('image') },
  {
    name: 'Pod Labels',
    type: 'string',
    description: 'The labels for the pod template.',
    value: (object) => formatLabels(templateOf(object).metadata?.labels),
  },
]

export type PodTemplate = ObjectOf<typeof PodTemplate>
export const PodTemplate = defineKind({
  group: '',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: podTemplate }],
  returnsDeletedObject: true,
  setDefaults: (draft) => setPodTemplateDefaults((draft as unknown as Holder).template),
  prepareForCreate: (draft, { gates }) => dropDisabledTemplateFields((draft as unknown as Holder).template, gates),
  prepareForUpdate: (draft, _old, { gates }) => dropDisabledTemplateFields((draft as unknown as Holder).template, gates),
  validate: (object) => validatePodTemplateSpec(templateOf(object), 'template'),
  validateUpdate: (object, old) => validatePodTemplateSpec(templateOf(object), 'template', { old: templateOf(old) }),
  *warnings(object, old) {
    const { metadata } = object as unknown as Holder
    if (old !== undefined && (old as unknown as Holder).metadata.generation === metadata.generation) return
    const { spec, metadata: ofTemplate } = templateOf(object)
    yield* podWarnings(spec, ofTemplate?.annotations, 'template')
  },
  columns: columns as never,
})
