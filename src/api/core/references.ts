/**
 * References from one object to another, in the shapes that history gave them.
 */
import { atomicStruct, field, type Infer, string, struct } from '../../apimachinery/schema/schema.ts'

export interface ObjectReference extends Infer<typeof objectReference> {}
export const objectReference = atomicStruct('core.v1.ObjectReference', {
  kind: field(1, string).optional(),
  namespace: field(2, string).optional(),
  name: field(3, string).optional(),
  uid: field(4, string).optional(),
  apiVersion: field(5, string).optional(),
  resourceVersion: field(6, string).optional(),
  fieldPath: field(7, string).optional(),
})

export interface TypedLocalObjectReference extends Infer<typeof typedLocalObjectReference> {}
export const typedLocalObjectReference = atomicStruct('core.v1.TypedLocalObjectReference', {
  apiGroup: field(1, string).printed().pointer(),
  kind: field(2, string),
  name: field(3, string),
})

export interface TypedObjectReference extends Infer<typeof typedObjectReference> {}
export const typedObjectReference = struct('core.v1.TypedObjectReference', {
  apiGroup: field(1, string).printed().pointer(),
  kind: field(2, string),
  name: field(3, string),
  namespace: field(4, string).optional().pointer(),
})

export interface SecretReference extends Infer<typeof secretReference> {}
export const secretReference = atomicStruct('core.v1.SecretReference', {
  name: field(1, string).optional(),
  namespace: field(2, string).optional(),
})

export interface LocalObjectReference extends Infer<typeof localObjectReference> {}
export const localObjectReference = atomicStruct('core.v1.LocalObjectReference', {
  name: field(1, string).optional().default(''),
})
