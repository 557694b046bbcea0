/**
 * Names of fields in error messages: `spec.containers[0].ports[1].name`, `data[tls.crt]`. A path is a plain string, built
 * from the outside in; '' is the empty path that prints as `<nil>` in messages (field-error.ts does that).
 *
 *     child('spec', 'template', 'spec')   spec.template.spec
 *     index('spec.containers', 0)         spec.containers[0]
 *     key('metadata.labels', 'a/b')       metadata.labels[a/b]
 *
 * Paths of server-side apply (`.spec.containers[name="a"]`) are another notation: apply/field-set.ts.
 */

export function child(path: string, ...names: readonly string[]): string {
  const below = names.join('.')
  return path === '' ? below : `${path}.${below}`
}
export function index(path: string, position: number): string {
  return `${path}[${position}]`
}
export function key(path: string, name: string): string {
  return `${path}[${name}]`
}
