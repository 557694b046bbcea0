/**
 * Every active namespace has a service account named "default": without it no Pod would be let in.
 */
import { Namespace } from '../api/core/namespace.ts'
import { ServiceAccount } from '../api/core/service-account.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { type Controller, startLoop } from './controller.ts'
import { isNamespaceEnding } from './shared/failures.ts'

const accountName = 'default'

export const serviceAccountController: Controller = {
  name: 'serviceaccount-controller',
  account: 'service-account-controller',
  component: 'serviceaccount-controller',
  start: (context) => {
    const { client, informers } = context
    const namespaces = informers.of(Namespace)
    const accounts = informers.of(ServiceAccount)
    const loop = startLoop(context, {
      name: 'serviceaccount',
      workers: 1,
      reconcile: async (key, signal) => {
        const namespace = namespaces.get(key)
        if (namespace?.status?.phase !== 'Active' || accounts.get(`${key}/${accountName}`) !== undefined) return
        try {
          await client
            .of(ServiceAccount)
            .in(key)
            .create({ metadata: { name: accountName, namespace: key } }, { signal })
        } catch (error) {
          if (reasonOf(error) !== 'AlreadyExists' && !isNamespaceEnding(error)) throw error
        }
      },
    })
    const add = (namespace: Namespace): void => loop.add(namespace.metadata.name ?? '')
    namespaces.subscribe({ onAdd: add, onUpdate: add, onDelete: () => {} })
    accounts.subscribe({ onAdd: () => {}, onUpdate: () => {}, onDelete: ({ metadata }) => loop.add(metadata.namespace ?? '') })
  },
}
