/**
 * Approves kubelets' requests for client certificates by itself, when whoever asks may have one: the API server is asked whether the requester may
 * create `certificatesigningrequests/nodeclient` (for a new node) or `/selfnodeclient` (a node renewing its own). All others wait for a human.
 */
import { SubjectAccessReview } from '../api/authorization/subject-access-review.ts'
import { CertificateSigningRequest } from '../api/certificates/certificate-signing-request.ts'
import { parseSigningRequest } from '../wire/signing-request.ts'
import { hasCondition, isIssued, kubeletClientProblem, kubeletClientSigner } from './certificates/requests.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { timeText } from './shared/time-text.ts'

const recognizers = [
  { subresource: 'selfnodeclient', isSelf: true, message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' },
  { subresource: 'nodeclient', isSelf: false, message: 'Auto approving kubelet client certificate after SubjectAccessReview.' },
] as const

export const certificateApprovingController: Controller = {
  name: 'certificatesigningrequest-approving-controller',
  account: 'certificate-controller',
  component: 'certificate-controller',
  start: (context) => {
    const requests = context.informers.of(CertificateSigningRequest)
    const loop = startLoop(context, {
      name: 'certificatesigningrequest-approving-controller',
      workers: 5,
      rateLimit: { baseMs: 200, maxMs: 1_000_000 },
      reconcile: async (name, signal) => {
        const request = requests.get(name)
        if (request !== undefined) await approve(context, request, signal)
      },
    })
    const add = ({ metadata }: CertificateSigningRequest): void => loop.add(metadata.name ?? '')
    requests.subscribe({ onAdd: add, onUpdate: add, onDelete: () => {} })
  },
}

async function approve(context: ControllerContext, request: CertificateSigningRequest, signal: AbortSignal): Promise<void> {
  if (isIssued(request) || hasCondition(request, 'Approved') || hasCondition(request, 'Denied')) return
  if (request.spec.signerName !== kubeletClientSigner) return
  const { client, clock, log } = context
  const asked = parseSigningRequest(atob(request.spec.request))
  if (kubeletClientProblem(asked, request.spec.usages ?? []) !== undefined) return
  const name = request.metadata.name ?? ''
  const tried: string[] = []
  for (const { subresource, isSelf, message } of recognizers) {
    if (isSelf && request.spec.username !== asked.commonName) continue
    tried.push(subresource)
    if (!(await isAllowed(context, request, subresource, signal))) continue
    const time = timeText(clock.now())
    const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message, lastUpdateTime: time, lastTransitionTime: time }
    const conditions = [...(request.status?.conditions ?? []), condition]
    const body = {
      ...request,
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      status: { ...request.status, conditions },
    }
    await client.of(CertificateSigningRequest).sub('approval').update(name, body, { signal })
    return
  }
  log.debug('A kubelet may not have the certificate it asks for', { request: name, tried: tried.join(' ') })
}

async function isAllowed(
  { client }: ControllerContext,
  { spec }: CertificateSigningRequest,
  subresource: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { username = '', uid, groups, extra } = spec
  const review = await client.of(SubjectAccessReview).create(
    {
      metadata: {},
      spec: {
        user: username,
        ...(uid === undefined ? {} : { uid }),
        ...(groups === undefined ? {} : { groups }),
        ...(extra === undefined ? {} : { extra }),
        resourceAttributes: {
          group: 'certificates.k8s.io',
          version: '*',
          resource: 'certificatesigningrequests',
          subresource,
          verb: 'create',
        },
      },
    },
    { signal },
  )
  return review.status?.allowed === true
}
