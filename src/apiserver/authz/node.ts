/**
 * What kubelets may do. Of objects that one Pod or another names, each node may read those that its own Pods name (`node-graph.ts`); of what is
 * the node's own, its own; everything else is the same for all nodes and a list of rules. Who is no `system:node:NAME` in the group system:nodes is
 * not its business. What a node may write into what it may touch, admission judges (NodeRestriction).
 */
import { nodeNameOf, type User } from '../authn/user.ts'
import type { AuthorizationAttributes, Authorizer, Decision } from './authorizer.ts'
import type { NodeGraph, Thing } from './node-graph.ts'
import { allows, type PolicyRule } from './rbac.ts'

const allow: Decision = { verdict: 'allow' }

function no(reason = ''): Decision {
  return reason === '' ? { verdict: 'none' } : { verdict: 'none', reason }
}

export function nodeAuthorizer(graph: NodeGraph, rules: readonly PolicyRule[]): Authorizer {
  const decideFor = decider(graph, rules)
  return (user: User, attributes) => {
    const node = nodeNameOf(user)
    if (node === undefined) return no()
    if (node === '') return no(`unknown node for user "${user.name}"`)
    const building = graph.ready()
    return building === undefined ? decideFor(node, attributes) : building.then(() => decideFor(node, attributes))
  }
}

function decider(graph: NodeGraph, rules: readonly PolicyRule[]): (node: string, attributes: AuthorizationAttributes) => Decision {
  const related = (node: string, thing: Thing, { namespace, name }: AuthorizationAttributes): Decision => {
    if (name === '') return no('No Object name found')
    return graph.belongs(node, thing, namespace, name) ? allow : no(`no relationship found between node '${node}' and this object`)
  }

  const get = (node: string, thing: Thing, attributes: AuthorizationAttributes): Decision => {
    if (attributes.verb !== 'get') return no('can only get individual resources of this type')
    return attributes.subresource === '' ? related(node, thing, attributes) : no('cannot get subresource')
  }

  const read = (node: string, thing: Thing, attributes: AuthorizationAttributes): Decision => {
    const { verb, subresource, namespace } = attributes
    if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return no('can only read resources of this type')
    if (subresource !== '') return no('cannot read subresource')
    return namespace === '' ? no('can only read namespaced object of this type') : related(node, thing, attributes)
  }

  const claim = (node: string, attributes: AuthorizationAttributes): Decision => {
    if (attributes.subresource !== 'status') return get(node, 'persistentvolumeclaims', attributes)
    if (attributes.verb !== 'update' && attributes.verb !== 'patch') return no('can only get/update/patch this type')
    return related(node, 'persistentvolumeclaims', attributes)
  }

  const serviceAccount = (node: string, attributes: AuthorizationAttributes): Decision => {
    const { verb, subresource, name, namespace } = attributes
    if (verb === 'get' && subresource === '') return read(node, 'serviceaccounts', attributes)
    if (verb !== 'create' || name === '') return no('can only create tokens for individual service accounts')
    if (subresource !== 'token') return no('can only create token subresource of serviceaccount')
    const isRelated = graph.belongs(node, 'serviceaccounts', namespace, name)
    return isRelated ? allow : no(`no relationship found between node '${node}' and this object`)
  }

  const slice = (node: string, attributes: AuthorizationAttributes): Decision => {
    if (attributes.subresource !== '') return no('cannot authorize ResourceSlice subresources')
    switch (attributes.verb) {
      case 'create':
        return allow
      case 'get':
      case 'update':
      case 'patch':
      case 'delete':
        return related(node, 'resourceslices', attributes)
      case 'watch':
      case 'list':
      case 'deletecollection':
        if (attributes.selected?.('spec.nodeName') === node) return allow
        return no('can only list/watch/deletecollection resourceslices with nodeName field selector')
      default:
        return no(
          'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
        )
    }
  }

  const pod = (node: string, attributes: AuthorizationAttributes): Decision => {
    switch (`${attributes.verb} ${attributes.subresource}`) {
      case 'get ':
        return get(node, 'pods', attributes)
      case 'list ':
      case 'watch ':
        if (attributes.selected?.('spec.nodeName') === node) return allow
        return attributes.name === '' ? no('can only list/watch pods with spec.nodeName field selector') : related(node, 'pods', attributes)
      case 'create ':
      case 'delete ':
      case 'update status':
      case 'patch status':
      case 'create eviction':
        return allow
      default:
        return no()
    }
  }

  return (node, attributes) => {
    const { isResource, group, resource } = attributes
    switch (isResource ? `${resource}.${group}` : '') {
      case 'secrets.':
      case 'configmaps.':
        return read(node, resource as Thing, attributes)
      case 'persistentvolumeclaims.':
        return claim(node, attributes)
      case 'persistentvolumes.':
      case 'resourceclaims.resource.k8s.io':
      case 'volumeattachments.storage.k8s.io':
        return get(node, resource as Thing, attributes)
      case 'serviceaccounts.':
        return serviceAccount(node, attributes)
      case 'leases.coordination.k8s.io':
        return lease(node, attributes)
      case 'csinodes.storage.k8s.io':
        return csiNode(node, attributes)
      case 'resourceslices.resource.k8s.io':
        return slice(node, attributes)
      case 'nodes.':
        return ownNode(node, attributes)
      case 'pods.':
        return pod(node, attributes)
      default:
        return rules.some((rule) => allows(rule, attributes)) ? allow : no()
    }
  }
}

const writesOne = new Set(['get', 'create', 'update', 'patch', 'delete'])

function lease(node: string, { verb, namespace, name }: AuthorizationAttributes): Decision {
  if (!writesOne.has(verb)) return no('can only get, create, update, patch, or delete a node lease')
  if (namespace !== 'kube-node-lease') return no('can only access leases in the "kube-node-lease" system namespace')
  // A create has no name yet: admission looks at it.
  if (verb !== 'create' && name !== node) return no('can only access node lease with the same name as the requesting node')
  return allow
}

function csiNode(node: string, { verb, subresource, name }: AuthorizationAttributes): Decision {
  if (!writesOne.has(verb)) return no('can only get, create, update, patch, or delete a CSINode')
  if (subresource !== '') return no('cannot authorize CSINode subresources')
  if (verb !== 'create' && name !== node) return no('can only access CSINode with the same name as the requesting node')
  return allow
}

/** Also before it is there: a kubelet looks for its Node first. */
function ownNode(node: string, { verb, subresource, name }: AuthorizationAttributes): Decision {
  switch (`${verb} ${subresource}`) {
    case 'create ':
    case 'update ':
    case 'patch ':
    case 'update status':
    case 'patch status':
      return allow
    case 'get ':
    case 'list ':
    case 'watch ':
      if (name === node) return allow
      if (name === '') return no(`node '${node}' cannot read all nodes, only its own Node object`)
      return no(`node '${node}' cannot read '${name}', only its own Node object`)
    default:
      return no()
  }
}
