import type { Run } from './document.ts'
import { codeSpan, fenced, writeRuns, type Notation } from './marks.ts'
import { readMarkdown } from './read.ts'
import { render, type Style } from './style.ts'

const around = { spoiler: '||', strong: '**', em: '*', del: '~~' } as const

const escape = (text: string) =>
  text.replaceAll(/[\\*_~`|]/g, String.raw`\$&`).replaceAll(/^(\s*)([#>-])(?=\s)/gm, String.raw`$1\$2`)

const percent = (character: string) => `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`

const notation: Notation = {
  text: escape,
  code: codeSpan,
  open: (mark) => (mark === 'href' ? '[' : around[mark]),
  close: (mark, href) => (mark === 'href' ? `](${href.replaceAll(/[\s()]/g, percent)})` : around[mark]),
  tight: true,
}

/** An address that stands for itself is left alone: Discord links it. */
const write = (runs: readonly Run[]): string => {
  const parts: string[] = []
  let plain: Run[] = []
  for (const run of runs) {
    const bare = run.marks.href !== undefined && run.marks.href === run.text
    const dead = run.marks.href !== undefined && !/^https?:\/\//i.test(run.marks.href)
    const { href: _, ...rest } = run.marks
    if (!bare) plain.push(dead ? { ...run, marks: rest } : run)
    else {
      parts.push(writeRuns(plain, notation), run.text)
      plain = []
    }
  }
  return [...parts, writeRuns(plain, notation)].join('')
}

/** Discord’s own markdown: no tables, no reference links, headings of three levels. */
export const discordStyle: Style = {
  runs: write,
  heading: (level, runs) => `${'#'.repeat(Math.min(3, level))} ${write(runs).replaceAll('\n', ' ')}`,
  code: fenced,
  quote: (inner) => inner.replaceAll(/^/gm, '> '),
  bullet: '- ',
  rule: '———',
}

/** Markdown as Discord shows it best. */
export const discordMarkdown = (markdown: string): string => render(readMarkdown(markdown).blocks, discordStyle)
