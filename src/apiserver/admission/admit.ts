/**
 * Admission: the plugins of plugins.ts in their order, first those that change, then, once the object is complete, those that only
 * object. Each may refuse by throwing a StatusError. How long each took is counted, and how long all did.
 */
import type { Attributes } from '../server-parts.ts'

type Step = 'admit' | 'validate'

export function admit(attributes: Attributes): Promise<void> {
  return runAll(attributes, 'admit')
}

export function validateAdmission(attributes: Attributes): Promise<void> {
  return runAll(attributes, 'validate')
}

async function runAll(attributes: Attributes, step: Step): Promise<void> {
  const { server, operation } = attributes
  const { clock, metrics } = server
  const beganMs = clock.monotonicMs()
  let isRejected = true
  try {
    for (const plugin of server.admission) {
      const call = plugin[step]
      if (call === undefined || !plugin.handles(attributes)) continue
      const startMs = clock.monotonicMs()
      const took = (rejected: string): void =>
        metrics.admission.of(plugin.name, operation, rejected, step).observe((clock.monotonicMs() - startMs) / 1000)
      try {
        const done = call.call(plugin, attributes)
        if (done !== undefined) await done
      } catch (error) {
        took('true')
        throw error
      }
      took('false')
    }
    isRejected = false
  } finally {
    metrics.admissionStep.of(operation, String(isRejected), step).observe((clock.monotonicMs() - beganMs) / 1000)
  }
}
