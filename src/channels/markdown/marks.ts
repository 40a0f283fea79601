import type { Marks, Run } from './document.ts'

export type MarkName = 'href' | 'spoiler' | 'strong' | 'em' | 'del'

/** How marks are written around text. */
export interface Notation {
  text(text: string): string
  code(text: string): string
  open(mark: MarkName, href: string): string
  close(mark: MarkName, href: string): string
  /** Marks that may not end or begin with white space, as in markdown: the space is moved out of them. */
  readonly tight?: boolean
}

/** From the outside in. */
const order = ['href', 'spoiler', 'strong', 'em', 'del'] as const

/** Runs with their marks written out, always well nested. */
export function writeRuns(runs: readonly Run[], notation: Notation): string {
  const open: { readonly mark: MarkName; readonly href: string }[] = []
  let text = ''
  const closeTo = (depth: number) => {
    for (const { mark, href } of open.splice(depth).reverse()) text += notation.close(mark, href)
  }
  for (const run of notation.tight ? tightened(runs) : runs) {
    const wanted = order.filter((mark) => run.marks[mark]).map((mark) => ({ mark, href: run.marks.href ?? '' }))
    const differs = open.findIndex(({ mark, href }, at) => wanted[at]?.mark !== mark || wanted[at].href !== href)
    const kept = differs < 0 ? open.length : differs
    closeTo(kept)
    for (const each of wanted.slice(kept)) {
      text += notation.open(each.mark, each.href)
      open.push(each)
    }
    text += run.marks.code ? notation.code(run.text) : notation.text(run.text)
  }
  closeTo(0)
  return text
}

/** White space at the ends of marked text keeps only the marks that go on at both of its sides. */
function tightened(runs: readonly Run[]): readonly Run[] {
  const pieces = runs.flatMap((run) => {
    if (run.marks.code) return [run]
    const [, before = '', words = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(run.text) ?? []
    return [before, words, after].filter(Boolean).map((text) => ({ text, marks: run.marks }))
  })
  const blank = ({ text, marks }: Run) => !marks.code && text.trim() === ''
  const nearest = (runs: readonly Run[]) => {
    let near: Marks = {}
    return runs.map((run) => (near = blank(run) ? near : run.marks))
  }
  const before = nearest(pieces)
  const after = nearest(pieces.toReversed()).toReversed()
  return pieces.map((piece, index) =>
    blank(piece) ? { text: piece.text, marks: common(before[index] ?? {}, after[index] ?? {}) } : piece,
  )
}

function common(left: Marks, right: Marks): Marks {
  return {
    ...(left.strong && right.strong && { strong: true }),
    ...(left.em && right.em && { em: true }),
    ...(left.del && right.del && { del: true }),
    ...(left.spoiler && right.spoiler && { spoiler: true }),
    ...(left.href !== undefined && left.href === right.href && { href: left.href }),
  }
}

/** A code span that may hold backquotes. */
export function codeSpan(text: string): string {
  const marks = '`'.repeat(longestRun(text, '`') + 1)
  const pad = /^`|`$|^ .* $/s.test(text) ? ' ' : ''
  return `${marks}${pad}${text}${pad}${marks}`
}

/** A fenced code block that may hold fences. */
export function fenced(text: string, language: string): string {
  const marks = '`'.repeat(Math.max(3, longestRun(text, '`') + 1))
  return `${marks}${language}\n${text}\n${marks}`
}

function longestRun(text: string, character: string): number {
  return Math.max(0, ...text.split(new RegExp(`[^${character}]+`)).map(({ length }) => length))
}
