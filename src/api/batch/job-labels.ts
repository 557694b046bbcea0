/**
 * The labels by which a Job finds its Pods. The two without a domain are older; the server writes all four.
 */
import type { Mutable } from '../../apimachinery/object.ts'
import type { JobSpec } from './job-schema.ts'

export const jobLabels = {
  legacyName: 'job-name',
  legacyUid: 'controller-uid',
  name: 'batch.kubernetes.io/job-name',
  uid: 'batch.kubernetes.io/controller-uid',
} as const

/** Labels that were sent stay; when they are another Job's, validation says so. */
export function generateSelector(
  spec: Mutable<JobSpec>,
  { name = '', uid = '' }: { name?: string | undefined; uid?: string | undefined },
): void {
  const metadata = (spec.template.metadata ??= {})
  metadata.labels = {
    [jobLabels.legacyName]: name,
    [jobLabels.name]: name,
    [jobLabels.legacyUid]: uid,
    [jobLabels.uid]: uid,
    ...metadata.labels,
  }
  spec.selector = { ...spec.selector, matchLabels: { [jobLabels.uid]: uid, ...spec.selector?.matchLabels } }
}
