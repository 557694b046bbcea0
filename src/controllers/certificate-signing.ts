/**
 * Signs approved certificate requests for the four signers that the cluster's own authority serves. What each signer asks of a request is in
 * certificates/requests.ts; a request that does not fit is marked as failed, and stays so.
 *
 * Valid for a year, or for what spec.expirationSeconds asks for, never under ten minutes; from five minutes ago, for clocks that disagree.
 */
import { CertificateSigningRequest } from '../api/certificates/certificate-signing-request.ts'
import { parseSigningRequest, type SigningRequest, signRequest } from '../wire/signing-request.ts'
import {
  apiserverClientSigner,
  certificateUsages,
  clientProblem,
  hasCondition,
  isIssued,
  kubeletClientProblem,
  kubeletClientSigner,
  kubeletServingProblem,
  kubeletServingSigner,
  legacySigner,
} from './certificates/requests.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { timeText } from './shared/time-text.ts'

const dayMs = 86_400_000
const lifeMaxMs = 365 * dayMs
const lifeMinMs = 600_000
const backdateMs = 300_000
/** For longer ones the five minutes come off the end. */
const shortLifeMs = 8 * 3_600_000

const signers: Readonly<Record<string, (request: SigningRequest, usages: readonly string[]) => string | undefined>> = {
  [kubeletServingSigner]: kubeletServingProblem,
  [kubeletClientSigner]: kubeletClientProblem,
  [apiserverClientSigner]: (_, usages) => clientProblem(usages),
  [legacySigner]: () => undefined,
}

export const certificateSigningController: Controller = {
  name: 'certificatesigningrequest-signing-controller',
  account: 'certificate-controller',
  component: 'certificate-controller',
  start: (context) => {
    if (context.flags.signingAuthority === undefined) return
    const requests = context.informers.of(CertificateSigningRequest)
    const loop = startLoop(context, {
      name: 'certificatesigningrequest-signing-controller',
      workers: 5,
      rateLimit: { baseMs: 200, maxMs: 1_000_000 },
      reconcile: async (name, signal) => {
        const request = requests.get(name)
        if (request !== undefined) await sign(context, request, signal)
      },
    })
    const add = ({ metadata }: CertificateSigningRequest): void => loop.add(metadata.name ?? '')
    requests.subscribe({ onAdd: add, onUpdate: add, onDelete: () => {} })
  },
}

async function sign(context: ControllerContext, request: CertificateSigningRequest, signal: AbortSignal): Promise<void> {
  const { client, clock, random, flags } = context
  const problemOf = signers[request.spec.signerName]
  const authority = flags.signingAuthority
  if (problemOf === undefined || authority === undefined) return
  if (isIssued(request) || !hasCondition(request, 'Approved') || hasCondition(request, 'Failed')) return
  const asked = parseSigningRequest(atob(request.spec.request))
  const usages = request.spec.usages ?? []
  const problem = problemOf(asked, usages)
  const write = (status: CertificateSigningRequest['status']): Promise<unknown> =>
    client.of(CertificateSigningRequest).updateStatus({ ...request, status: { ...request.status, ...status } }, { signal })
  if (problem !== undefined) {
    const time = timeText(clock.now())
    const failed = {
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
      message: problem,
      lastUpdateTime: time,
      lastTransitionTime: time,
    }
    await write({ conditions: [...(request.status?.conditions ?? []), failed] })
    return
  }
  const nowMs = clock.now()
  const notAfter = nowMs + certificateLifeMs(request.spec.expirationSeconds ?? undefined)
  const terms = { ...certificateUsages(usages), now: nowMs, days: lifeMaxMs / dayMs, notAfter, random }
  await write({ certificate: btoa(signRequest(authority, asked, terms)) })
}

/** From now. */
export function certificateLifeMs(expirationSeconds: number | undefined): number {
  const lifeMs = expirationSeconds === undefined ? lifeMaxMs : Math.min(Math.max(expirationSeconds * 1000, lifeMinMs), lifeMaxMs)
  return lifeMs < shortLifeMs ? lifeMs : lifeMs - backdateMs
}
