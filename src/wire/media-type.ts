/**
 * Content-Type as Go's mime.ParseMediaType reads it: the type in lower case, without its parameters; undefined when the header is malformed,
 * parameters included (`application/json; charset` is, `application/json;` is not).
 */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/
const quoted = /^"(?:[^"\\\r\n]|\\[^\r\n])*"/

export function parseMediaType(header: string): string | undefined {
  const semicolon = header.indexOf(';')
  const type = (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase()
  if (!isType(type)) return undefined
  return semicolon < 0 || areParameters(header.slice(semicolon)) ? type : undefined
}

function isType(type: string): boolean {
  const main = token.exec(type)?.[0] ?? ''
  if (main === '' || main === type) return main !== ''
  if (type[main.length] !== '/') return false
  const rest = type.slice(main.length + 1)
  return rest !== '' && token.exec(rest)?.[0] === rest
}

function areParameters(text: string): boolean {
  const names = new Set<string>()
  let rest = text
  while (rest.trimStart() !== '') {
    if (rest.trim() === ';') return true
    rest = rest.trimStart()
    if (rest[0] !== ';') return false
    rest = rest.slice(1).trimStart()
    const name = token.exec(rest)?.[0].toLowerCase()
    if (name === undefined || names.has(name)) return false
    names.add(name)
    rest = rest.slice(name.length).trimStart()
    if (rest[0] !== '=') return false
    rest = rest.slice(1).trimStart()
    const value = (rest[0] === '"' ? quoted : token).exec(rest)?.[0]
    if (value === undefined) return false
    rest = rest.slice(value.length)
  }
  return true
}
