/** Makes each thing once per key. After a thousand keys it starts anew, so that names from outside cannot fill the memory. */
export function remembering<Thing>(): (key: string, make: () => Thing) => Thing {
  const known = new Map<string, Thing>()
  return (key, make) => {
    const thing = known.get(key) ?? make()
    if (known.size >= 1000) known.clear()
    known.set(key, thing)
    return thing
  }
}
