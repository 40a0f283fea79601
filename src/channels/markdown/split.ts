import { cutPlain, cutPoints } from './cut.ts'
import type { Block, List, ListItem, Run } from './document.ts'
import { wordsOf } from './document.ts'
import { fenced } from './marks.ts'
import { readMarkdown } from './read.ts'
import { escapeMarkdown, runsToMarkdown } from './source.ts'
import { render, type Style } from './style.ts'
import { tableText } from './table.ts'
import { telegramVisible } from './telegram.ts'

/**
 * Cuts markdown into texts that each have at most `limit` UTF-16 units when they are shown in `style`, and that together say the same
 * words: between blocks where that is possible, else between the items of a list, the lines of code, the sentences of a paragraph. Marks,
 * quotes and code blocks that are cut are closed and opened again. Texts that show nothing are left out.
 */
export function splitMarkdown(markdown: string, limit: number, style: Style): readonly string[] {
  const { blocks, definitions } = readMarkdown(markdown)
  const whole = render(blocks, style)
  if (whole.trim() === '') return []
  if (whole.length <= limit) return [markdown]
  const cutter: Cutter = { style, limit, read: remembered() }
  const head = definitions === '' ? '' : `${definitions}\n\n`
  const chunks = cutBlocks(blocks, cutter)
    .map((chunk) => `${head}${trimmed(chunk)}`)
    .filter((chunk) => shown(chunk, cutter).trim() !== '')
  const words = render(blocks, telegramVisible)
  const fits = chunks.every((chunk) => shown(chunk, cutter).length <= limit)
  const same = letters(chunks.map((chunk) => visible(chunk, cutter)).join('')) === letters(words)
  // Words count more than their form: what cannot be cut with its marks is cut without them.
  return fits && same ? chunks : plainChunks(words, cutter)
}

interface Cutter {
  readonly style: Style
  readonly limit: number
  /** Room for the first piece, where something stands before it. */
  readonly first?: number
  readonly read: (markdown: string) => readonly Block[]
}

/** Reads each text once. */
function remembered(): Cutter['read'] {
  const known = new Map<string, readonly Block[]>()
  return (markdown) => {
    const blocks = known.get(markdown) ?? readMarkdown(markdown).blocks
    known.set(markdown, blocks)
    return blocks
  }
}

const shown = (markdown: string, { read, style }: Cutter) => render(read(markdown), style)
const visible = (markdown: string, { read }: Cutter) => render(read(markdown), telegramVisible)
/** Without empty lines around it. Spaces before the first word may mean code. */
const trimmed = (text: string) => text.replaceAll(/^(?:[ \t]*\n)+|\s+$/g, '')
const letters = (text: string) => text.replaceAll(/\s+/g, '')
const tighter = (cutter: Cutter, units: number): Cutter => ({ ...cutter, limit: Math.max(1, cutter.limit - units) })

function plainChunks(words: string, cutter: Cutter): readonly string[] {
  return shrinking(
    cutter.limit,
    (room) => cutPlain(words, room).map(escapeMarkdown),
    (chunk) => shown(chunk, cutter).length <= cutter.limit,
  ).filter((chunk) => chunk.trim() !== '')
}

/** The pieces of the largest room with which every piece holds. */
function shrinking(
  limit: number,
  pieces: (room: number) => readonly string[],
  holds: (piece: string) => boolean,
): readonly string[] {
  for (let room = limit; ; room = Math.floor(room * 0.85)) {
    const found = pieces(Math.max(1, room))
    if (room <= 1 || found.every(holds)) return found
  }
}

/** Never more than the other pieces have. */
const firstOf = ({ first = Infinity }: Cutter, room: number) => Math.max(1, Math.min(first, room))

/** A text that is being filled. */
interface Chunk {
  markdown: string
  size: number
}

function cutBlocks(blocks: readonly Block[], { style, limit, read }: Cutter): readonly string[] {
  const cutter: Cutter = { style, limit, read }
  const chunks: Chunk[] = []
  for (const block of blocks) {
    const size = render([block], style).length
    if (joins(chunks.at(-1), block.raw, size, cutter)) continue
    if (size <= limit) {
      chunks.push({ markdown: block.raw, size })
      continue
    }
    // What leads up to a long block stays with its beginning, where both have room.
    const last = chunks.at(-1)
    const first = last ? limit - last.size - 2 : limit
    const pieces = cutWell(block, first >= limit / 2 ? { ...cutter, first } : cutter)
    for (const [index, markdown] of pieces.entries()) {
      const size = shown(markdown, cutter).length
      if (index > 0 || !joins(chunks.at(-1), markdown, size, cutter)) chunks.push({ markdown, size })
    }
  }
  return chunks.map(({ markdown }) => markdown)
}

