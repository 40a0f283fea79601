import type { Run } from './document.ts'
import { escapeHtml } from './html.ts'
import { writeRuns, type Notation } from './marks.ts'
import { readMarkdown } from './read.ts'
import { render, type Style } from './style.ts'

const around = { spoiler: '', strong: '*', em: '_', del: '~' } as const
const notation: Notation = {
  text: escapeHtml,
  code: (text) => `\`${escapeHtml(text)}\``,
  open: (mark, href) => (mark === 'href' ? `<${escapeHtml(href)}|` : around[mark]),
  close: (mark) => (mark === 'href' ? '>' : around[mark]),
  tight: true,
}
const write = (runs: readonly Run[]) => writeRuns(runs, notation)

const slack: Style = {
  runs: write,
  heading: (_, runs) => write(runs.map(({ text, marks }) => ({ text, marks: { ...marks, strong: true } }))),
  code: (text) => `\`\`\`\n${escapeHtml(text)}\n\`\`\``,
  quote: (inner) => inner.replaceAll(/^/gm, '> '),
  bullet: '• ',
  rule: '———',
}

/** Markdown as Slack’s mrkdwn. */
export const slackMrkdwn = (markdown: string): string => render(readMarkdown(markdown).blocks, slack)
