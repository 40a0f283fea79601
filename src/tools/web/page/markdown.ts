import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import TurndownService from 'turndown'
import type { Element, Page } from './dom.ts'

/** What is no part of what a page says, and what its readers do not see. */
const clutter =
  'title, script, style, noscript, template, iframe, object, embed, svg, canvas, nav, aside, footer, dialog, button, input, select, textarea, [hidden], [aria-hidden="true"], [style*="display:none"], [style*="display: none"], [style*="visibility:hidden"], [style*="visibility: hidden"]'
/** Characters of a page that is long enough to have a main part. */
const longPage = 2000

/**
 * The readable part of a page as markdown. Addresses become absolute when `url` is given; those of scripts and inline data are left out.
 * Throws a RangeError on markup that is nested too deep.
 */
export function htmlToMarkdown(html: string, url?: string): string {
  const { body: whole, title } = readPage(html, url)
  const words = lengthOf(whole)
  const article = words >= longPage ? mainPart(html, url, words) : undefined
  const converter = converterFor()
  const text = tidy(converter.turndown(article ?? whole))
  return title === '' || /^# /m.test(text) ? text : `# ${title}\n\n${text}`
}

interface Read {
  readonly page: Page
  readonly body: Element
  readonly title: string
}

function readPage(html: string, url: string | undefined): Read {
  const whole = /<body[\s>]/i.test(html) ? html : `<!doctype html><html><head></head><body>${html}</body></html>`
  const { document: page } = parseHTML(whole) as unknown as { readonly document: Page }
  const title = (page.querySelector('title')?.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
  for (const element of page.querySelectorAll(clutter)) element.remove()
  for (const image of page.querySelectorAll('img')) {
    const [source] = ['src', 'data-src', 'data-original']
      .map((name) => target(image.getAttribute(name), url, ['http:', 'https:']))
      .filter((found) => found !== undefined)
    if (source === undefined) image.removeAttribute('src')
    else image.setAttribute('src', source)
  }
  for (const link of page.querySelectorAll('a[href]')) {
    const found = target(link.getAttribute('href'), url, ['http:', 'https:', 'mailto:', 'tel:'])
    if (found === undefined) link.removeAttribute('href')
    else link.setAttribute('href', found)
  }
  return { page, body: page.body, title }
}

/** An address as it may be shown; undefined when its scheme is not one of these. */
function target(address: string | null, base: string | undefined, schemes: readonly string[]): string | undefined {
  const text = address?.trim() ?? ''
  if (text === '' || text === '#') return undefined
  const anywhere = 'http://page.invalid/'
  if (!URL.canParse(text, base ?? anywhere)) return undefined
  const found = new URL(text, base ?? anywhere)
  if (!schemes.includes(found.protocol)) return undefined
  return base === undefined ? text : found.href
}

/** What a reader came for, where the page has such a part and it is not just a corner. */
function mainPart(html: string, url: string | undefined, words: number): Element | undefined {
  const { page } = readPage(html, url)
  const article = new Readability<string>(page, { charThreshold: 200 }).parse()
  if (!article?.content || (article.length ?? 0) < words / 4) return undefined
  return readPage(article.content, undefined).body
}

const lengthOf = (element: Element): number => (element.textContent ?? '').replaceAll(/\s+/g, ' ').length

function converterFor(): TurndownService {
  const converter = new TurndownService({
    headingStyle: 'atx',
    hr: '---',
    bulletListMarker: '-',
    codeBlockStyle: 'fenced',
    emDelimiter: '*',
  })
  converter.addRule('struck', { filter: ['del', 's'], replacement: (text) => `~~${text}~~` })
  converter.addRule('picture', {
    filter: 'img',
    replacement(_, node) {
      const image = node as unknown as Element
      const alt = (image.getAttribute('alt') ?? '').replaceAll(/\s+/g, ' ').trim()
      const source = image.getAttribute('src') ?? ''
      return source === '' ? alt : `![${alt}](${source})`
    },
  })
  converter.addRule('table', {
    filter: 'table',
    replacement: (text, node: unknown) => tableOf(converter, node as Element) ?? `\n\n${text}\n\n`,
  })
  return converter
}

/** A table of plain cells; undefined for one that holds another, which is there for its looks. */
function tableOf(converter: TurndownService, table: Element): string | undefined {
  if (table.querySelector('table')) return undefined
  const rows = [...table.querySelectorAll('tr')].map((row) =>
    [...row.querySelectorAll('th, td')].map((cell) =>
      converter.turndown(cell.innerHTML).replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim(),
    ),
  )
  const [head, ...body] = rows.filter((cells) => cells.length > 0)
  if (!head || head.length < 2) return undefined
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return `\n\n${[line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')}\n\n`
}

function tidy(markdown: string): string {
  return markdown
    .replaceAll(/[ \t\u00A0]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}
