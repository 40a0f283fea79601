import { present } from './accepted.ts'
import type { Table } from './tree.ts'
import { walk, type Spot } from './walk.ts'

/** Every secret value of a config, for redaction: what stands under secret keys, what references brought in beside them, and passwords in addresses. */
export function secretsOf(root: Table): readonly string[] {
  const found = new Set<string>()
  for (const spot of walk(root, present)) {
    const value = spot.tree.kind === 'scalar' ? spot.tree.value : undefined
    if (typeof value !== 'string') continue
    const bare = value.replace(/^(?:Bearer|Basic)(?:\s+|$)/i, '')
    const secrets = isSecret(spot) && bare !== '' ? [value, bare] : []
    for (const secret of [...secrets, ...passwords(value)]) if (secret.length > 3) found.add(secret)
  }
  return [...found]
}

/** Whether the value of a spot must not be shown. */
export function isSecret({ tree, known, path }: Spot): boolean {
  if (known.hides !== 'holder') return known.hides === 'secret'
  return (tree.kind === 'scalar' && tree.referred === true) || telling.test(String(path.at(-1)))
}

const telling = /key|token|secret|pass|auth|cookie|credential/i

/** The password of `scheme://user:password@host`, as written and decoded. */
function passwords(text: string): readonly string[] {
  const written = /^[a-z][\w+.-]*:\/\/[^/\s:@]*:([^/\s@]+)@/i.exec(text)?.[1]
  if (written === undefined) return []
  try {
    return [written, decodeURIComponent(written)]
  } catch {
    return [written]
  }
}
