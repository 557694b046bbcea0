/**
 * A function of an object that is worked out once per object: queueing hints ask the same of one node or Pod for every Pod that waits.
 * Forgotten with the object.
 */
export function remembered<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) known.set(key, (value = make(key)))
    return value
  }
}
