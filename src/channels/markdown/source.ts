import type { Run } from './document.ts'
import { codeSpan, writeRuns, type Notation } from './marks.ts'

/** Words as markdown that shows just these words. */
export const escapeMarkdown = (text: string): string => unindented(withBackslashes(text))

const withBackslashes = (text: string) => text.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`)

/** White space at the start of a line would mean something. */
const unindented = (text: string) => text.replaceAll(/^[ \t]+/gm, '')

const around = { spoiler: '||', strong: '**', em: '*', del: '~~' } as const
const notation: Notation = {
  text: withBackslashes,
  code: codeSpan,
  open: (mark) => (mark === 'href' ? '[' : around[mark]),
  close: (mark, href) => (mark === 'href' ? `](<${href.replaceAll(/[\s<>\\]/g, encodeURIComponent)}>)` : around[mark]),
  tight: true,
}

/** Runs as markdown. What markdown cannot say (marks that begin within a word) comes out wrong: check it. */
export const runsToMarkdown = (runs: readonly Run[]): string => unindented(writeRuns(runs, notation)).trim()