/** Adds to a chunk what it has room for. */
function joins(chunk: Chunk | undefined, markdown: string, size: number, { limit }: Cutter): boolean {
  if (!chunk || chunk.size + 2 + size > limit) return false
  chunk.markdown = `${chunk.markdown}${chunk.markdown.endsWith('\n') ? '' : '\n\n'}${markdown}`
  chunk.size += 2 + size
  return true
}

/** One block that is too large, in pieces that say what it says. */
function cutWell(block: Block, cutter: Cutter): readonly string[] {
  const pieces = cutBlock(block, cutter)
  const words = render([block], telegramVisible)
  const fits = pieces.every((piece) => shown(piece, cutter).length <= cutter.limit)
  const same = letters(pieces.map((piece) => visible(piece, cutter)).join('')) === letters(words)
  return fits && same ? pieces : plainChunks(words, cutter)
}

/** Its pieces, as well as can be. */
function cutBlock(block: Block, cutter: Cutter): readonly string[] {
  switch (block.type) {
    case 'paragraph':
      return cutRuns(block.runs, cutter)
    case 'heading':
      return cutRuns(
        block.runs.map(({ text, marks }) => ({ text, marks: { ...marks, strong: true } })),
        cutter,
      )
    case 'code':
      return cutCode(block.text, block.language, cutter)
    case 'table':
      return cutCode(tableText(block), '', cutter)
    case 'quote':
      return shrinking(
        cutter.limit,
        (room) => cutBlocks(block.blocks, { ...cutter, limit: room }).map(quoted),
        (piece) => shown(piece, cutter).length <= cutter.limit,
      )
    case 'list':
      return cutList(block, cutter)
    case 'rule':
      return [block.raw]
  }
}

const quoted = (markdown: string) => trimmed(markdown).replaceAll(/^/gm, '> ')

function cutCode(text: string, language: string, cutter: Cutter): readonly string[] {
  return shrinking(
    cutter.limit,
    (room) => cutPlain(text, room, firstOf(cutter, room)).map((piece) => fenced(piece.replace(/\n$/, ''), language)),
    (piece) => shown(piece, cutter).length <= cutter.limit,
  )
}

function cutRuns(runs: readonly Run[], cutter: Cutter): readonly string[] {
  const text = wordsOf(runs)
  return shrinking(
    cutter.limit,
    (room) => {
      const cuts = [0, ...cutPoints(text, room, firstOf(cutter, room)), text.length]
      return cuts.slice(1).map((end, index) => faithful(between(runs, cuts[index] ?? 0, end), cutter))
    },
    (piece) => shown(piece, cutter).length <= cutter.limit,
  )
}

/** The part of runs from one place of their words to another. */
function between(runs: readonly Run[], from: number, to: number): readonly Run[] {
  let at = 0
  const part: Run[] = []
  for (const { text, marks } of runs) {
    const piece = text.slice(Math.max(0, from - at), Math.max(0, to - at))
    if (piece !== '') part.push({ text: piece, marks })
    at += text.length
  }
  return part
}

/** Runs as markdown that shows their words; without marks where those would not be understood. */
function faithful(runs: readonly Run[], cutter: Cutter): string {
  const markdown = runsToMarkdown(runs)
  const words = wordsOf(runs)
  return letters(visible(markdown, cutter)) === letters(words) ? markdown : escapeMarkdown(words)
}

function cutList(list: List, cutter: Cutter): readonly string[] {
  const chunks: Chunk[] = []
  list.items.forEach((item, index) => {
    const marker = list.start === undefined ? '- ' : `${list.start + index}. `
    const box = item.task ? `[${item.checked ? 'x' : ' '}] ` : ''
    const markdown = `${marker}${box}${indented(item.text, marker.length)}`
    const size = shown(markdown, cutter).length
    const last = chunks.at(-1)
    if (last && last.size + 1 + size <= cutter.limit) {
      last.markdown += `\n${markdown}`
      last.size += 1 + size
    } else if (size <= cutter.limit) chunks.push({ markdown, size })
    // What is left of an item that was cut takes no further items: they would become part of it.
    else for (const piece of cutItem(item, marker, box, cutter)) chunks.push({ markdown: piece, size: cutter.limit })
  })
  return chunks.map(({ markdown }) => markdown)
}

/** The first piece is the item, the others stand alone. */
function cutItem(item: ListItem, marker: string, box: string, cutter: Cutter): readonly string[] {
  return cutBlocks(item.blocks, tighter(cutter, marker.length + box.length)).map((piece, index) => {
    const text = trimmed(piece)
    return index > 0 ? text : `${marker}${box}${indented(text, marker.length)}`
  })
}

const indented = (text: string, by: number) => text.replaceAll(/\n(?=[^\n])/g, `\n${' '.repeat(by)}`)
