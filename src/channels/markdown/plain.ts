import type { Run } from './document.ts'
import { readMarkdown } from './read.ts'
import { render, type Style } from './style.ts'

/** Words, and after linked words the address. */
const withAddresses = (runs: readonly Run[]): string =>
  runs
    .map(({ text, marks: { href } }, index) => {
      const ends = href !== undefined && runs[index + 1]?.marks.href !== href
      return ends && href !== text ? `${text} (${href})` : text
    })
    .join('')

const plain: Style = {
  runs: withAddresses,
  heading: (_, runs) => withAddresses(runs),
  code: (text) => text,
  quote: (inner) => inner.replaceAll(/^/gm, '> '),
  bullet: '- ',
  rule: '———',
}

/** Markdown for a place that knows no marks at all. */
export const plainText = (markdown: string): string => render(readMarkdown(markdown).blocks, plain)
