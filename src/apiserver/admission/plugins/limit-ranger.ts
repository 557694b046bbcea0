/**
 * LimitRanger: gives containers the requests and limits that their namespace has for those who say none, and refuses what lies outside its bounds.
 * What that is exactly is in api/core/limit-range-check.ts.
 */

import { LimitRange } from '../../../api/core/limit-range.ts'
import { applyLimitDefaults, claimLimitProblems, type PodDraft, podLimitProblems } from '../../../api/core/limit-range-check.ts'
import { prefixRange, type RangeResult } from '../../../store/store.ts'
import type { AdmissionPlugin, Attributes } from '../../server-parts.ts'
import { denied, is } from '../plugin.ts'

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  handles: (attributes) => {
    const { operation, subresource, oldObject } = attributes
    if ((operation !== 'CREATE' && operation !== 'UPDATE') || oldObject?.metadata.deletionTimestamp) return false
    if (is(attributes, '', 'pods')) return subresource === 'resize' ? operation === 'UPDATE' : subresource === '' && operation === 'CREATE'
    return subresource === '' && is(attributes, '', 'persistentvolumeclaims')
  },
  admit: (attributes) => {
    if (!is(attributes, '', 'pods')) return
    return withRanges(attributes, (ranges) => {
      for (const range of ranges) applyLimitDefaults(range, attributes.object as unknown as PodDraft)
    })
  },
  validate: (attributes) =>
    withRanges(attributes, (ranges) => {
      const problems = is(attributes, '', 'pods') ? podLimitProblems : claimLimitProblems
      for (const range of ranges) {
        const problem = problems(range, attributes.object as never)
        if (problem !== '') throw denied(attributes, problem)
      }
    }),
}

/** At once when the store answers from memory. */
function withRanges(attributes: Attributes, act: (ranges: readonly LimitRange[]) => void): void | Promise<void> {
  const { server, namespace } = attributes
  const store = server.catalog.storeOf(LimitRange)
  const read = ({ items }: RangeResult): void => act(items.map((kv) => store.objectOf(kv) as LimitRange))
  const found = server.store.range(prefixRange(store.prefixOf(namespace)))
  return found instanceof Promise ? found.then(read) : read(found)
}
