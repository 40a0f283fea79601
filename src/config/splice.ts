import { createScanner } from 'jsonc-parser'
import type { Json } from '../core/json.ts'
import { isJsonObject } from '../core/json.ts'
import type { FileOrigin, List, Table } from './tree.ts'

/** Replaces the text between two offsets. */
export function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end)
}

/** How a file is laid out. */
interface Layout {
  readonly unit: string
  readonly lineEnd: string
}

function layoutOf(text: string): Layout {
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  '
  return { unit: unit.startsWith('\t') ? '\t' : unit.slice(0, 8), lineEnd: text.includes('\r\n') ? '\r\n' : '\n' }
}

/** JSON as people lay it out: lists of plain values on one line, everything else on lines of its own. */
function written(value: Json, indent: string, layout: Layout): string {
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
    return block(
      '[',
      (value as readonly Json[]).map((item) => written(item, indent + layout.unit, layout)),
      ']',
      indent,
      layout,
    )
  }
  if (Array.isArray(value)) return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${written(item, indent + layout.unit, layout)}`,
  )
  return block('{', members, '}', indent, layout)
}

function block(
  open: string,
  parts: readonly string[],
  close: string,
  indent: string,
  { unit, lineEnd }: Layout,
): string {
  if (parts.length === 0) return open + close
  return open + parts.map((part) => `${lineEnd}${indent}${unit}${part}`).join(',') + lineEnd + indent + close
}

const indentAt = (text: string, offset: number): string => {
  const line = text.slice(lineStart(text, offset), offset)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1
}

/** The text of a value that stands at an offset. */
export function valueText(text: string, offset: number, value: Json): string {
  return written(value, indentAt(text, offset), layoutOf(text))
}

/** Adds a member to an object, or an item to a list (without `key`), at its end. Comments stay where they are. */
export function insertInto(text: string, holder: Table | List, value: Json, key?: string): string {
  const { start, end } = holder.origin as FileOrigin
  const layout = layoutOf(text)
  const parts = holder.kind === 'table' ? [...holder.members.values()] : holder.items
  const last = Math.max(0, ...parts.flatMap(({ origin }) => (origin.kind === 'file' ? [origin.end] : [])))
  const outer = indentAt(text, start)
  const manyLines = text.slice(start, end).includes('\n') || holder.kind === 'table'
  const inner = ownIndent(text, holder) ?? outer + layout.unit
  const title = key === undefined ? '' : `${JSON.stringify(key)}: `
  const part = title + written(value, manyLines ? inner : outer, layout)
  if (last === 0) return insertFirst(text, start, end, part, outer, inner, layout, manyLines)
  const comma = commaAfter(text, last, end)
  const onOneLine = !text.slice(start, end).includes('\n')
  if (onOneLine) {
    return comma === undefined ? splice(text, last, last, `, ${part}`) : splice(text, comma + 1, comma + 1, ` ${part}`)
  }
  const place = lineRest(text, comma === undefined ? last : comma + 1, end - 1)
  const added = `${layout.lineEnd}${inner}${part}${comma === undefined ? '' : ','}`
  const grown = splice(text, place, place, added)
  return comma === undefined ? splice(grown, last, last, ',') : grown
}

function insertFirst(
  text: string,
  start: number,
  end: number,
  part: string,
  outer: string,
  inner: string,
  { lineEnd }: Layout,
  manyLines: boolean,
): string {
  if (!manyLines) return splice(text, start + 1, start + 1, part)
  const place = lineRest(text, start + 1, end - 1)
  const closed = text.slice(place, end - 1).includes('\n')
  return splice(text, place, place, `${lineEnd}${inner}${part}${closed ? '' : lineEnd + outer}`)
}

/** The indentation of the members, where they begin lines. */
function ownIndent(text: string, holder: Table | List): string | undefined {
  const parts = holder.kind === 'table' ? [...holder.members.values()] : holder.items
  for (const { origin } of parts) {
    if (origin.kind !== 'file') continue
    const begin = origin.key ?? origin.start
    const before = text.slice(lineStart(text, begin), begin)
    if (before.trim() === '') return before
  }
  return undefined
}

/** The offset of the comma after a value, comments skipped. */
function commaAfter(text: string, offset: number, end: number): number | undefined {
  const scanner = createScanner(text, true)
  scanner.setPosition(offset)
  scanner.scan()
  const found = scanner.getTokenOffset()
  return found < end && text[found] === ',' ? found : undefined
}

/** Where the line of an offset ends, before its line end; a comment that begins on the line belongs to it. Never after `limit`. */
function lineRest(text: string, offset: number, limit: number): number {
  const scanner = createScanner(text, false)
  scanner.setPosition(offset)
  let place = offset
  for (;;) {
    scanner.scan()
    const token = text.slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength())
    const stays = token !== '' && scanner.getTokenOffset() < limit && (/^[ \t]+$/.test(token) || token.startsWith('/'))
    if (!stays) return place
    if (token.startsWith('/')) place = scanner.getTokenOffset() + token.length
  }
}

/** Takes a member or item out, with one comma and, when nothing else is left on them, its lines. Comments stay. */
export function remove(text: string, holder: Table | List, child: FileOrigin): string {
  const { end } = holder.origin as FileOrigin
  const begin = child.key ?? child.start
  const comma = commaAfter(text, child.end, end)
  if (comma !== undefined) {
    const between = text.slice(child.end, comma)
    return dropLine(splice(text, begin, comma + 1, between.trim() === '' ? '' : between.trim()), begin)
  }
  const before = commaBefore(text, begin, (holder.origin as FileOrigin).start)
  const cut = dropLine(splice(text, begin, child.end, ''), begin)
  return before === undefined ? cut : splice(cut, before, before + 1, '')
}

/** The offset of the comma before a member, comments skipped. */
function commaBefore(text: string, offset: number, start: number): number | undefined {
  const scanner = createScanner(text, true)
  scanner.setPosition(start)
  let last: number | undefined
  for (;;) {
    scanner.scan()
    const found = scanner.getTokenOffset()
    if (found >= offset || scanner.getTokenLength() === 0) return last
    last = text[found] === ',' ? found : undefined
  }
}

/** Removes the line at an offset when it is blank, else spaces that would be left hanging there. */
function dropLine(text: string, offset: number): string {
  const from = lineStart(text, offset)
  const to = /\r\n|\n|\r|$/.exec(text.slice(offset))
  const stop = offset + (to?.index ?? 0)
  if (text.slice(from, stop).trim() === '') return splice(text, from, stop + (to?.[0].length ?? 0), '')
  return text[offset] === ' ' && text[offset - 1] === ' ' ? splice(text, offset, offset + 1, '') : text
}
