/**
 * DefaultStorageClass and DefaultIngressClass: a claim or an Ingress that names no class gets the default one. Of several
 * defaults the newest counts.
 */

import { IngressClass } from '../../../api/networking/ingress-class.ts'
import { StorageClass } from '../../../api/storage/storage-class.ts'
import type { KindDefinition } from '../../../apimachinery/kind.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { prefixRange } from '../../../store/store.ts'
import type { AdmissionPlugin, Server } from '../../server-parts.ts'
import { is } from '../plugin.ts'

export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  handles: (attributes) =>
    attributes.operation === 'CREATE' && attributes.subresource === '' && is(attributes, '', 'persistentvolumeclaims'),
  admit: async ({ object, server }) => {
    const claim = object as unknown as KubeObject & { spec: { storageClassName?: string | null } }
    if (claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return
    if (claim.spec.storageClassName !== undefined && claim.spec.storageClassName !== null) return
    const name = await defaultOf(server, StorageClass as unknown as KindDefinition, [
      'storageclass.kubernetes.io/is-default-class',
      'storageclass.beta.kubernetes.io/is-default-class',
    ])
    if (name !== undefined) claim.spec.storageClassName = name
  },
}

export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  handles: (attributes) =>
    attributes.operation === 'CREATE' && attributes.subresource === '' && is(attributes, 'networking.k8s.io', 'ingresses'),
  admit: async ({ object, server }) => {
    const ingress = object as unknown as KubeObject & { spec?: { ingressClassName?: string | null } }
    if (ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return
    if (ingress.spec?.ingressClassName !== undefined && ingress.spec.ingressClassName !== null) return
    const name = await defaultOf(server, IngressClass as unknown as KindDefinition, ['ingressclass.kubernetes.io/is-default-class'])
    if (name !== undefined) Object.assign((ingress as { spec?: object }).spec ?? {}, { ingressClassName: name })
  },
}

async function defaultOf(server: Server, kind: KindDefinition, annotations: readonly string[]): Promise<string | undefined> {
  const store = server.catalog.storeOf(kind)
  const { items } = await server.store.range(prefixRange(store.prefix))
  const defaults = items
    .map((kv) => store.objectOf(kv).metadata)
    .filter((metadata) => annotations.some((one) => metadata.annotations?.[one] === 'true'))
  const newestFirst = (a: KubeObject['metadata'], b: KubeObject['metadata']): number =>
    (b.creationTimestamp ?? '').localeCompare(a.creationTimestamp ?? '') || (a.name ?? '').localeCompare(b.name ?? '')
  return defaults.sort(newestFirst)[0]?.name
}
