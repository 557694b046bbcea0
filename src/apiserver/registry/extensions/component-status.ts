/** ComponentStatus, long deprecated: says of each part of the control plane that it is well. Made up on the spot. */

import { matchesLabels } from '../../../apimachinery/selectors/labels.ts'
import { notFound } from '../../../apimachinery/status-error.ts'
import { parseListOptions } from '../../request/list-options.ts'
import { respondObject } from '../../response/respond.ts'
import { transformedList } from '../../response/transform.ts'
import type { Extension } from '../../server-parts.ts'
import { checkFieldLabels } from '../predicate.ts'

const names = ['controller-manager', 'etcd-0', 'scheduler']

function statusOf(name: string): { metadata: { name: string }; conditions: readonly object[] } {
  return { metadata: { name }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] }
}

export const componentStatusExtension: Extension = {
  get: (context, resource) => {
    const { name } = context.info
    if (!names.includes(name)) throw notFound(resource.groupResource, name)
    const representation = context.server.negotiators.object.negotiate(context.header('accept'))
    return respondObject(context, { kind: 'ComponentStatus', apiVersion: 'v1', ...statusOf(name) }, representation, 200, resource)
  },
  list: (context, resource) => {
    const { labels, fields } = parseListOptions(context, false)
    checkFieldLabels(resource, fields)
    const isChosen = (name: string): boolean =>
      matchesLabels(labels, undefined) &&
      fields.every(({ field, operator, value }) => ((field === 'metadata.name' ? name : '') === value) === (operator === '='))
    const representation = context.server.negotiators.collection.negotiate(context.header('accept'))
    const list = { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: names.filter(isChosen).map(statusOf) }
    return respondObject(context, transformedList(context, resource, list, representation), representation)
  },
}
