import { Marked, type MarkedToken, type Token, type TokenizerAndRendererExtension } from 'marked'
import type { Block, Document, ListItem, Marks, Run } from './document.ts'
import { wordsOf } from './document.ts'
import { decodeEntities } from '../../kit/entities.ts'

interface Spoiler {
  readonly type: 'spoiler'
  readonly raw: string
  readonly tokens: Token[]
}

/** `||hidden||`, as chat platforms write it. */
const spoiler: TokenizerAndRendererExtension = {
  name: 'spoiler',
  level: 'inline',
  start: (text) => text.indexOf('||'),
  tokenizer(text) {
    const [raw, inner = ''] = /^\|\|(?=[^\s|])([^\n]*?[^\s|])\|\|(?!\|)/.exec(text) ?? []
    return raw === undefined ? undefined : { type: 'spoiler', raw, tokens: this.lexer.inlineTokens(inner) }
  },
}
const marked = new Marked({ gfm: true, extensions: [spoiler] })

/** Quotes and lists in each other: reading them takes the square of their depth. */
const tooDeep = /^(?:[ \t]*(?:>|[*+-] )){100}/m

/** Reads markdown. Never fails: a text that is too deep to be understood is one paragraph of plain words. */
export function readMarkdown(markdown: string): Document {
  const text = markdown.replaceAll(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD')
  try {
    if (tooDeep.test(text)) throw new RangeError('The text is too deep.')
    const tokens = marked.lexer(text)
    const definitions = new Map<string, string>()
    collectDefinitions(tokens, definitions)
    return { blocks: blocksOf(tokens), definitions: [...definitions.values()].join('\n') }
  } catch {
    const runs = [{ text: text.trim(), marks: {} }]
    return { blocks: [{ type: 'paragraph', runs, raw: text, apart: false }], definitions: '' }
  }
}

/** The first definition of each name counts, wherever it stands. */
function collectDefinitions(tokens: readonly Token[], found: Map<string, string>): void {
  for (const token of tokens as readonly MarkedToken[]) {
    if (token.type === 'def' && !found.has(token.tag)) found.set(token.tag, token.raw.trim())
    if (token.type === 'blockquote') collectDefinitions(token.tokens, found)
    if (token.type === 'list') for (const item of token.items) collectDefinitions(item.tokens, found)
  }
}

function blocksOf(tokens: readonly Token[]): readonly Block[] {
  const blocks: Block[] = []
  let before = ''
  for (const token of tokens as readonly MarkedToken[]) {
    const last = blocks.at(-1)
    const content = contentOf(token)
    if (content) {
      const apart = last !== undefined && /\n[ \t]*\n[ \t]*$/.test(last.raw)
      blocks.push({ ...content, raw: before + closed(token), apart })
      before = ''
    } else if (last) blocks[blocks.length - 1] = { ...last, raw: last.raw + token.raw }
    else before += token.raw
  }
  return blocks
}

/** The markdown of a token. A code block that only the end of the text closed is closed, so that something may follow it. */
function closed({ type, raw }: MarkedToken): string {
  const [, mark] = (type === 'code' && /^ {0,3}(`{3,}|~{3,})/.exec(raw)) || []
  if (mark === undefined) return raw
  const last = raw.trimEnd().split('\n').slice(1).at(-1)?.trim() ?? ''
  const ends = last.startsWith(mark) && last.replaceAll(mark.charAt(0), '') === ''
  return ends ? raw : `${raw}${raw.endsWith('\n') ? '' : '\n'}${mark}\n`
}

type WithoutSource<T> = T extends unknown ? Omit<T, 'raw' | 'apart'> : never
type Content = WithoutSource<Block>

/** What a token shows; undefined for blank lines and definitions. */
function contentOf(token: MarkedToken): Content | undefined {
  switch (token.type) {
    case 'space':
    case 'def':
      return undefined
    case 'hr':
      return { type: 'rule' }
    case 'code':
      return { type: 'code', language: /^[^\s`~]*/.exec(token.lang ?? '')?.[0] ?? '', text: token.text }
    case 'heading':
      return { type: 'heading', level: token.depth, runs: runsOf(token.tokens) }
    case 'blockquote':
      return { type: 'quote', blocks: blocksOf(token.tokens) }
    case 'list':
      return {
        type: 'list',
        ...(token.ordered && { start: Number(token.start) }),
        loose: token.loose,
        items: token.items.map(itemOf),
      }
    case 'table':
      return {
        type: 'table',
        align: token.align,
        rows: [token.header, ...token.rows].map((cells) => cells.map(({ tokens }) => wordsOf(runsOf(tokens)))),
      }
    case 'paragraph':
      return { type: 'paragraph', runs: runsOf(token.tokens) }
    case 'html':
      return { type: 'paragraph', runs: joined([html(token.text.trim(), {})]) }
    default:
      return { type: 'paragraph', runs: runsOf([token]) }
  }
}

