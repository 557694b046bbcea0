/**
 * What belongs to which node, for `node.ts`: a node needs what its Pods name.
 *
 *     node <- Pod <- Secret, ConfigMap, ServiceAccount, claim, ResourceClaim
 *                    claim <- volume <- Secret
 *     node <- VolumeAttachment, ResourceSlice
 *
 * It is read from the store when a kubelet first asks for something, and then kept up by watching; a cluster without kubelets pays nothing.
 *
 * A newcomer would get wrong: a mirror Pod gives its node nothing, or a node could make one to read any Secret.
 */
import { PersistentVolume } from '../../api/core/persistent-volume.ts'
import { Pod } from '../../api/core/pod.ts'
import { claimNameOf, configMapsOf, secretsOf } from '../../api/core/pod-references.ts'
import { mirrorAnnotation } from '../../api/core/pod-spec/validate-annotations.ts'
import { ResourceSlice } from '../../api/resource/resource-slice.ts'
import { VolumeAttachment } from '../../api/storage/volume-attachment.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { prefixRange, type Store, type StoreEvent } from '../../store/store.ts'
import type { Catalog } from '../registry/catalog.ts'

export type Thing =
  | 'secrets'
  | 'configmaps'
  | 'serviceaccounts'
  | 'persistentvolumeclaims'
  | 'persistentvolumes'
  | 'resourceclaims'
  | 'volumeattachments'
  | 'resourceslices'
  | 'pods'

type StoredKind = Pick<KindDefinition, 'kind' | 'plural' | 'group'>

/** A volume that is bound to a claim. */
interface Volume {
  readonly claim: string
  readonly secrets: readonly string[]
}

export class NodeGraph {
  readonly #store: Store
  readonly #catalog: Catalog
  readonly #watches: Disposable[] = []
  #built: Promise<void> | undefined
  #isBuilt = false
  /** By node, then by the Pod's key: what it names. */
  readonly #podsOf = new Map<string, Map<string, ReadonlySet<string>>>()
  readonly #nodeOfPod = new Map<string, string>()
  readonly #volumes = new Map<string, Volume>()
  readonly #nodeOfAttachment = new Map<string, string>()
  readonly #nodeOfSlice = new Map<string, string>()

  constructor(store: Store, catalog: Catalog) {
    this.#store = store
    this.#catalog = catalog
  }

  /** Undefined once everything is known. */
  ready(): Promise<void> | undefined {
    if (this.#isBuilt) return undefined
    this.#built ??= this.#build()
    return this.#built
  }

  belongs(node: string, thing: Thing, namespace: string, name: string): boolean {
    switch (thing) {
      case 'pods':
        return this.#nodeOfPod.get(`${namespace}/${name}`) === node
      case 'volumeattachments':
        return this.#nodeOfAttachment.get(name) === node
      case 'resourceslices':
        return this.#nodeOfSlice.get(name) === node
      case 'persistentvolumes':
        return this.#isUsed(node, this.#volumes.get(name))
      case 'secrets':
        return this.#isNamed(node, `secrets ${namespace}/${name}`) || this.#isSecretOfVolume(node, `${namespace}/${name}`)
      default:
        return this.#isNamed(node, `${thing} ${namespace}/${name}`)
    }
  }

  close(): void {
    for (const watch of this.#watches) watch[Symbol.dispose]()
    this.#watches.length = 0
  }

  #isNamed(node: string, what: string): boolean {
    for (const named of this.#podsOf.get(node)?.values() ?? []) if (named.has(what)) return true
    return false
  }

  #isUsed(node: string, volume: Volume | undefined): boolean {
    return volume !== undefined && this.#isNamed(node, `persistentvolumeclaims ${volume.claim}`)
  }

  #isSecretOfVolume(node: string, secret: string): boolean {
    for (const volume of this.#volumes.values()) if (volume.secrets.includes(secret) && this.#isUsed(node, volume)) return true
    return false
  }

  async #build(): Promise<void> {
    await this.#follow(Pod, (key, pod) => this.#setPod(key, pod as Pod | undefined))
    await this.#follow(PersistentVolume, (key, volume) => set(this.#volumes, key, volumeOf(volume as PersistentVolume | undefined)))
    await this.#follow(VolumeAttachment, (key, one) =>
      set(this.#nodeOfAttachment, key, (one as VolumeAttachment | undefined)?.spec?.nodeName),
    )
    await this.#follow(ResourceSlice, (key, one) =>
      set(this.#nodeOfSlice, key, (one as ResourceSlice | undefined)?.spec?.nodeName ?? undefined),
    )
    this.#isBuilt = true
  }

