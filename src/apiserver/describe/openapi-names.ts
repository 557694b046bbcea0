/** How groups and versions stand in the operation ids and tags of OpenAPI documents. */

/** RbacAuthorizationV1; without a version RbacAuthorization. */
export function groupVersionName(group: string, version = ''): string {
  return [...shortGroup(group).split('.'), version].map(capital).join('')
}

/** rbacAuthorization_v1; without a version rbacAuthorization. */
export function tagOf(group: string, version = ''): string {
  const tag = shortGroup(group).replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase())
  return version === '' ? tag : `${tag}_${version}`
}

export function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

function shortGroup(group: string): string {
  return group === '' ? 'core' : group.replace(/\.k8s\.io$/, '')
}
