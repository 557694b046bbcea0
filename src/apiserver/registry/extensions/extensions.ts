/** The extensions by the resource that they extend. One line for each file beside this one. */
import type { ApiServerFlags } from '../../server.ts'
import type { Extension } from './extension.ts'
import { namespaceExtension } from './namespace.ts'
import { podExtension } from './pod.ts'
import { bindingExtension } from './pod-binding.ts'
import { serviceExtension } from './service.ts'

export function extensions(flags: ApiServerFlags): ReadonlyMap<string, Extension> {
  return new Map<string, Extension>([
    ['namespaces.', namespaceExtension],
    ['pods.', podExtension],
    ['bindings.', bindingExtension],
    ['services.', serviceExtension(flags)],
  ])
}
