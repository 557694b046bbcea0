/**
 * Metadata of claims that are made from a template (ephemeral volumes, ResourceClaimTemplates): labels and annotations, and nothing else.
 */
import { type FieldError, forbiddenField } from '../../apimachinery/field-error.ts'
import type { ObjectMeta } from '../../apimachinery/object.ts'
import { validateLabels } from '../../apimachinery/selectors/labels.ts'
import { validateAnnotations } from '../../apimachinery/validate-metadata.ts'

/** In Go's order; `uID` is what upstream makes of UID. */
const forbiddenMetadata: readonly (readonly [name: string, shown: string])[] = [
  ['name', 'name'],
  ['generateName', 'generateName'],
  ['namespace', 'namespace'],
  ['selfLink', 'selfLink'],
  ['uid', 'uID'],
  ['resourceVersion', 'resourceVersion'],
  ['generation', 'generation'],
  ['creationTimestamp', 'creationTimestamp'],
  ['deletionTimestamp', 'deletionTimestamp'],
  ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'],
  ['ownerReferences', 'ownerReferences'],
  ['finalizers', 'finalizers'],
  ['managedFields', 'managedFields'],
]

export function* validateTemplateMetadata(metadata: ObjectMeta | null | undefined, path: string): Generator<FieldError> {
  yield* validateAnnotations(metadata?.annotations, `${path}.annotations`)
  yield* validateLabels(metadata?.labels, `${path}.labels`)
  for (const [name, shown] of forbiddenMetadata) {
    const value = (metadata as Readonly<Record<string, unknown>> | undefined)?.[name]
    if (value !== undefined && value !== null) yield forbiddenField(`${path}.${shown}`, 'cannot be set')
  }
}
