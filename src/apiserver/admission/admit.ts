/**
 * Admission: the plugins of plugins.ts in their order, first those that change, then, once the object is complete, those that only
 * object. Each may refuse by throwing a StatusError.
 */
import type { Attributes } from '../server-parts.ts'

export async function admit(attributes: Attributes): Promise<void> {
  for (const plugin of attributes.server.admission) {
    if (plugin.admit !== undefined && plugin.handles(attributes)) await plugin.admit(attributes)
  }
}

export async function validateAdmission(attributes: Attributes): Promise<void> {
  for (const plugin of attributes.server.admission) {
    if (plugin.validate !== undefined && plugin.handles(attributes)) await plugin.validate(attributes)
  }
}
