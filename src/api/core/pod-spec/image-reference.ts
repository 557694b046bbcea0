/**
 * References to images as container runtimes read them (distribution/reference upstream): "nginx", "quay.io/a/b:v1@sha256:…". Only the tag
 * matters to the API: an image without tag and digest is the latest, and the latest is always pulled.
 *
 *     imageTag('nginx')  latest      imageTag('localhost:5000/a')  latest      imageTag('a:1')  1      imageTag('Not Valid')  ''
 */
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const domain = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const reference = new RegExp(
  `^((?:${domain}/)?${component}(?:/${component})*)(?::(\\w[\\w.-]{0,127}))?(@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
)
const lengthMax = 4096
const nameLengthMax = 255

/** '' for what is no reference, and for one that only has a digest. */
export function imageTag(image: string): string {
  if (image.length > lengthMax || /^[a-f0-9]{64}$/.test(image)) return ''
  const match = reference.exec(image)
  if (match === null || (match[1] ?? '').length > nameLengthMax) return ''
  return match[2] ?? (match[3] === undefined ? 'latest' : '')
}

/** What imagePullPolicy is when nobody says. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  return imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent'
}
