/**
 * Keeps the templates that an owner has had as ControllerRevisions: finds the one of now among them, or makes it, with a number above all others.
 */
import { ControllerRevision } from '../../api/apps/controller-revision.ts'
import type { PodTemplateSpec } from '../../api/core/pod-spec/pod-spec.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import type { LabelRequirements } from '../../apimachinery/selectors/labels.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import type { Client } from '../../client/client.ts'
import type { Informer } from '../../client/informer.ts'
import { claim } from './claim.ts'
import { unlessGone } from './failures.ts'
import { controllerReference } from './owner.ts'
import { byRevision, hasData, maxRevision, revisionData, revisionName, surplusRevisions } from './revisions.ts'
import { revisionHash } from './template-hash.ts'

export interface RevisionOwner<O extends KubeObject> {
  readonly kind: KindDefinition<O>
  readonly owner: O
  readonly selector: LabelRequirements
  readonly client: Client
  /** With an index of orphans by namespace: see `orphanIndex`. */
  readonly revisions: Informer<ControllerRevision>
  readonly signal: AbortSignal
}
export interface HistoryOwner<O extends KubeObject> extends RevisionOwner<O> {
  readonly template: PodTemplateSpec
  /** So many names were found taken before. */
  readonly collisionCount: number
}

export interface History {
  /** Oldest first; without `update` when that was just made. */
  readonly known: readonly ControllerRevision[]
  /** The template of now. */
  readonly update: ControllerRevision
  readonly collisionCount: number
}

export const orphanIndex = 'orphans in namespace'

/** Adopts what nobody owns, too. */
export async function claimRevisions<O extends KubeObject>(of: RevisionOwner<O>): Promise<readonly ControllerRevision[]> {
  const { kind, owner, selector, client, revisions, signal } = of
  const { namespace = '', name = '', uid = '' } = owner.metadata
  const claimed = await claim([...revisions.ownedBy(uid), ...revisions.byIndex(orphanIndex, namespace)], {
    owner,
    ownerKind: kind,
    selector,
    resource: client.of(ControllerRevision).in(namespace),
    liveOwner: () => client.of(kind).in(namespace).get(name, { signal }),
    signal,
  })
  return claimed.toSorted(byRevision)
}

export async function historyOf<O extends KubeObject>(of: HistoryOwner<O>): Promise<History> {
  const { owner, template, client, signal, collisionCount } = of
  const known = await claimRevisions(of)
  const data = revisionData(template)
  const equal = known.findLast((one) => hasData(one, data))
  if (equal !== undefined && equal === known.at(-1)) return { known, update: equal, collisionCount }
  const revision = maxRevision(known) + 1
  if (equal === undefined) return { known, ...(await makeRevision(of, data, revision)) }
  const resource = client.of(ControllerRevision).in(owner.metadata.namespace ?? '')
  return { known, update: await resource.update({ ...equal, revision }, { signal }), collisionCount }
}

async function makeRevision<O extends KubeObject>(
  of: HistoryOwner<O>,
  data: NonNullable<ControllerRevision['data']>,
  revision: number,
): Promise<Omit<History, 'known'>> {
  const { kind, owner, template, client, signal } = of
  const { namespace = '', annotations, name = '' } = owner.metadata
  const resource = client.of(ControllerRevision).in(namespace)
  for (let { collisionCount } = of; ; collisionCount++) {
    const hash = revisionHash(data, collisionCount)
    const wanted: ControllerRevision = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: revisionName(name, hash),
        namespace,
        labels: { ...template.metadata?.labels, 'controller.kubernetes.io/hash': hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [controllerReference(kind, owner)],
      },
      data,
      revision,
    }
    try {
      return { update: await resource.create(wanted, { signal }), collisionCount }
    } catch (error) {
      if (reasonOf(error) !== 'AlreadyExists') throw error
      const existing = await resource.get(wanted.metadata.name ?? '', { signal })
      if (hasData(existing, data)) return { update: existing, collisionCount }
    }
  }
}

/** Deletes the oldest that nobody uses, so that `limit` stay. */
export async function truncateHistory<O extends KubeObject>(
  { client, owner, signal }: HistoryOwner<O>,
  known: readonly ControllerRevision[],
  used: ReadonlySet<string>,
  limit: number,
): Promise<void> {
  const resource = client.of(ControllerRevision).in(owner.metadata.namespace ?? '')
  const unused = known.filter(({ metadata }) => !used.has(metadata.name ?? ''))
  for (const { metadata } of surplusRevisions(unused, limit)) await unlessGone(resource.delete(metadata.name ?? '', { signal }))
}
