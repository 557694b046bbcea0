/** Lines 81, 100, 109, 123, 154 and 196 to 203 of the matrix: custom resources. */
import { line, type Story } from './line.ts'

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: foos.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {plural: foos, singular: foo, kind: Foo, listKind: FooList, shortNames: [fo]}
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        status: {}
        scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
      selectableFields: [{jsonPath: .spec.color}]
      additionalPrinterColumns:
        - {name: Color, type: string, jsonPath: .spec.color}
        - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              description: What is wanted.
              properties:
                color: {type: string, description: The colour., enum: [red, blue]}
                replicas: {type: integer, default: 1, maximum: 10}
              x-kubernetes-validations:
                - rule: self.color != 'red' || self.replicas < 5
                  message: red is scarce
            status:
              type: object
              properties:
                replicas: {type: integer}
`
const foo = (color: string): string => `apiVersion: example.com/v1
kind: Foo
metadata: {name: f1}
spec: {color: ${color}}
`

export const customResources: readonly Story[] = [
  {
    name: 'custom',
    files: { 'crd.yaml': definition, 'foo.yaml': foo('blue'), 'foo2.yaml': foo('red'), 'bad.yaml': foo('green') },
    before: [{ run: 'create -f crd.yaml', prints: 'customresourcedefinition.apiextensions.k8s.io/foos.example.com created' }],
    lines: [
      line(154, {
        run: 'wait --for=condition=established crd/foos.example.com --timeout=10s',
        prints: 'customresourcedefinition.apiextensions.k8s.io/foos.example.com condition met',
      }),
      line(81, { run: 'get crd foos.example.com', prints: 'NAME               CREATED AT\nfoos.example.com   {time}' }),
      line(
        198,
        { run: 'apply -f foo.yaml', prints: 'foo.example.com/f1 created' },
        {
          run: 'create -f bad.yaml',
          complains: `The Foo "f1" is invalid:
* spec.color: Unsupported value: "green": supported values: "red", "blue"
* <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation`,
          code: 1,
        },
        { run: 'get foo f1 -o jsonpath={.spec}', prints: '{"color":"blue","replicas":1}' },
      ),
      line(
        196,
        { run: 'get foos', prints: 'NAME   COLOR   AGE\nf1     blue    {age}' },
        { run: 'get fo f1 -o name', prints: 'foo.example.com/f1' },
        { run: 'get foo.v1.example.com', prints: 'NAME   COLOR   AGE\nf1     blue    {age}' },
      ),
      line(197, {
        run: 'explain foo.spec',
        eventually: true,
        prints: `GROUP:      example.com
KIND:       Foo
VERSION:    v1

FIELD: spec <Object>


DESCRIPTION:
    What is wanted.

FIELDS:
  color	<string>
  enum: red, blue
    The colour.

  replicas	<integer>
{lines}`,
      }),
      line(
        109,
        { run: 'apply -f foo2.yaml', prints: 'foo.example.com/f1 configured' },
        {
          run: 'get foo f1 -o jsonpath={.spec.color}/{.metadata.generation}',
          prints: 'red/2',
        },
      ),
      line(123, {
        run: `patch foo f1 -p '{"spec":{"replicas":3}}'`,
        complains:
          'error: application/strategic-merge-patch+json is not supported by example.com/v1, Kind=Foo: the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml{any}',
        code: 1,
      }),
      line(199, { run: 'label foo f1 a=b', prints: 'foo.example.com/f1 labeled' }),
      line(
        200,
        { run: 'scale foo/f1 --replicas=3', prints: 'foo.example.com/f1 scaled' },
        { run: 'get foo f1 -o jsonpath={.spec.replicas}', prints: '3' },
      ),
      line(
        201,
        { run: 'get foos --field-selector spec.color=red -o name', prints: 'foo.example.com/f1' },
        { run: 'get foos --field-selector spec.color=blue -o name' },
        {
          run: 'get foos --field-selector spec.zz=blue',
          complains:
            'Error from server (BadRequest): Unable to find "example.com/v1, Resource=foos" that match label selector "", field selector "spec.zz=blue": field label not supported: spec.zz',
          code: 1,
        },
      ),
      line(100, {
        run: 'describe foo f1',
        prints: `Name:         f1
Namespace:    $NS
Labels:       a=b
Annotations:  <none>
API Version:  example.com/v1
Kind:         Foo
Metadata:
  Creation Timestamp:  {time}
  Generation:          3
  Resource Version:    {number}
  UID:                 {uid}
Spec:
  Color:     red
  Replicas:  3
Events:      <none>`,
      }),
      line(
        202,
        { run: `patch foo f1 --type=merge -p '{"metadata":{"finalizers":["example.com/hold"]}}'`, prints: 'foo.example.com/f1 patched' },
        { run: 'delete foo f1 --wait=false', prints: 'foo.example.com "f1" deleted' },
        { run: 'get foo f1 -o jsonpath={.metadata.deletionTimestamp}', prints: '{time}' },
        { run: `patch foo f1 --type=merge -p '{"metadata":{"finalizers":null}}'`, prints: 'foo.example.com/f1 patched' },
        { run: 'get foo f1', complains: 'Error from server (NotFound): foos.example.com "f1" not found', code: 1 },
      ),
      line(
        203,
        { run: 'apply -f foo.yaml', prints: 'foo.example.com/f1 created' },
        {
          run: 'delete crd foos.example.com',
          prints: 'customresourcedefinition.apiextensions.k8s.io "foos.example.com" deleted',
        },
        {
          run: 'get foos',
          complains: '{any}the server could not find the requested resource{any}',
          code: 1,
          eventually: true,
        },
      ),
    ].map((one) => (one.line === 81 ? one : { ...one, missing: 'custom resources' })),
  },
]
