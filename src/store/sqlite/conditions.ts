/** A WHERE for the columns that have a value, with those values by name. Names come from the code, never from outside. */
export function conditions<T extends string | number>(
  columns: Readonly<Record<string, T | undefined>>,
  ...more: readonly string[]
): { readonly where: string; readonly values: Record<string, T> } {
  const given = Object.entries(columns).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  const all = [...more, ...given.map(([name]) => `${name} = :${name}`)]
  return { where: all.length > 0 ? `WHERE ${all.join(' AND ')}` : '', values: Object.fromEntries(given) }
}
