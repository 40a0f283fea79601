import { accepted } from './accepted.ts'
import { channelKinds } from './schema/channels.ts'
import { describe, type Known } from './known.ts'

/** Blots out everything on a line of JSON that may be a secret: all but keys, punctuation, plain values and texts under keys that never hold one. */
export function readable(line: string): string {
  let key: string | undefined
  let afterColon = false
  return line.replaceAll(token, (piece: string, offset: number) => {
    if (piece.startsWith('//')) return '/'.repeat(2) + blot(piece.slice(2))
    const rest = line.slice(offset + piece.length)
    if (piece.startsWith('"') && /^\s*:/.test(rest)) {
      key = piece.replaceAll('"', '')
      afterColon = true
      return isKeyLike(piece) ? piece : blot(piece)
    }
    const open = afterColon && key !== undefined && openKeys().has(key)
    afterColon = false
    if (/^(?:true|false|null|:|-?\d{1,9}(?:\.\d{1,6})?)$/.test(piece)) {
      if (piece === ':') afterColon = true
      return piece
    }
    return open ? withoutPassword(piece) : blot(piece)
  })
}

const token = /"(?:[^"\\]|\\.)*"?|\/\/.*|:|[^\s,{}[\]":]+/g

/** A plain word; anything else may be a secret between quotes that slipped. */
const isKeyLike = (piece: string) => /^"[A-Za-z_]{1,40}[0-9]?"$/.test(piece)

const blot = (text: string) => text.replaceAll(/[^\s"]/g, '•')

const withoutPassword = (text: string) => text.replace(/\/\/[^/\s"@]*@/, (found) => `//${blot(found.slice(2, -1))}@`)

/** Names of keys that hold texts and never a secret. */
function openKeys(): ReadonlySet<string> {
  const open = new Set<string>()
  const hidden = new Set<string>()
  const visit = (known: Known, key: string): void => {
    if (known.hides !== undefined) hidden.add(key)
    if (known.kind === 'text' && known.hides === undefined) open.add(key)
    if (known.kind === 'object') for (const [name, value] of Object.entries(known.keys)) visit(value, name)
    if (known.kind === 'list' || known.kind === 'table') visit(known.each, '')
  }
  visit(accepted, '')
  for (const kind of Object.values(channelKinds)) visit(describe(kind), '')
  return new Set([...open].filter((name) => !hidden.has(name)))
}