  /** `change` is told of all objects that there are and of every change; undefined: it is gone. */
  async #follow(kind: unknown, change: (key: string, object: unknown) => void): Promise<void> {
    const store = this.#catalog.storeOf(kind as StoredKind)
    const range = prefixRange(store.prefix)
    const keyOf = (key: string): string => key.slice(store.prefix.length)
    const onEvent = ({ type, kv }: StoreEvent): void => change(keyOf(kv.key), type === 'delete' ? undefined : store.objectOf(kv))
    const { items, revision } = await this.#store.range(range)
    for (const kv of items) change(keyOf(kv.key), store.objectOf(kv))
    // When the watch ends, what came since is not known: all of it is read again for the next who asks.
    const onEnd = (): void => this.#beginAnew()
    this.#watches.push(this.#store.watch(range, revision, { onBatch: ({ events }) => events.forEach(onEvent), onEnd }))
  }

  #beginAnew(): void {
    this.close()
    for (const map of [this.#podsOf, this.#nodeOfPod, this.#volumes, this.#nodeOfAttachment, this.#nodeOfSlice]) map.clear()
    this.#isBuilt = false
    this.#built = undefined
  }

  #setPod(key: string, pod: Pod | undefined): void {
    const before = this.#nodeOfPod.get(key)
    const node = pod?.spec?.nodeName || undefined
    if (before !== undefined) {
      const pods = this.#podsOf.get(before)
      pods?.delete(key)
      if (pods?.size === 0) this.#podsOf.delete(before)
    }
    set(this.#nodeOfPod, key, node)
    if (node === undefined || pod === undefined) return
    let pods = this.#podsOf.get(node)
    if (pods === undefined) this.#podsOf.set(node, (pods = new Map()))
    pods.set(key, namedBy(pod))
  }
}

function set<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}

function namedBy({ metadata, spec, status }: Pod): ReadonlySet<string> {
  const named = new Set<string>()
  if (metadata?.annotations?.[mirrorAnnotation] !== undefined || spec === undefined) return named
  const { namespace, name = '' } = metadata ?? {}
  const add = (thing: Thing, what: string | null | undefined): void => {
    if (what) named.add(`${thing} ${namespace}/${what}`)
  }
  add('serviceaccounts', spec.serviceAccountName)
  for (const secret of secretsOf(spec)) add('secrets', secret)
  for (const configMap of configMapsOf(spec)) add('configmaps', configMap)
  for (const volume of spec.volumes ?? []) add('persistentvolumeclaims', claimNameOf(name, volume))
  const made = new Map((status?.resourceClaimStatuses ?? []).map((one) => [one.name, one.resourceClaimName]))
  for (const { name: use, resourceClaimName } of spec.resourceClaims ?? []) add('resourceclaims', resourceClaimName ?? made.get(use))
  add('resourceclaims', status?.extendedResourceClaimStatus?.resourceClaimName)
  return named
}

interface SecretReference {
  readonly name?: string | undefined
  readonly namespace?: string | undefined
}

function volumeOf(volume: PersistentVolume | undefined): Volume | undefined {
  const { spec } = volume ?? {}
  const claim = spec?.claimRef
  if (spec === undefined || claim == null) return undefined
  const { azureFile, cephfs, cinder, csi, flexVolume, iscsi, rbd, scaleIO, storageos } = spec
  const secrets: (SecretReference | null | undefined)[] = [
    azureFile ? { name: azureFile.secretName, namespace: azureFile.secretNamespace || claim.namespace } : undefined,
    ...[cephfs, flexVolume, rbd, scaleIO, iscsi].map((source) => {
      const reference = source?.secretRef as SecretReference | null | undefined
      return reference && { name: reference.name, namespace: reference.namespace || claim.namespace }
    }),
    // Of a CSI driver's secrets the controller's are not for nodes.
    ...[cinder?.secretRef, storageos?.secretRef, csi?.nodePublishSecretRef, csi?.nodeStageSecretRef, csi?.nodeExpandSecretRef],
  ]
  const named = secrets.filter((one): one is SecretReference => one != null && !!one.name)
  return { claim: `${claim.namespace}/${claim.name}`, secrets: named.map(({ namespace, name }) => `${namespace}/${name}`) }
}
