/** Manifests that several stories use. */

export function deployment(image: string, name = 'web'): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app: ${name}}
spec:
  replicas: 2
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: c
          image: ${image}
          ports: [{containerPort: 80}]
`
}

export const pod = `apiVersion: v1
kind: Pod
metadata:
  name: p1
  labels: {app: one}
spec:
  containers:
    - name: c
      image: nginx:1
`

export function configMap(name: string, value = 'b'): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  a: ${value}
`
}

export function list(value = 'b'): string {
  const item = (name: string): string => `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}, data: {a: ${value}}}`
  return `apiVersion: v1
kind: List
items:
  - ${item('l1')}
  - ${item('l2')}
`
}

/** Two Pods of a Deployment that run. */
export const webIsThere = [
  { run: 'create -f dep.yaml', prints: 'deployment.apps/web created' },
  { run: 'rollout status deploy/web', prints: '{lines}\ndeployment "web" successfully rolled out' },
] as const
export const podIsThere = [
  { run: 'create -f pod.yaml', prints: 'pod/p1 created' },
  { run: 'wait pod p1 --for=condition=Ready --timeout=30s', prints: 'pod/p1 condition met' },
] as const
