/**
 * Clears away certificate requests that have served their purpose: an hour after they were issued, denied or failed, a day after nobody cared.
 */
import { CertificateSigningRequest } from '../api/certificates/certificate-signing-request.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { certificateEndMs } from '../wire/x509.ts'
import { isIssued } from './certificates/requests.ts'
import { type Controller, startPasses } from './controller.ts'
import { timeMs } from './shared/time-text.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

export const certificateCleaningController: Controller = {
  name: 'certificatesigningrequest-cleaner-controller',
  account: 'certificate-controller',
  component: 'certificate-controller',
  start: (context) => {
    const { client, clock, informers, log } = context
    const requests = informers.of(CertificateSigningRequest)
    startPasses(context, 'certificatesigningrequest-cleaner-controller', hourMs, async (signal) => {
      for (const request of [...requests.list()]) {
        if (!isOver(request, clock.now())) continue
        const { name = '' } = request.metadata
        await client
          .of(CertificateSigningRequest)
          .delete(name, { signal })
          .catch((error: unknown) => {
            if (reasonOf(error) !== 'NotFound') log.warn('Cannot clear away a certificate request', { name, error: String(error) })
          })
      }
    })
  },
}

export function isOver(request: CertificateSigningRequest, nowMs: number): boolean {
  const conditions = request.status?.conditions ?? []
  const isOlderThan = (time: string | null | undefined, ms: number): boolean => nowMs - timeMs(time) > ms
  if (conditions.length === 0 && isOlderThan(request.metadata.creationTimestamp, dayMs)) return true
  return conditions.some(({ type, lastUpdateTime }) => {
    if (type === 'Denied' || type === 'Failed') return isOlderThan(lastUpdateTime, hourMs)
    if (type !== 'Approved') return false
    if (!isIssued(request)) return isOlderThan(lastUpdateTime, dayMs)
    const endMs = certificateEndMs(atob(request.status?.certificate ?? ''))
    return isOlderThan(lastUpdateTime, hourMs) || (endMs !== undefined && nowMs > endMs)
  })
}
