/**
 * Where values live. A value handed in may be a view into somebody else's big buffer (a socket read pins 64 KB), so
 * every value is copied into memory of our own before anything refers to it.
 */
export function keepValue(value: Uint8Array): Uint8Array {
  return new Uint8Array(value)
}
