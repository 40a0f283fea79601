import type { Block, List, Run, Table } from './document.ts'
import { escapeAttribute, escapeHtml } from './html.ts'
import { writeRuns, type Notation } from './marks.ts'
import { readMarkdown } from './read.ts'

const tags = { strong: 'strong', em: 'em', del: 'del' } as const
const notation: Notation = {
  text: (text) => escapeHtml(text),
  code: (text) => `<code>${escapeHtml(text)}</code>`,
  open: (mark, href) =>
    mark === 'href'
      ? `<a href="${escapeAttribute(href)}">`
      : mark === 'spoiler'
        ? '<span data-mx-spoiler>'
        : `<${tags[mark]}>`,
  close: (mark) => (mark === 'href' ? '</a>' : mark === 'spoiler' ? '</span>' : `</${tags[mark]}>`),
}
/** Addresses that the Matrix specification lets a link have. */
const safe = (runs: readonly Run[]): readonly Run[] =>
  runs.map(({ text, marks: { href, ...rest } }) => ({
    text,
    marks: href !== undefined && /^(?:https?|ftp|mailto|magnet):/i.test(href) ? { ...rest, href } : rest,
  }))
const write = (runs: readonly Run[]) => writeRuns(safe(runs), notation)

const blocksHtml = (blocks: readonly Block[], tight = false): string =>
  blocks.map((block) => blockHtml(block, tight)).join('\n')

function blockHtml(block: Block, tight: boolean): string {
  switch (block.type) {
    case 'paragraph':
      return tight ? write(block.runs) : `<p>${write(block.runs)}</p>`
    case 'heading':
      return `<h${block.level}>${write(block.runs)}</h${block.level}>`
    case 'code': {
      const language = block.language === '' ? '' : ` class="language-${escapeAttribute(block.language)}"`
      return `<pre><code${language}>${escapeHtml(block.text)}\n</code></pre>`
    }
    case 'quote':
      return `<blockquote>\n${blocksHtml(block.blocks)}\n</blockquote>`
    case 'list':
      return listHtml(block)
    case 'table':
      return tableHtml(block)
    case 'rule':
      return '<hr>'
  }
}

function listHtml({ start, items, loose }: List): string {
  const inner = items.map(({ blocks }) => `<li>${blocksHtml(blocks, !loose)}</li>`).join('\n')
  if (start === undefined) return `<ul>\n${inner}\n</ul>`
  return `<ol${start === 1 ? '' : ` start="${start}"`}>\n${inner}\n</ol>`
}

function tableHtml({ rows }: Table): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  const [head = [], ...body] = rows
  return `<table>\n${[row(head, 'th'), ...body.map((cells) => row(cells, 'td'))].join('\n')}\n</table>`
}

/** Markdown as the HTML of a Matrix message. */
export const matrixHtml = (markdown: string): string => blocksHtml(readMarkdown(markdown).blocks)
