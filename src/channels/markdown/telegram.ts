import type { Run } from './document.ts'
import { escapeAttribute, escapeHtml } from './html.ts'
import { writeRuns, type Notation } from './marks.ts'
import { readMarkdown } from './read.ts'
import { render, type Style } from './style.ts'

const tags = { spoiler: 'tg-spoiler', strong: 'b', em: 'i', del: 's' } as const

const notation: Notation = {
  text: escapeHtml,
  code: (text) => `<code>${escapeHtml(text)}</code>`,
  open: (mark, href) => (mark === 'href' ? `<a href="${escapeAttribute(href)}">` : `<${tags[mark]}>`),
  close: (mark) => (mark === 'href' ? '</a>' : `</${tags[mark]}>`),
}

/** Addresses that a Telegram client opens. Others stay words. */
const opens = (href: string) => /^(?:https?|tg|mailto|tel|ton):\S+$/i.test(href)

/** Telegram takes no other entity inside code, and no code inside another one. */
function legal(runs: readonly Run[]): readonly Run[] {
  return runs.map(({ text, marks: { code, href, ...rest } }) => {
    const linked = href !== undefined && opens(href)
    if (linked && href !== text) return { text, marks: { ...rest, href } }
    // An address in plain words becomes a link by itself.
    return { text, marks: code ? { code } : rest }
  })
}
const strong = (runs: readonly Run[]) => runs.map(({ text, marks }) => ({ text, marks: { ...marks, strong: true } }))

const html = {
  runs: (runs) => writeRuns(legal(runs), notation),
  heading: (_, runs) => writeRuns(legal(strong(runs)), notation),
  code: (text, language) =>
    /^[\w+#.-]+$/.test(language)
      ? `<pre><code class="language-${language}">${escapeHtml(text)}</code></pre>`
      : `<pre>${escapeHtml(text)}</pre>`,
  quote: (inner, within) => (within || inner === '' ? inner : `<blockquote>${inner}</blockquote>`),
  bullet: '• ',
  rule: '———',
} satisfies Style

const words = (runs: readonly Run[]) => runs.map(({ text }) => text).join('')
const visible = {
  runs: words,
  heading: (_, runs) => words(runs),
  code: (text) => text,
  quote: (inner) => inner,
  bullet: html.bullet,
  rule: html.rule,
} satisfies Style

/** The look of a message on Telegram without its entities. Its length is what Telegram counts. */
export const telegramVisible: Style = visible

/** Markdown as the HTML that the Bot API takes. */
export const telegramHtml = (markdown: string): string => render(readMarkdown(markdown).blocks, html)

/** Markdown as a reader on Telegram sees it, without any marks. */
export const telegramText = (markdown: string): string => render(readMarkdown(markdown).blocks, visible)
