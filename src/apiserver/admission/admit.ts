/**
 * Admission: the plugins of plugins.ts in their order, first those that change, then, once the object is complete, those that only
 * object. Each may refuse by throwing a StatusError.
 */
import type { Attributes } from '../server-parts.ts'

export async function admit(attributes: Attributes): Promise<void> {
  for (const plugin of attributes.server.admission) {
    const done = plugin.admit !== undefined && plugin.handles(attributes) ? plugin.admit(attributes) : undefined
    if (done !== undefined) await done
  }
}

export async function validateAdmission(attributes: Attributes): Promise<void> {
  for (const plugin of attributes.server.admission) {
    const done = plugin.validate !== undefined && plugin.handles(attributes) ? plugin.validate(attributes) : undefined
    if (done !== undefined) await done
  }
}
