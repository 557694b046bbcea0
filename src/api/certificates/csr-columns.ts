/** `kubectl get csr`: who asked whom for what, and how it stands. */
import { ageColumn, humanDuration, nameColumn } from '../../apimachinery/columns.ts'
import type { Column } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'

interface Request extends KubeObject {
  readonly spec: { readonly signerName?: string; readonly username?: string; readonly expirationSeconds?: number }
  readonly status?: { readonly conditions?: readonly { readonly type: string }[]; readonly certificate?: string }
}

function stateText({ status }: Request): string {
  const has = (type: string): boolean => status?.conditions?.some((one) => one.type === type) === true
  const first = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return `${first}${has('Failed') ? ',Failed' : ''}${(status?.certificate ?? '') === '' ? '' : ',Issued'}`
}

export const csrColumns: readonly Column<Request>[] = [
  nameColumn as Column<Request>,
  ageColumn as Column<Request>,
  { name: 'SignerName', type: 'string', description: 'Who shall sign.', value: ({ spec }) => spec.signerName || '<none>' },
  { name: 'Requestor', type: 'string', description: 'Who asked.', value: ({ spec }) => spec.username ?? '' },
  {
    name: 'RequestedDuration',
    type: 'string',
    description: 'How long it shall last.',
    value: ({ spec }) => (spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000)),
  },
  { name: 'Condition', type: 'string', description: 'How it stands.', value: stateText },
]
