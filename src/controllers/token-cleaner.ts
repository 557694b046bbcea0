/**
 * Deletes bootstrap tokens at the second at which they end.
 */
import { Secret } from '../api/core/secret.ts'
import { keyOf, splitKey } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { expirationMs, isToken } from './bootstrap-tokens/token-secret.ts'
import { type Controller, startLoop } from './controller.ts'

export const tokenCleaner: Controller = {
  name: 'token-cleaner-controller',
  account: 'token-cleaner',
  component: 'token-cleaner',
  start: (context) => {
    const { client, clock, informers } = context
    const secrets = informers.of(Secret)
    const loop = startLoop(context, {
      name: 'token-cleaner-controller',
      workers: 1,
      reconcile: async (key, signal) => {
        const secret = secrets.get(key)
        const endMs = secret === undefined || !isToken(secret) ? undefined : expirationMs(secret)
        if (secret === undefined || endMs === undefined) return undefined
        const restMs = endMs - clock.now()
        if (restMs > 0) return restMs
        const { namespace, name } = splitKey(key)
        try {
          await client
            .of(Secret)
            .in(namespace)
            .delete(name, { preconditions: { uid: secret.metadata.uid ?? '' }, signal })
        } catch (error) {
          if (reasonOf(error) !== 'Conflict' && reasonOf(error) !== 'NotFound') throw error
        }
        return undefined
      },
    })
    const look = (secret: Secret): void => {
      if (isToken(secret)) loop.add(keyOf(secret))
    }
    secrets.subscribe({ onAdd: look, onUpdate: look, onDelete: () => {} })
  },
}
