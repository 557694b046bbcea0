/**
 * Every namespace has a ConfigMap kube-root-ca.crt with the cluster's authority, so that Pods can check whom they talk to. Changed or deleted, it is
 * put right again.
 */
import { ConfigMap } from '../api/core/config-map.ts'
import { Namespace } from '../api/core/namespace.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { semanticallyEqual } from '../apimachinery/validate-metadata.ts'
import { type Controller, startLoop } from './controller.ts'
import { isNamespaceEnding } from './shared/failures.ts'

const configMapName = 'kube-root-ca.crt'
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

export const rootCaPublisher: Controller = {
  name: 'root-ca-certificate-publisher-controller',
  account: 'root-ca-cert-publisher',
  component: 'root-ca-cert-publisher',
  start: (context) => {
    const { client, informers, flags } = context
    const namespaces = informers.of(Namespace)
    const configMaps = informers.of(ConfigMap)
    const data = { 'ca.crt': flags.rootCa }
    const loop = startLoop(context, {
      name: 'root-ca-publisher',
      workers: 1,
      reconcile: async (key, signal) => {
        const namespace = namespaces.get(key)
        if (namespace?.status?.phase !== 'Active') return
        const resource = client.of(ConfigMap).in(key)
        const found = configMaps.get(`${key}/${configMapName}`)
        const annotations = { 'kubernetes.io/description': description }
        try {
          if (found === undefined)
            await resource.create({ metadata: { name: configMapName, namespace: key, annotations }, data }, { signal })
          else if (!semanticallyEqual(found.data, data) || found.metadata.annotations?.['kubernetes.io/description'] !== description) {
            const metadata = { ...found.metadata, annotations: { ...found.metadata.annotations, ...annotations } }
            await resource.update({ ...found, metadata, data }, { signal })
          }
        } catch (error) {
          if (reasonOf(error) !== 'AlreadyExists' && !isNamespaceEnding(error)) throw error
        }
      },
    })
    const add = (namespace: Namespace): void => loop.add(namespace.metadata.name ?? '')
    const changed = ({ metadata }: ConfigMap): void => {
      if (metadata.name === configMapName) loop.add(metadata.namespace ?? '')
    }
    namespaces.subscribe({ onAdd: add, onUpdate: add, onDelete: () => {} })
    configMaps.subscribe({ onAdd: () => {}, onUpdate: changed, onDelete: changed })
  },
}