const itemOf = (item: { task: boolean; checked?: boolean; text: string; tokens: Token[] }): ListItem => ({
  task: item.task,
  checked: item.checked === true,
  text: item.text,
  blocks: blocksOf(withoutBox(item.tokens as readonly MarkedToken[])),
})

/** The tokens of a list item without the box of a task, which stands alone or in the first paragraph. */
function withoutBox(tokens: readonly MarkedToken[]): readonly Token[] {
  const [first, ...rest] = tokens
  if (first?.type === 'checkbox') return rest
  if (first?.type !== 'paragraph' || first.tokens[0]?.type !== 'checkbox') return tokens
  const [box, ...inline] = first.tokens
  return [{ ...first, raw: first.raw.slice(box.raw.length), tokens: inline }, ...rest]
}

function runsOf(tokens: readonly Token[]): readonly Run[] {
  return joined(inline(tokens, {}))
}

function inline(tokens: readonly Token[], marks: Marks): readonly Run[] {
  return (tokens as readonly (MarkedToken | Spoiler)[]).flatMap((token): readonly Run[] => {
    switch (token.type) {
      case 'strong':
      case 'em':
      case 'del':
      case 'spoiler':
        return inline(token.tokens, { ...marks, [token.type]: true })
      case 'codespan':
        return [{ text: token.text, marks: { ...marks, code: true } }]
      case 'br':
        return [{ text: '\n', marks }]
      case 'link':
        return linked(inline(token.tokens, marks), token.href)
      case 'image':
        return linked([{ text: decodeEntities(token.text) || token.href, marks }], token.href)
      case 'html':
        return [html(token.text, marks)]
      case 'escape':
        return [{ text: token.text, marks }]
      case 'text':
        if (token.tokens) return inline(token.tokens, marks)
        return [{ text: decodeEntities(token.text).replaceAll(/[ \t]*\n[ \t]*/g, '\n'), marks }]
      default:
        return [{ text: token.raw, marks }]
    }
  })
}

function linked(runs: readonly Run[], address: string): readonly Run[] {
  const href = decodeEntities(address).trim()
  return href === '' ? runs : runs.map(({ text, marks }) => ({ text, marks: { ...marks, href } }))
}

/** A tag is text like any other, but for the line break. */
const html = (text: string, marks: Marks): Run => ({ text: text.replaceAll(/<br\s*\/?>\n?/gi, '\n'), marks })

/** Runs without empty ones, neighbours with the same marks made one. */
function joined(runs: readonly Run[]): readonly Run[] {
  const result: Run[] = []
  for (const run of runs) {
    const last = result.at(-1)
    if (run.text === '') continue
    if (last && sameMarks(last.marks, run.marks)) result[result.length - 1] = { ...last, text: last.text + run.text }
    else result.push(run)
  }
  return result
}

const sameMarks = (left: Marks, right: Marks): boolean =>
  left.href === right.href &&
  (['strong', 'em', 'del', 'spoiler', 'code'] as const).every((mark) => !left[mark] === !right[mark])
